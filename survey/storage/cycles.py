"""Cycles: every edition of their years and weights, with who made it, when and why."""

import json
from datetime import datetime
from decimal import Decimal

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.population import Population
from survey.programme.cycle import Cycle, ScoreSource
from survey.storage.base import Base


class CycleRow(Base):
    __tablename__ = "cycle"

    cycle_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(10))
    indicator: Mapped[str] = mapped_column(String(40))
    population: Mapped[str] = mapped_column(String(20))
    weights: Mapped[str] = mapped_column(Text)  # JSON: pairs of year and percentage, which is text and exact
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")


def add_cycle(session: Session, cycle: Cycle) -> None:
    """Raises `IntegrityError` when somebody else was first with this edition."""
    session.add(
        CycleRow(
            cycle_id=cycle.id,
            edition=cycle.edition,
            name=cycle.name,
            source=cycle.source.value,
            indicator=cycle.indicator,
            population=cycle.population.value,
            weights=json.dumps([(year, str(weight)) for year, weight in cycle.weights]),
            made_by=cycle.made_by,
            made_at=cycle.made_at,
            reason=cycle.reason,
        )
    )
    session.flush()


def load_cycles(session: Session, cycle_id: str | None = None) -> list[Cycle]:
    """Every edition, of one cycle or of all: by id, the newest edition first."""
    query = select(CycleRow).order_by(CycleRow.cycle_id, CycleRow.edition.desc())
    if cycle_id is not None:
        query = query.where(CycleRow.cycle_id == cycle_id)
    return [_read(row) for row in session.scalars(query)]


def _read(row: CycleRow) -> Cycle:
    return Cycle(
        row.cycle_id,
        row.name,
        ScoreSource(row.source),
        row.indicator,
        Population(row.population),
        tuple((year, Decimal(weight)) for year, weight in json.loads(row.weights)),
        row.edition,
        row.made_by,
        row.made_at,
        row.reason,
    )
