"""Responses, the append-only ledger of what was delivered, and the conflicts that a person decides.

A response is one row: its answers as one compact JSON value, typed columns only for what is searched or weighted on.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Row, Select, String, Text, func, select, text, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.response.response import Answers, Mode, Purpose, Response, Source
from survey.response.suspicion import NOTHING_SUSPICIOUS, Suspicion
from survey.storage.base import Base
from survey.storage.marks import MarkRow
from survey.storage.reviews import not_rejected

_FETCHED = 2000  # rows that a stream holds in memory
_NAMED = 500  # ids in one query


class ResponseRow(Base):
    __tablename__ = "response"
    __table_args__ = (Index(None, "wave", "received_at"), Index(None, "receipt"))

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    questionnaire: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    source: Mapped[str] = mapped_column(String(8))
    mode: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(12))
    area: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    poster: Mapped[str | None] = mapped_column(String(12))  # a place; never a household's code
    stratum: Mapped[str | None] = mapped_column(String(40))
    psu: Mapped[str | None] = mapped_column(String(40))
    base_weight: Mapped[float | None]
    interviewer: Mapped[str | None] = mapped_column(String(60))
    started_at: Mapped[datetime]
    received_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(12))
    answers: Mapped[str] = mapped_column(Text)
    order_seed: Mapped[int | None]  # of the order of blocks; None where it was the written one


class LedgerRow(Base):
    """One row per content ever delivered under an id: written once, never changed.

    `edition` counts on from 2 for what a person changed or withdrew. Its key decides which of two that were made at the
    same moment holds; first answers are not in that key, and cost nothing for it.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index(None, "receipt"),
        Index(
            "uq_ledger_edition",
            "wave",
            "response_id",
            "edition",
            unique=True,
            sqlite_where=text("edition IS NOT NULL"),
            postgresql_where=text("edition IS NOT NULL"),
        ),
    )

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16))
    receipt: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime]
    content: Mapped[str] = mapped_column(Text)
    edition: Mapped[int | None]


class ConflictRow(Base):
    """A delivery that was kept but not counted, waiting for a person."""

    __tablename__ = "conflict"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    noticed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(200))


class DraftRow(Base):
    """Answers of a form that is being filled in one question at a time; removed when the response is stored."""

    __tablename__ = "draft"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    values: Mapped[str] = mapped_column(Text)  # raw form values, JSON
    changed_on: Mapped[date]


def is_in_ledger(session: Session, wave_id: str, response_id: str, sha256: str) -> bool:
    """Whether this very content was delivered before."""
    return session.get(LedgerRow, (wave_id, response_id, sha256)) is not None


def stream_responses(
    session: Session,
    wave_id: str,
    *,
    purposes: Collection[Purpose] = (Purpose.LIVE,),
    sources: Collection[Source] = tuple(Source),
    areas: Collection[str] | None = None,
    with_rejected: bool = False,
    by_id: bool = False,
) -> Iterator[Response]:
    """The wave's responses in the order of their arrival, one statement, so one state of the database.

    `areas`: only responses that belong to one of these areas; left out, all. Those that a review rejected are left
    out, except for the review itself. `by_id`: in the order of their random ids.
    """
    query = _selected(wave_id, purposes, sources, areas, with_rejected=with_rejected)
    if by_id:
        query = query.order_by(None).order_by(ResponseRow.response_id)
    for row in session.execute(query.execution_options(yield_per=_FETCHED)):
        yield _to_response(row)


@dataclass(frozen=True, slots=True)
class Interview:
    """What interviewers are compared by: who asked, in which stratum, what was answered."""

    interviewer: str
    stratum: str
    answers: Answers


def stream_interviews(session: Session, wave_id: str, areas: Collection[str]) -> Iterator[Interview]:
    """The live answers of the drawn sample in `areas` that an interviewer asked for, in the order of their arrival.

    Those that a review rejected are left out. Reads a third of what `stream_responses` reads.
    """
    row = ResponseRow
    columns: list[Any] = [row.interviewer, row.stratum, row.answers]
    query = _narrowed(select(*columns), wave_id, (Purpose.LIVE,), (Source.PROB,), areas)
    query = query.where(row.interviewer.is_not(None)).order_by(row.received_at, row.response_id)
    for interviewer, stratum, answers in session.execute(query.execution_options(yield_per=_FETCHED)):
        if interviewer:
            yield Interview(interviewer, stratum or "", json.loads(answers))


