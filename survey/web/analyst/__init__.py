"""Rates, intervals and decisions of a wave, their release to everyone, and the review of single answers."""

from survey.web.analyst import conflicts, evidence, integrity, release, report, review
from survey.web.analyst.pages import blueprint

for part in (conflicts, evidence, integrity, release, report, review):
    part.add_routes(blueprint)

__all__ = ["blueprint"]
