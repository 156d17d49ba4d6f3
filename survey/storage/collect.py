"""Devices that work with ODK Collect, the forms they were given (which never change), and attachments of records."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.collect_device import CollectDevice
from survey.storage.base import Base
from survey.storage.responses import LedgerRow


class CollectDeviceRow(Base):
    """The counters count deliveries, not records: a record that comes twice is one received and one repeated."""

    __tablename__ = "collect_device"
    __table_args__ = (Index(None, "token_sha256", unique=True),)

    device_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64))
    interviewer: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    label: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(120))
    revoked_at: Mapped[datetime | None]
    last_contact_at: Mapped[datetime | None]
    received: Mapped[int]
    repeated: Mapped[int]
    kept: Mapped[int]


class CollectFormRow(Base):
    """A wave's XForm as it was first made: a newer converter would write other bytes under the same version."""

    __tablename__ = "collect_form"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    md5: Mapped[str] = mapped_column(String(32))
    xform: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class AttachmentRow(Base):
    """A file that a record names, in base64, so that it is part of every backup. Only the day of arrival is kept."""

    __tablename__ = "attachment"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(126), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]


def insert_device(session: Session, device: CollectDevice) -> None:
    session.add(CollectDeviceRow(device_id=device.id, **_values(device)))
    session.flush()


def find_device(session: Session, token_sha256: str) -> CollectDevice | None:
    """The device with this token, revoked or not."""
    row = session.scalars(select(CollectDeviceRow).where(CollectDeviceRow.token_sha256 == token_sha256)).first()
    return None if row is None else _to_device(row)


def load_device(session: Session, device_id: str) -> CollectDevice | None:
    row = session.get(CollectDeviceRow, device_id)
    return None if row is None else _to_device(row)


def list_devices(session: Session, areas: Collection[str]) -> list[CollectDevice]:
    """The devices of some areas; those in use first, by interviewer."""
    rows = session.scalars(select(CollectDeviceRow).order_by(CollectDeviceRow.interviewer, CollectDeviceRow.issued_at))
    return sorted((_to_device(row) for row in rows if row.area in areas), key=lambda one: one.revoked_at is not None)


def revoke_device(session: Session, device_id: str, now: datetime) -> bool:
    """False when it was revoked before."""
    changed = session.execute(
        update(CollectDeviceRow)
        .where(CollectDeviceRow.device_id == device_id, CollectDeviceRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(CollectDeviceRow.device_id)
    )
    return changed.first() is not None


def count_contact(session: Session, device_id: str, now: datetime, counter: str = "") -> None:
    """Note that the device was heard of; `counter` (received, repeated, kept) counts a delivery."""
    values: dict[str, object] = {"last_contact_at": now}
    if counter:
        values[counter] = getattr(CollectDeviceRow, counter) + 1
    session.execute(update(CollectDeviceRow).where(CollectDeviceRow.device_id == device_id).values(**values))


def load_form(session: Session, wave_id: str) -> CollectFormRow | None:
    return session.get(CollectFormRow, wave_id)


def save_form(session: Session, row: CollectFormRow) -> None:
    session.add(row)
    session.flush()


def save_attachments(session: Session, rows: Iterable[AttachmentRow]) -> None:
    """Keep files that are not there yet; the same content again changes nothing."""
    for row in rows:
        if session.get(AttachmentRow, (row.wave, row.response_id, row.name, row.sha256)) is None:
            session.add(row)
    session.flush()


def holds_answers(session: Session, wave_id: str, response_id: str) -> bool:
    """Whether the ledger holds answers under this id, counted or kept for review."""
    query = select(LedgerRow.sha256).where(LedgerRow.wave == wave_id, LedgerRow.response_id == response_id)
    return session.scalars(query.limit(1)).first() is not None


def attachment_names(session: Session, wave_id: str, response_id: str) -> frozenset[str]:
    query = select(AttachmentRow.name).where(AttachmentRow.wave == wave_id, AttachmentRow.response_id == response_id)
    return frozenset(session.scalars(query))


def delete_attachments_until(session: Session, wave_id: str, last_day: date) -> int:
    """Delete what arrived on `last_day` or before; returns how many."""
    row = AttachmentRow
    gone = delete(row).where(row.wave == wave_id, row.received_on <= last_day).returning(row.sha256)
    return len(session.scalars(gone).all())


def _values(device: CollectDevice) -> dict[str, object]:
    names = ("token_sha256", "interviewer", "area", "label", "issued_at", "issued_by", "revoked_at", "last_contact_at")
    return {name: getattr(device, name) for name in (*names, "received", "repeated", "kept")}


def _to_device(row: CollectDeviceRow) -> CollectDevice:
    return CollectDevice(
        id=row.device_id,
        token_sha256=row.token_sha256,
        interviewer=row.interviewer,
        area=row.area,
        label=row.label,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        revoked_at=row.revoked_at,
        last_contact_at=row.last_contact_at,
        received=row.received,
        repeated=row.repeated,
        kept=row.kept,
    )
