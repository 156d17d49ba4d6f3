"""Visits, visits kept for review, and appointments. No column here names an answer."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.case import Appointment
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Presence, Visit, VisitMode, VisitOutcome
from survey.storage.base import Base

_KEYS_AT_ONCE = 500  # bound values in one statement


class VisitRow(Base):
    __tablename__ = "visit"
    __table_args__ = (
        ForeignKeyConstraint(["wave", "case_id"], ["sampled_case.wave", "sampled_case.case_id"]),
        Index(None, "wave", "case_id"),
    )

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    visit_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36))
    interviewer: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]  # the device's clock
    disposition: Mapped[str] = mapped_column(String(4))
    note: Mapped[str] = mapped_column(Text)
    mode: Mapped[str | None] = mapped_column(String(8))
    present: Mapped[str] = mapped_column(String(40))  # codes with spaces between them
    next_appointment: Mapped[datetime | None]
    device: Mapped[str | None] = mapped_column(String(36))
    received_at: Mapped[datetime | None]  # our clock


class VisitConflictRow(Base):
    """A visit that was kept but changed no case, waiting for a person. Its case may not exist."""

    __tablename__ = "visit_conflict"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    visit_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    interviewer: Mapped[str] = mapped_column(String(60))
    content: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(200))


class AppointmentRow(Base):
    __tablename__ = "appointment"
    __table_args__ = (ForeignKeyConstraint(["wave", "case_id"], ["sampled_case.wave", "sampled_case.case_id"]),)

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    appointment_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36))
    due_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]


def save_visits(session: Session, visits: Iterable[Visit]) -> None:
    session.add_all(_to_visit_row(visit) for visit in visits)
    session.flush()


def find_visit(session: Session, wave_id: str, visit_id: str) -> Visit | None:
    row = session.get(VisitRow, (wave_id, visit_id))
    return None if row is None else _to_visit(row)


def list_visits(session: Session, wave_id: str, cases: Collection[str] | None = None) -> list[Visit]:
    """The wave's visits by the time of the device; narrowed to some cases."""
    query = select(VisitRow).where(VisitRow.wave == wave_id)
    queries = [query] if cases is None else [query.where(VisitRow.case_id.in_(some)) for some in _in_parts(cases)]
    found = [_to_visit(row) for one in queries for row in session.scalars(one)]
    return sorted(found, key=lambda visit: (visit.at, visit.id))


def add_appointments(session: Session, appointments: Iterable[Appointment]) -> None:
    session.add_all(
        AppointmentRow(
            wave=one.wave,
            appointment_id=one.id,
            case_id=one.case,
            due_at=one.due_at,
            reason=one.reason,
            made_by=one.made_by,
            made_at=one.made_at,
        )
        for one in appointments
    )
    session.flush()


def list_appointments(session: Session, wave_id: str, cases: Collection[str] | None = None) -> list[Appointment]:
    """Every appointment ever made, the earliest made first; whether it is open the visits tell."""
    row = AppointmentRow
    query = select(row).where(row.wave == wave_id)
    queries = [query] if cases is None else [query.where(row.case_id.in_(some)) for some in _in_parts(cases)]
    found = [_to_appointment(one) for part in queries for one in session.scalars(part)]
    return sorted(found, key=lambda appointment: (appointment.made_at, appointment.id))


def find_visit_conflict(session: Session, wave_id: str, visit_id: str, sha256: str) -> VisitOutcome | None:
    """Why this very content was kept for review before."""
    row = session.get(VisitConflictRow, (wave_id, visit_id, sha256))
    return None if row is None else VisitOutcome(row.reason)


def add_visit_conflict(session: Session, visit: Visit, reason: VisitOutcome, now: datetime) -> None:
    session.add(
        VisitConflictRow(
            wave=visit.wave,
            visit_id=visit.id,
            sha256=visit.sha256(),
            reason=reason.value,
            interviewer=visit.interviewer,
            content=visit.content().decode(),
            received_at=now,
        )
    )
    session.flush()


@dataclass(frozen=True)
class KeptVisitRecord:
    """A visit that waits for a decision; `content` is what the device sent."""

    wave: str
    visit_id: str
    sha256: str
    reason: VisitOutcome
    content: str
    received_at: datetime
    decision: str | None = None


def list_kept_visits(session: Session, wave_id: str, *, decided: bool = False) -> list[KeptVisitRecord]:
    """Those nobody has decided about, or those that were decided; the earliest first."""
    row = VisitConflictRow
    state = row.decided_at.is_not(None) if decided else row.decided_at.is_(None)
    query = select(row).where(row.wave == wave_id, state).order_by(row.received_at, row.visit_id)
    return [
        KeptVisitRecord(
            one.wave,
            one.visit_id,
            one.sha256,
            VisitOutcome(one.reason),
            one.content,
            one.received_at,
            one.decision,
        )
        for one in session.scalars(query)
    ]


def settle_kept_visit(session: Session, record: KeptVisitRecord, decision: str | None, now: datetime | None) -> None:
    """Note what was decided; None opens it again."""
    row = session.get_one(VisitConflictRow, (record.wave, record.visit_id, record.sha256))
    row.decision, row.decided_at = decision[:200] if decision else None, now
    session.flush()


def remove_visit(session: Session, wave_id: str, visit_id: str) -> None:
    """Take a visit back that a person had taken from the kept ones, where its content stays."""
    session.execute(delete(VisitRow).where(VisitRow.wave == wave_id, VisitRow.visit_id == visit_id))
    made_there = (AppointmentRow.wave == wave_id, AppointmentRow.appointment_id == visit_id)
    session.execute(delete(AppointmentRow).where(*made_there))


def _in_parts(cases: Collection[str]) -> Iterator[list[str]]:
    wanted = sorted(cases)
    return (wanted[start : start + _KEYS_AT_ONCE] for start in range(0, len(wanted), _KEYS_AT_ONCE))


def _to_appointment(row: AppointmentRow) -> Appointment:
    return Appointment(row.wave, row.appointment_id, row.case_id, row.due_at, row.reason, row.made_by, row.made_at)


def _to_visit_row(visit: Visit) -> VisitRow:
    return VisitRow(
        wave=visit.wave,
        visit_id=visit.id,
        case_id=visit.case,
        interviewer=visit.interviewer,
        at=visit.at,
        disposition=visit.disposition.value,
        note=visit.note,
        mode=visit.mode.value if visit.mode else None,
        present=" ".join(one.value for one in visit.present),
        next_appointment=visit.next_appointment,
        device=visit.device,
        received_at=visit.received_at,
    )


def _to_visit(row: VisitRow) -> Visit:
    return Visit(
        wave=row.wave,
        id=row.visit_id,
        case=row.case_id,
        interviewer=row.interviewer,
        at=row.at,
        disposition=Disposition(row.disposition),
        note=row.note,
        mode=VisitMode(row.mode) if row.mode else None,
        present=tuple(Presence(code) for code in row.present.split()),
        next_appointment=row.next_appointment,
        device=row.device,
        received_at=row.received_at,
    )
