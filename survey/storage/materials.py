"""Attached files: facts in one table, content in pieces in another, so that a backup holds both with little memory."""

import base64
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.programme.material import Material, MaterialKind
from survey.storage.base import Base

_PIECE = 48 * 1024  # bytes


class MaterialRow(Base):
    __tablename__ = "material"
    __table_args__ = (Index(None, "subject"),)

    material_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime]
    removed_by: Mapped[str] = mapped_column(String(120), default="")
    removed_at: Mapped[datetime | None]


class MaterialPieceRow(Base):
    __tablename__ = "material_piece"

    material_id: Mapped[str] = mapped_column(ForeignKey("material.material_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)  # base64


def add_material(session: Session, one: Material, content: bytes) -> None:
    session.add(
        MaterialRow(
            material_id=one.id,
            subject=one.subject,
            unit=one.unit,
            kind=one.kind.value,
            name=one.name,
            size=one.size,
            sha256=one.sha256,
            added_by=one.added_by,
            added_at=one.added_at,
        )
    )
    session.flush()
    for number, start in enumerate(range(0, len(content), _PIECE)):
        piece = base64.b64encode(content[start : start + _PIECE]).decode()
        session.add(MaterialPieceRow(material_id=one.id, number=number, content=piece))
    session.flush()


def list_materials(session: Session, subject: str | None = None) -> list[Material]:
    """Those that are not removed: by subject, unit, kind, then in the order in which they came."""
    query = select(MaterialRow).where(MaterialRow.removed_at.is_(None))
    if subject is not None:
        query = query.where(MaterialRow.subject == subject)
    order = (MaterialRow.subject, MaterialRow.unit, MaterialRow.kind, MaterialRow.added_at)
    return [_read(row) for row in session.scalars(query.order_by(*order, MaterialRow.material_id))]


def find_material(session: Session, material_id: str) -> Material | None:
    row = session.get(MaterialRow, material_id)
    return None if row is None else _read(row)


def read_content(session: Session, material_id: str) -> Iterator[bytes]:
    query = select(MaterialPieceRow.content).where(MaterialPieceRow.material_id == material_id)
    for piece in session.scalars(query.order_by(MaterialPieceRow.number).execution_options(yield_per=20)):
        yield base64.b64decode(piece)


def mark_removed(session: Session, material_id: str, by: str, at: datetime) -> bool:
    """The content stays; False when it was removed before."""
    statement = update(MaterialRow).where(MaterialRow.material_id == material_id, MaterialRow.removed_at.is_(None))
    changed = statement.values(removed_by=by, removed_at=at).returning(MaterialRow.material_id)
    return session.execute(changed).first() is not None


def _read(row: MaterialRow) -> Material:
    return Material(
        row.material_id,
        row.subject,
        row.unit,
        MaterialKind(row.kind),
        row.name,
        row.size,
        row.sha256,
        row.added_by,
        row.added_at,
        row.removed_by,
        row.removed_at,
    )
