"""Tables of responsible units and their roles per indicator."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from survey.instrument.text import Text
from survey.programme.unit import Unit, UnitRole
from survey.storage.base import Base


class UnitRow(Base):
    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh_hans: Mapped[str] = mapped_column(String(80))
    name_zh_hant: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(160))
    ended_on: Mapped[date | None]
    roles: Mapped[list["UnitIndicatorRow"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class UnitIndicatorRow(Base):
    __tablename__ = "unit_indicator"

    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(12))


def load_units(session: Session) -> tuple[Unit, ...]:
    return tuple(_to_unit(row) for row in session.scalars(select(UnitRow).order_by(UnitRow.code)))


def save_units(session: Session, units: Iterable[Unit]) -> None:
    for unit in units:
        session.merge(
            UnitRow(
                code=unit.code,
                name_zh_hans=unit.name.zh_hans,
                name_zh_hant=unit.name.zh_hant,
                name_en=unit.name.en,
                ended_on=unit.ended_on,
                roles=[UnitIndicatorRow(indicator=indicator, role=role.value) for indicator, role in unit.roles],
            )
        )


def _to_unit(row: UnitRow) -> Unit:
    roles = tuple((link.indicator, UnitRole(link.role)) for link in sorted(row.roles, key=lambda link: link.indicator))
    return Unit(row.code, Text(row.name_zh_hans, row.name_en, row.name_zh_hant), roles, row.ended_on)
