"""Numbers of live responses by hour of arrival, kept for hours that are over: no page counts a million rows again.

Whoever changes an answer of a kept hour, or adds one to it, forgets the hour in the same transaction; it is counted
from the rows again. Rejected answers are in the kept numbers and are taken off whenever they are read.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, ForeignKey, Select, String, cast, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.response.response import Mode, Purpose, Source
from survey.response.review import ReviewDecision
from survey.storage.base import NOT_BACKED_UP, Base
from survey.storage.responses import ResponseRow
from survey.storage.reviews import ReviewRow

Kind = tuple[datetime, str, str, str, str]  # hour, area, source, mode, poster
_HOUR = timedelta(hours=1)
_UP_TO_HOUR = 13  # signs of a time as text that name its hour, in both databases


class HourCountRow(Base):
    __tablename__ = "hour_count"
    __table_args__ = (NOT_BACKED_UP,)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(String(15), primary_key=True)  # "" for none
    source: Mapped[str] = mapped_column(String(8), primary_key=True)
    mode: Mapped[str] = mapped_column(String(12), primary_key=True)
    poster: Mapped[str] = mapped_column(String(12), primary_key=True)  # "" for none
    n: Mapped[int]


class CountedHourRow(Base):
    """An hour whose numbers are kept, also when nobody answered in it."""

    __tablename__ = "counted_hour"
    __table_args__ = (NOT_BACKED_UP,)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)


class CountChangeRow(Base):
    """How often kept hours of a wave were forgotten: who counted before and keeps afterwards would keep old numbers."""

    __tablename__ = "count_change"
    __table_args__ = (NOT_BACKED_UP,)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    changes: Mapped[int]


@dataclass(frozen=True)
class HourCount:
    """How many live responses of one kind arrived within the hour that begins at `hour` (UTC)."""

    hour: datetime
    area: str | None
    source: Source
    mode: Mode
    poster: str | None
    n: int


def hour_of(moment: datetime) -> datetime:
    """The beginning of the moment's hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def count_by_hour(session: Session, wave_id: str, since: datetime | None = None) -> list[HourCount]:
    """Live responses that count, by hour and kind; with `since`, only those received after it."""
    kept = _kept_hours(session, wave_id)
    if since is not None:
        kept = [hour for hour in kept if hour > since]
    counts: Counter[Kind] = Counter()
    if kept:
        counts.update(_read_kept(session, wave_id, kept[0]))
        counts.subtract(_rejected_in(session, wave_id, kept))
    for start, end in _open_ranges(kept):
        counts.update(_counted(session, wave_id, start, end, since, with_rejected=False))
    return [
        HourCount(hour, area or None, Source(source), Mode(mode), poster or None, n)
        for (hour, area, source, mode, poster), n in sorted(counts.items())
        if n
    ]


def open_hours(session: Session, wave_id: str, before: datetime) -> Counter[Kind]:
    """What is not kept yet of the hours before `before`, with the rejected ones: the content of `keep_hours`."""
    counts: Counter[Kind] = Counter()
    for start, end in _open_ranges(_kept_hours(session, wave_id)):
        until = before if end is None else min(before, end)
        counts.update(_counted(session, wave_id, start, until, None, with_rejected=True))
    return counts


def changes_so_far(session: Session, wave_id: str, *, lock: bool = False) -> int | None:
    """The wave's number of changes; None before anything was kept."""
    query = select(CountChangeRow.changes).where(CountChangeRow.wave == wave_id)
    return session.scalar(query.with_for_update() if lock else query)


def begin_keeping(session: Session, wave_id: str) -> None:
    """From now on changes of the wave are counted."""
    session.add(CountChangeRow(wave=wave_id, changes=0))
    session.flush()


def keep_hours(session: Session, wave_id: str, counts: Counter[Kind]) -> None:
    """Keep the numbers of every hour from the first to the last one in `counts` that is not kept yet."""
    kept = set(_kept_hours(session, wave_id))
    hour, last = min(key[0] for key in counts), max(key[0] for key in counts)
    new = []
    while hour <= last:
        if hour not in kept:
            new.append(hour)
        hour += _HOUR
    session.execute(insert(CountedHourRow), [{"wave": wave_id, "hour": one} for one in new])
    fresh = set(new)
    names = ("hour", "area", "source", "mode", "poster")
    rows = [
        {"wave": wave_id, "n": n} | dict(zip(names, key, strict=True)) for key, n in counts.items() if key[0] in fresh
    ]
    session.execute(insert(HourCountRow), rows)