def load_named_responses(
    session: Session, wave_id: str, ids: Collection[str], areas: Collection[str]
) -> list[Response]:
    """The live responses with these ids that belong to one of the areas, those that a review rejected too; unsorted."""
    ordered, found = sorted(ids), []
    for start in range(0, len(ordered), _NAMED):
        query = _selected(wave_id, (Purpose.LIVE,), tuple(Source), areas, with_rejected=True)
        # In no order, or SQLite would go through all in the order of their arrival.
        query = query.where(ResponseRow.response_id.in_(ordered[start : start + _NAMED])).order_by(None)
        found += [_to_response(row) for row in session.execute(query)]
    return found


def newest_asked(
    session: Session, wave_id: str, areas: Collection[str], *, until: datetime | None, limit: int
) -> list[Response]:
    """At most `limit` live responses of the drawn sample that residents did not fill in alone, the newest first.

    Those that a review rejected are among them. `until`: only what had arrived by then.
    """
    row = ResponseRow
    query = _selected(wave_id, (Purpose.LIVE,), (Source.PROB,), areas, with_rejected=True)
    query = query.where((row.mode != Mode.SELF.value) | row.interviewer.is_not(None))
    if until is not None:
        query = query.where(row.received_at <= until)
    newest = query.order_by(None).order_by(row.received_at.desc(), row.response_id.desc()).limit(limit)
    return [_to_response(one) for one in session.execute(newest)]


def responses_after(
    session: Session,
    wave_id: str,
    after: tuple[datetime, str],
    *,
    areas: Collection[str],
    before: datetime,
    limit: int,
) -> list[Response]:
    """At most `limit` live responses that arrived before `before` and behind `after`: time of arrival and id."""
    query = _selected(wave_id, (Purpose.LIVE,), tuple(Source), areas)
    arrival = tuple_(ResponseRow.received_at, ResponseRow.response_id)
    query = query.where(arrival > tuple_(*after), ResponseRow.received_at < before).limit(limit)
    return [_to_response(row) for row in session.execute(query)]


def count_responses(
    session: Session,
    wave_id: str,
    *,
    purposes: Collection[Purpose] = (Purpose.LIVE,),
    sources: Collection[Source] = tuple(Source),
    areas: Collection[str] | None = None,
) -> int:
    """How many rows `stream_responses` gives."""
    query = _narrowed(select(func.count()).select_from(ResponseRow), wave_id, purposes, sources, areas)
    return int(session.execute(query).scalar_one())


_KEPT = (
    "response_id",
    "version",
    "source",
    "mode",
    "purpose",
    "language",
    "area",
    "poster",
    "stratum",
    "psu",
    "base_weight",
    "interviewer",
    "started_at",
    "received_at",
    "answers",
    "order_seed",
)


def _selected(
    wave_id: str,
    purposes: Collection[Purpose],
    sources: Collection[Source],
    areas: Collection[str] | None,
    *,
    with_rejected: bool = False,
) -> Select[Any]:
    """Rows that `_to_response` reads, in the order of their arrival."""
    columns = [getattr(ResponseRow, name) for name in _KEPT]
    marked = select(*columns, MarkRow.signs, MarkRow.over_quota)
    query = _narrowed(marked, wave_id, purposes, sources, areas, with_rejected=with_rejected)
    query = query.outerjoin(
        MarkRow, (MarkRow.wave == ResponseRow.wave) & (MarkRow.response_id == ResponseRow.response_id)
    )
    return query.order_by(ResponseRow.received_at, ResponseRow.response_id)


def _to_response(row: Row[Any]) -> Response:
    kept = row._asdict()
    kept |= {
        "source": Source(row.source),
        "mode": Mode(row.mode),
        "purpose": Purpose(row.purpose),
        "answers": json.loads(row.answers),
        "suspicion": Suspicion.from_text(signs) if (signs := kept.pop("signs")) else NOTHING_SUSPICIOUS,
        "over_quota": bool(kept["over_quota"]),
    }
    return Response(**kept)


def load_response_area(session: Session, wave_id: str, response_id: str) -> str | None:
    """The area of a response; None when there is none."""
    row = ResponseRow
    return session.scalar(select(row.area).where(row.wave == wave_id, row.response_id == response_id))


def _narrowed(
    query: Select[Any],
    wave_id: str,
    purposes: Collection[Purpose],
    sources: Collection[Source],
    areas: Collection[str] | None,
    *,
    with_rejected: bool = False,
) -> Select[Any]:
    query = query.where(
        ResponseRow.wave == wave_id,
        ResponseRow.purpose.in_([purpose.value for purpose in purposes]),
        ResponseRow.source.in_([source.value for source in sources]),
    )
    if not with_rejected:
        query = query.where(not_rejected(ResponseRow.wave, ResponseRow.response_id))
    return query if areas is None else query.where(ResponseRow.area.in_(list(areas)))
