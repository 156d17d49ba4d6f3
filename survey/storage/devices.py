"""Workers' devices, their contacts, the count of what they delivered, and records kept for review.

`delivered_record` holds keyed digests of ids, in the order of the digests: it counts, and joins nothing.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.device import Device, DeviceContact, RecordOutcome
from survey.storage.base import Base


class DeviceRow(Base):
    __tablename__ = "device"

    device_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interviewer: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    label: Mapped[str] = mapped_column(String(40))
    enrolled_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


class DeviceContactRow(Base):
    """One beginning of a delivery, with both clocks; never changed."""

    __tablename__ = "device_contact"
    __table_args__ = (Index(None, "device_id", "at"),)

    contact_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"))
    at: Mapped[datetime]
    device_clock: Mapped[datetime]
    app_version: Mapped[str] = mapped_column(String(12))
    issued: Mapped[int]
    unsent: Mapped[int]


class DeliveredRecordRow(Base):
    """One record that a device delivered: that it came and what became of it, not what it is."""

    __tablename__ = "delivered_record"
    __table_args__ = ({"sqlite_with_rowid": False},)

    device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16), primary_key=True)


class KeptRecordRow(Base):
    """A record that could not be taken as it is; a person decides. `content` is what the device sent, opened."""

    __tablename__ = "kept_record"
    __table_args__ = (ForeignKeyConstraint(["area"], ["area.code"]), {"sqlite_with_rowid": False})

    record_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    interviewer: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(String(15))
    reason: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(300))
    content: Mapped[str] = mapped_column(Text)
    kept_on: Mapped[datetime]  # the end of the day: the hour would lead to a visit
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(200))


def insert_device(session: Session, device: Device) -> None:
    session.add(
        DeviceRow(
            device_id=device.id,
            interviewer=device.interviewer,
            account=device.account,
            area=device.area,
            label=device.label,
            enrolled_at=device.enrolled_at,
        )
    )
    session.flush()


def load_device(session: Session, device_id: str) -> Device | None:
    row = session.get(DeviceRow, device_id)
    return None if row is None else _to_device(row)


def list_devices(session: Session, areas: Collection[str]) -> list[Device]:
    """The devices of some areas, by interviewer and time of enrolment."""
    rows = session.scalars(select(DeviceRow).order_by(DeviceRow.interviewer, DeviceRow.enrolled_at))
    return [_to_device(row) for row in rows if row.area in areas]


def stop_device(session: Session, device_id: str, now: datetime) -> None:
    session.get_one(DeviceRow, device_id).stopped_at = now


def add_contact(session: Session, device_id: str, contact: DeviceContact) -> None:
    session.add(
        DeviceContactRow(
            contact_id=str(uuid.uuid4()),
            device_id=device_id,
            at=contact.at,
            device_clock=contact.device_clock,
            app_version=contact.app_version,
            issued=contact.issued,
            unsent=contact.unsent,
        )
    )
    session.flush()


def last_contacts(session: Session) -> dict[str, DeviceContact]:
    """The newest contact of every device that made one."""
    row = DeviceContactRow
    newest = select(row.device_id, func.max(row.at).label("at")).group_by(row.device_id).subquery()
    rows = session.scalars(select(row).join(newest, (row.device_id == newest.c.device_id) & (row.at == newest.c.at)))
    return {row.device_id: _to_contact(row) for row in rows}


def add_delivered(session: Session, device_id: str, digest: str, outcome: RecordOutcome) -> None:
    """Count a record once for each outcome that it had."""
    if session.get(DeliveredRecordRow, (device_id, digest, outcome.value)) is None:
        session.add(DeliveredRecordRow(device_id=device_id, digest=digest, outcome=outcome.value))
        session.flush()


def count_delivered(session: Session) -> dict[tuple[str, RecordOutcome], int]:
    """How many records of each device had each outcome."""
    row = DeliveredRecordRow
    query = select(row.device_id, row.outcome, func.count()).group_by(row.device_id, row.outcome)
    return {(device, RecordOutcome(outcome)): n for device, outcome, n in session.execute(query)}


def count_distinct_delivered(session: Session) -> dict[str, int]:
    """How many different records of each device have come in."""
    row = DeliveredRecordRow
    query = select(row.device_id, func.count(row.digest.distinct())).group_by(row.device_id)
    return {device: int(n) for device, n in session.execute(query)}


def keep_record(session: Session, row: KeptRecordRow) -> None:
    """Keep a record for review; the same content again changes nothing."""
    if session.get(KeptRecordRow, (row.record_id, row.sha256)) is None:
        session.add(row)
        session.flush()


def list_kept(session: Session, areas: Collection[str], *, decided: bool = False) -> list[KeptRecordRow]:
    """The records of some areas that wait for a decision, or those that were decided, by interviewer."""
    row = KeptRecordRow
    state = row.decided_at.is_not(None) if decided else row.decided_at.is_(None)
    rows = session.scalars(select(row).where(state).order_by(row.interviewer, row.record_id))
    return [one for one in rows if one.area in areas]


def _to_device(row: DeviceRow) -> Device:
    return Device(row.device_id, row.interviewer, row.account, row.area, row.label, row.enrolled_at, row.stopped_at)


def _to_contact(row: DeviceContactRow) -> DeviceContact:
    return DeviceContact(row.at, row.device_clock, row.app_version, row.issued, row.unsent)
