"""Numbers of live responses by where they come from, without those that a review rejected; never an answer."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.response.day_only import length_of
from survey.response.response import Mode, Purpose, Source
from survey.storage.hour_counts import HourCount, count_by_hour
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
    return summed(count_by_hour(session, wave_id, since))


def summed(hours: Iterable[HourCount]) -> list[ResponseCount]:
    """The numbers of all hours together."""
    totals: Counter[tuple[str, Source, Mode, str]] = Counter()
    for one in hours:
        totals[one.area or "", one.source, one.mode, one.poster or ""] += one.n
    return [
        ResponseCount(area or None, source, mode, poster or None, n)
        for (area, source, mode, poster), n in sorted(totals.items())
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