def forget_hours(connection: Connection | Session, wave_id: str, moments: Iterable[datetime]) -> None:
    """Forget the numbers of the hours of `moments`, because answers of them change in this transaction."""
    hours = sorted({hour_of(moment) for moment in moments})
    changed = update(CountChangeRow).where(CountChangeRow.wave == wave_id).values(changes=CountChangeRow.changes + 1)
    if not hours or not connection.execute(changed.returning(CountChangeRow.changes)).all():
        return
    for row in (HourCountRow, CountedHourRow):
        connection.execute(delete(row).where(row.wave == wave_id, row.hour.in_(hours)))


def hours_that_differ(session: Session, wave_id: str) -> list[datetime]:
    """Kept hours whose numbers are not those of the rows."""
    kept = _kept_hours(session, wave_id)
    if not kept:
        return []
    said = _read_kept(session, wave_id, kept[0])
    found = _counted(session, wave_id, kept[0], kept[-1] + _HOUR, None, with_rejected=True)
    hours = set(kept)
    return sorted({key[0] for key in {*said, *found} if key[0] in hours and said[key] != found[key]})


def _kept_hours(session: Session, wave_id: str) -> list[datetime]:
    query = select(CountedHourRow.hour).where(CountedHourRow.wave == wave_id)
    return list(session.scalars(query.order_by(CountedHourRow.hour)))


def _open_ranges(kept: Sequence[datetime]) -> list[tuple[datetime | None, datetime | None]]:
    """The times that are in no kept hour: from (inclusive) and to (exclusive), None for without end."""
    if not kept:
        return [(None, None)]
    gaps = [(one + _HOUR, following) for one, following in pairwise(kept) if following - one > _HOUR]
    return [(None, kept[0]), *gaps, (kept[-1] + _HOUR, None)]


def _read_kept(session: Session, wave_id: str, first: datetime) -> Counter[Kind]:
    row = HourCountRow
    query = select(row.hour, row.area, row.source, row.mode, row.poster, row.n)
    rows = session.execute(query.where(row.wave == wave_id, row.hour >= first))
    return Counter({(hour, area, source, mode, poster): n for hour, area, source, mode, poster, n in rows})


def _rejected_in(session: Session, wave_id: str, hours: Collection[datetime]) -> Counter[Kind]:
    """What a review rejected of the kept hours: few rows, each found by its key."""
    row, kept = ResponseRow, set(hours)
    rejected = select(ReviewRow.response_id).where(
        ReviewRow.wave == wave_id, ReviewRow.decision == ReviewDecision.REJECTED.value
    )  # a join would let SQLite go through the responses and ask for the review of each
    query = select(row.received_at, row.area, row.source, row.mode, row.poster).where(
        row.wave == wave_id, row.response_id.in_(rejected), row.purpose == Purpose.LIVE.value
    )
    keys = (
        (hour_of(at), area or "", source, mode, poster or "")
        for at, area, source, mode, poster in session.execute(query)
    )
    return Counter(key for key in keys if key[0] in kept)


def _counted(
    session: Session,
    wave_id: str,
    start: datetime | None,
    end: datetime | None,
    since: datetime | None,
    *,
    with_rejected: bool,
) -> Counter[Kind]:
    query = _in_range(wave_id, start, end)
    if since is not None:
        query = query.where(ResponseRow.received_at > since)
    if not with_rejected:
        rejected = select(ReviewRow.response_id).where(
            ReviewRow.wave == wave_id, ReviewRow.decision == ReviewDecision.REJECTED.value
        )
        query = query.where(ResponseRow.response_id.not_in(rejected))
    counts: Counter[Kind] = Counter()
    for hour, area, source, mode, poster, n in session.execute(query):
        begin = datetime.fromisoformat(f"{hour.replace('T', ' ')}:00:00").replace(tzinfo=UTC)
        counts[begin, area or "", source, mode, poster or ""] += n
    return counts


def _in_range(wave_id: str, start: datetime | None, end: datetime | None) -> Select[Any]:
    row = ResponseRow
    hour = func.substr(cast(row.received_at, String), 1, _UP_TO_HOUR)
    query = (
        select(hour, row.area, row.source, row.mode, row.poster, func.count())
        .where(row.wave == wave_id, row.purpose == Purpose.LIVE.value)
        .group_by(hour, row.area, row.source, row.mode, row.poster)
    )
    if start is not None:
        query = query.where(row.received_at >= start)
    return query if end is None else query.where(row.received_at < end)
