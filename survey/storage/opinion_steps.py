"""What was done about each opinion: one row a step, only ever added. The number of a step is decided by the key."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.opinion.opinion import REPLIED_STATES, OpinionState
from survey.opinion.opinion_case import Letter, OpinionCase, Step, StepKind
from survey.storage.base import Base
from survey.storage.opinions import OpinionRow, to_opinion

_LETTERS = 0x6C6574746572  # the key of a lock on the numbers of letters


class OpinionStepRow(Base):
    __tablename__ = "opinion_step"
    __table_args__ = (
        ForeignKeyConstraint(["opinion_id", "sha256"], ["opinion.opinion_id", "opinion.sha256"]),
        UniqueConstraint("letter_year", "letter_number"),
        Index(None, "unit"),
        {"sqlite_with_rowid": False},
    )

    opinion_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12))
    done_on: Mapped[date]
    done_by: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    due_on: Mapped[date | None]
    letter_year: Mapped[int | None]
    letter_number: Mapped[int | None]


def load_case(session: Session, code: str) -> OpinionCase | None:
    """The opinion of a tracking code with its steps; None for an unknown code."""
    row = session.scalars(select(OpinionRow).where(OpinionRow.code == code)).first()
    return None if row is None else OpinionCase(to_opinion(row), _steps(session, row))


def list_cases_of_unit(session: Session, unit: str, limit: int) -> list[OpinionCase]:
    """Opinions that were ever sent to the unit, the newest first; whether it still holds them, each case says."""
    sent = exists().where(
        OpinionStepRow.unit == unit,
        OpinionStepRow.opinion_id == OpinionRow.opinion_id,
        OpinionStepRow.sha256 == OpinionRow.sha256,
    )
    rows = session.scalars(
        select(OpinionRow).where(sent).order_by(OpinionRow.received_on.desc(), OpinionRow.code).limit(limit)
    )
    return [OpinionCase(to_opinion(row), _steps(session, row)) for row in rows]


def deadlines(session: Session, codes: Collection[str]) -> dict[str, date]:
    """By tracking code: until when the unit that has the opinion in hand is to reply."""
    same = (OpinionStepRow.opinion_id == OpinionRow.opinion_id) & (OpinionStepRow.sha256 == OpinionRow.sha256)
    query = select(OpinionRow.code, OpinionStepRow.due_on).join(OpinionStepRow, same)
    query = query.where(OpinionRow.code.in_(codes), OpinionRow.state == OpinionState.HANDLING.value)
    found = session.execute(query.where(OpinionStepRow.due_on.is_not(None)).order_by(OpinionStepRow.number))
    return {code: due_on for code, due_on in found if due_on is not None}  # of several the newest, which comes last


def open_deadlines(session: Session) -> list[tuple[str, str, date]]:
    """Letter, unit and deadline of the opinions that a unit has in hand."""
    same = (OpinionStepRow.opinion_id == OpinionRow.opinion_id) & (OpinionStepRow.sha256 == OpinionRow.sha256)
    columns = (OpinionRow.code, OpinionStepRow.letter_year, OpinionStepRow.letter_number)
    query = select(*columns, OpinionStepRow.unit, OpinionStepRow.due_on).join(OpinionStepRow, same)
    query = query.where(OpinionRow.state == OpinionState.HANDLING.value, OpinionStepRow.due_on.is_not(None))
    newest: dict[str, tuple[str, str, date]] = {}
    for code, year, number, unit, due_on in session.execute(query.order_by(OpinionStepRow.number)):
        if due_on is not None:
            newest[code] = (f"{year}-{number}", unit or "", due_on)
    return sorted(newest.values(), key=lambda found: found[2])


def next_letter(session: Session, year: int) -> Letter:
    """The number after the newest of the year. Whoever asks at the same moment waits until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's write transactions wait for each other anyway
        session.execute(select(func.pg_advisory_xact_lock(_LETTERS)))
    newest = session.scalar(select(func.max(OpinionStepRow.letter_number)).where(OpinionStepRow.letter_year == year))
    return Letter(year, (newest or 0) + 1)


def add_step(session: Session, case: OpinionCase, step: Step) -> None:
    """Add the step behind those of `case`, and put its outcome on the opinion.

    Raises SQLAlchemy's `IntegrityError` when somebody else took a step, or the letter's number, meanwhile.
    """
    key = session.execute(
        select(OpinionRow.opinion_id, OpinionRow.sha256).where(OpinionRow.code == case.opinion.code)
    ).one()
    session.add(
        OpinionStepRow(
            opinion_id=key.opinion_id,
            sha256=key.sha256,
            number=len(case.steps) + 1,
            kind=step.kind.value,
            done_on=step.on,
            done_by=step.by,
            text=step.text,
            unit=step.unit,
            due_on=step.due_on,
            letter_year=step.letter.year if step.letter else None,
            letter_number=step.letter.number if step.letter else None,
        )
    )
    session.flush()
    state = step.leads_to
    newest_reply = step.text if step.kind is StepKind.REPLIED else case.opinion.reply
    session.execute(
        update(OpinionRow)
        .where(OpinionRow.code == case.opinion.code)
        .values(state=state.value, reply=newest_reply if state in REPLIED_STATES else "")
    )


def _steps(session: Session, row: OpinionRow) -> tuple[Step, ...]:
    query = select(OpinionStepRow).where(
        OpinionStepRow.opinion_id == row.opinion_id, OpinionStepRow.sha256 == row.sha256
    )
    return tuple(_to_step(found) for found in session.scalars(query.order_by(OpinionStepRow.number)))


def _to_step(row: OpinionStepRow) -> Step:
    letter = None
    if row.letter_year is not None and row.letter_number is not None:
        letter = Letter(row.letter_year, row.letter_number)
    return Step(StepKind(row.kind), row.done_on, row.done_by, row.text, row.unit, row.due_on, letter)
