"""Table of areas."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.text import Text
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.storage.base import Base


class AreaRow(Base):
    __tablename__ = "area"

    code: Mapped[str] = mapped_column(String(15), primary_key=True)
    name_zh_hans: Mapped[str] = mapped_column(String(80))
    name_zh_hant: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(160))
    level: Mapped[str] = mapped_column(String(12))
    parent: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    group: Mapped[str] = mapped_column("area_group", String(40), server_default="")
    ended_on: Mapped[date | None]


def load_area_tree(session: Session) -> AreaTree:
    return AreaTree.of(_to_area(row) for row in session.scalars(select(AreaRow)))


def save_areas(session: Session, areas: Iterable[Area]) -> None:
    """Insert or replace; parents first, which the order of codes gives."""
    for area in sorted(areas, key=lambda area: area.code):
        session.merge(
            AreaRow(
                code=area.code,
                name_zh_hans=area.name.zh_hans,
                name_zh_hant=area.name.zh_hant,
                name_en=area.name.en,
                level=area.level.value,
                parent=area.parent,
                group=area.group,
                ended_on=area.ended_on,
            )
        )
        session.flush()


def _to_area(row: AreaRow) -> Area:
    name = Text(row.name_zh_hans, row.name_en, row.name_zh_hant)
    return Area(row.code, name, AreaLevel(row.level), row.parent, row.group, row.ended_on)
