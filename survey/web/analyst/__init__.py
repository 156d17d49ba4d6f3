"""Rates, intervals and decisions of a wave, their release to everyone, and the review of single answers."""

from survey.web.analyst import (
    coding,
    conflicts,
    figures,
    integrity,
    live,
    make,
    questions,
    release,
    review,
    texts,
    trend,
)
from survey.web.analyst.pages import blueprint

for part in (coding, conflicts, figures, integrity, live, make, questions, release, review, texts, trend):
    part.add_routes(blueprint)

__all__ = ["blueprint"]
