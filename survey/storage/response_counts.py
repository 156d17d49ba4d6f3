"""Numbers of live responses by where they come from, without those that a review rejected; never an answer."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.response.day_only import length_of
from survey.response.response import Mode, Purpose, Source
from survey.storage.responses import ResponseRow
from survey.storage.reviews import not_rejected

_COUNTS = not_rejected(ResponseRow.__table__.c.wave, ResponseRow.__table__.c.response_id)

_LONGEST_INTERVIEW = 120  # minutes


@dataclass(frozen=True)
class ResponseCount:
    """How many live responses of one area came by one source and mode; `poster` is set for poster codes."""

    area: str | None
    source: Source
    mode: Mode
    poster: str | None
    n: int


def count_by_source(session: Session, wave_id: str, since: datetime | None = None) -> list[ResponseCount]:
    """Live responses of a wave by area, source, mode and poster; with `since`, only those received after it."""
    columns = (ResponseRow.area, ResponseRow.source, ResponseRow.mode, ResponseRow.poster)
    query = (
        select(*columns, func.count())
        .where(ResponseRow.wave == wave_id, ResponseRow.purpose == Purpose.LIVE.value, _COUNTS)
        .group_by(*columns)
        .order_by(*columns)
    )
    if since is not None:
        query = query.where(ResponseRow.received_at > since)
    return [
        ResponseCount(area, Source(source), Mode(mode), poster, n)
        for area, source, mode, poster, n in session.execute(query)
    ]


def interview_minutes(session: Session, wave_id: str, areas: Collection[str]) -> dict[str, list[float]]:
    """How long the interviews of every interviewer took, in minutes from opening the form to its arrival.

    One that arrived hours later tells nothing and is left out; answers at the door keep their length (day_only.py).
    """
    row = ResponseRow
    query = select(row.interviewer, row.area, row.started_at, row.received_at).where(
        row.wave == wave_id, row.purpose == Purpose.LIVE.value, row.interviewer.is_not(None), _COUNTS
    )
    minutes: dict[str, list[float]] = {}
    for interviewer, area, started, received in session.execute(query):
        length = length_of(started, received).total_seconds() / 60
        if interviewer is not None and area in areas and 0 < length <= _LONGEST_INTERVIEW:
            minutes.setdefault(interviewer, []).append(length)
    return minutes


def posters_and_times(session: Session, wave_id: str) -> Iterator[tuple[str, datetime]]:
    """Code and time of receipt of every live response that came through a poster, streamed."""
    query = select(ResponseRow.poster, ResponseRow.received_at).where(
        ResponseRow.wave == wave_id,
        ResponseRow.purpose == Purpose.LIVE.value,
        ResponseRow.poster.is_not(None),
        _COUNTS,
    )
    for code, at in session.execute(query.execution_options(yield_per=5000)):
        if code is not None:
            yield code, at
