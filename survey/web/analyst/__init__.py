"""Rates, intervals and decisions of a wave, their release to everyone, and the review of single answers."""

from survey.web.analyst import conflicts, integrity, make, release, review
from survey.web.analyst.pages import blueprint

for part in (conflicts, integrity, make, release, review):
    part.add_routes(blueprint)

__all__ = ["blueprint"]
