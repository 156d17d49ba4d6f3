"""Numbers of marked responses, for the office and for the funnels; never an answer."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.response.response import Purpose
from survey.response.suspicion import REVIEW_FROM
from survey.storage.marks import MarkRow
from survey.storage.responses import ResponseRow

_ROWS_AT_ONCE = 5000


def posters_and_times_for_review(session: Session, wave_id: str) -> Iterator[tuple[str, datetime]]:
    """Poster and time of receipt of every live response whose score asks for a person's look."""
    query = (
        select(ResponseRow.poster, ResponseRow.received_at)
        .join(MarkRow, (MarkRow.wave == ResponseRow.wave) & (MarkRow.response_id == ResponseRow.response_id))
        .where(
            MarkRow.wave == wave_id,
            MarkRow.score >= REVIEW_FROM,
            ResponseRow.purpose == Purpose.LIVE.value,
            ResponseRow.poster.is_not(None),
        )
    )
    for poster, at in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        if poster is not None:
            yield poster, at


def count_signs(session: Session, wave_id: str) -> tuple[Counter[str], int]:
    """How many responses of the wave bear each sign, and how many a score that asks for a person's look."""
    query = select(MarkRow.signs, MarkRow.score).where(MarkRow.wave == wave_id)
    counts: Counter[str] = Counter()
    for_review = 0
    for signs, score in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        counts.update(signs.split())
        for_review += score >= REVIEW_FROM
    return counts, for_review
