"""Rates, intervals and decisions of a wave, their release to everyone, and the review of single answers."""

from survey.web.analyst import (
    ask,
    coding,
    conflicts,
    crosstab,
    figures,
    integrity,
    integrity_log,
    live,
    make,
    ranks,
    release,
    review,
    rules,
    texts,
    trend,
)
from survey.web.analyst.pages import blueprint

for part in (
    *(ask, coding, conflicts, crosstab, figures, integrity, integrity_log, live, make),
    *(ranks, release, review, rules, texts, trend),
):
    part.add_routes(blueprint)

__all__ = ["blueprint"]
