"""Imports of files of responses, and which response came with which import."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.response.response_import import ImportStatus, ResponseImport
from survey.storage.base import Base


class ResponseImportRow(Base):
    __tablename__ = "response_import"
    __table_args__ = (Index(None, "wave", "made_at"),)

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(12))
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    assignment: Mapped[str] = mapped_column(Text, default="{}")  # JSON
    counts: Mapped[str] = mapped_column(Text, default="{}")  # JSON
    faults: Mapped[str] = mapped_column(Text, default="[]")  # JSON
    stored_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class ImportedResponseRow(Base):
    """Only the import's responses are looked for by import; the other way round when a file comes again."""

    __tablename__ = "imported_response"
    __table_args__ = (
        ForeignKeyConstraint(["wave", "response_id"], ["response.wave", "response.response_id"]),
        Index(None, "import_id"),
        {"sqlite_with_rowid": False},
    )

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("response_import.import_id"))


def add_import(session: Session, one: ResponseImport) -> None:
    session.add(
        ResponseImportRow(
            import_id=one.id,
            wave=one.wave,
            file=one.file[:200],
            sha256=one.sha256,
            status=one.status.value,
            made_by=one.made_by,
            made_at=one.made_at,
            assignment=json.dumps(dict(one.assignment), ensure_ascii=False),
        )
    )
    session.flush()


def find_import(session: Session, import_id: str) -> ResponseImport | None:
    row = session.get(ResponseImportRow, import_id)
    return None if row is None else _read(row)


def imports_of(session: Session, wave_id: str) -> list[ResponseImport]:
    """The newest first."""
    query = select(ResponseImportRow).where(ResponseImportRow.wave == wave_id)
    return [_read(row) for row in session.scalars(query.order_by(ResponseImportRow.made_at.desc()))]


def upload_times(session: Session) -> dict[str, datetime]:
    """When the file of each import came, by the import's id."""
    query = select(ResponseImportRow.import_id, ResponseImportRow.made_at)
    return {row.import_id: row.made_at for row in session.execute(query)}


def change_import(
    session: Session, import_id: str, allowed: Collection[ImportStatus], status: ImportStatus, **columns: Any
) -> bool:
    """Write status and columns; False when the import is in none of the `allowed` states any more."""
    statement = update(ResponseImportRow).where(
        ResponseImportRow.import_id == import_id, ResponseImportRow.status.in_([one.value for one in allowed])
    )
    trees = {name: json.dumps(value, ensure_ascii=False) for name, value in columns.items() if name in _TREES}
    values = statement.values(**{**columns, **trees}, status=status.value)
    return session.execute(values.returning(ResponseImportRow.import_id)).first() is not None


def withdrawn_of(session: Session, wave_id: str, response_ids: Collection[str]) -> set[str]:
    """Those of the responses that came with an import which was withdrawn."""
    query = (
        select(ImportedResponseRow.response_id)
        .join(ResponseImportRow, ResponseImportRow.import_id == ImportedResponseRow.import_id)
        .where(
            ImportedResponseRow.wave == wave_id,
            ImportedResponseRow.response_id.in_(response_ids),
            ResponseImportRow.status == ImportStatus.WITHDRAWN.value,
        )
    )
    return set(session.scalars(query))


def responses_of(session: Session, import_id: str) -> list[str]:
    query = select(ImportedResponseRow.response_id).where(ImportedResponseRow.import_id == import_id)
    return list(session.scalars(query.order_by(ImportedResponseRow.response_id)))


_TREES = ("assignment", "counts", "faults")


def _read(row: ResponseImportRow) -> ResponseImport:
    faults: list[list[str]] = json.loads(row.faults)
    counts: Mapping[str, int] = json.loads(row.counts)
    return ResponseImport(
        id=row.import_id,
        wave=row.wave,
        file=row.file,
        sha256=row.sha256,
        status=ImportStatus(row.status),
        made_by=row.made_by,
        made_at=row.made_at,
        assignment=json.loads(row.assignment),
        counts=counts,
        faults=tuple((where, expected, found) for where, expected, found in faults),
        stored_at=row.stored_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
        reason=row.reason,
    )
