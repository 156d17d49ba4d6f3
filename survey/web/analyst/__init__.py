"""Rates, intervals and decisions of a wave, and their release to everyone."""

from survey.web.analyst import release
from survey.web.analyst.pages import blueprint

release.add_routes(blueprint)

__all__ = ["blueprint"]
