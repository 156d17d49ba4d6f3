"""Counters per wave, poster, day and step: whole numbers that name nobody."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ForeignKeyConstraint, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.invitation.funnel import Step
from survey.storage.base import Base

StepKey = tuple[str, str, date, Step]  # wave, code, day in Shanghai, step


class PosterStepRow(Base):
    __tablename__ = "poster_step"
    __table_args__ = (ForeignKeyConstraint(["wave", "code"], ["invitation.wave", "invitation.code"]),)

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(String(8), primary_key=True)
    n: Mapped[int]


def add_steps(session: Session, counts: Mapping[StepKey, int]) -> None:
    """Add to the counters. Always in the same order, so that two processes never wait for each other in a ring.

    Raises `IntegrityError` when another process made one of the rows at the same moment: try again.
    """
    for (wave, code, day, step), n in sorted(counts.items()):
        key = {"wave": wave, "code": code, "day": day, "step": step.value}
        changed = session.execute(
            update(PosterStepRow)
            .where(*(getattr(PosterStepRow, name) == value for name, value in key.items()))
            .values(n=PosterStepRow.n + n)
            .returning(PosterStepRow.n)
            .execution_options(synchronize_session=False)
        )
        if changed.first() is None:
            session.execute(insert(PosterStepRow).values(key | {"n": n}))


def steps_of(session: Session, wave_id: str) -> dict[tuple[str, date, Step], int]:
    """Every counter of a wave by code, day and step."""
    query = select(PosterStepRow.code, PosterStepRow.day, PosterStepRow.step, PosterStepRow.n)
    rows = session.execute(query.where(PosterStepRow.wave == wave_id))
    return {(code, day, Step(step)): n for code, day, step, n in rows}
