"""Positions, photographs and sound beside visits, until clean-up deletes them. No column here names an answer."""

import base64
from collections.abc import Collection
from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.visit_recording import VisitRecording
from survey.programme.recording_plan import RecordingKind
from survey.storage.base import NOT_BACKED_UP, Base


class VisitRecordingRow(Base):
    """The content in base64. It may arrive before its visit, so no key leads to one."""

    __tablename__ = "visit_recording"
    __table_args__ = (Index(None, "wave", "visit_id"), NOT_BACKED_UP)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    recording_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    visit_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(8))
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]


def save_recording(session: Session, recording: VisitRecording) -> bool:
    """Keep it; False when this very content is there already under its id."""
    key = (recording.wave, recording.id, recording.sha256)
    if session.get(VisitRecordingRow, key) is not None:
        return False
    session.add(
        VisitRecordingRow(
            wave=recording.wave,
            recording_id=recording.id,
            sha256=recording.sha256,
            visit_id=recording.visit,
            kind=recording.kind.value,
            media_type=recording.media_type,
            content=base64.b64encode(recording.content).decode(),
            received_on=recording.received_on,
        )
    )
    session.flush()
    return True


def has_other_content(session: Session, recording: VisitRecording) -> bool:
    """Whether another content came under the same id."""
    row = VisitRecordingRow
    query = select(row.sha256).where(row.wave == recording.wave, row.recording_id == recording.id)
    return any(sha256 != recording.sha256 for sha256 in session.scalars(query))


def list_recordings(
    session: Session, wave_id: str, visits: Collection[str], kind: RecordingKind | None = None
) -> list[VisitRecording]:
    """The recordings of some visits (of one case: there are few), by visit and kind; narrowed to one kind."""
    row = VisitRecordingRow
    query = select(row).where(row.wave == wave_id, row.visit_id.in_(sorted(visits)))
    if kind is not None:
        query = query.where(row.kind == kind.value)
    return [_to_recording(one) for one in session.scalars(query.order_by(row.visit_id, row.kind, row.recording_id))]


def delete_recording(session: Session, wave_id: str, recording_id: str) -> int:
    """How many were deleted: everything that came under this id."""
    row = VisitRecordingRow
    gone = delete(row).where(row.wave == wave_id, row.recording_id == recording_id).returning(row.sha256)
    return len(session.scalars(gone).all())


def delete_recordings_until(session: Session, wave_id: str, last_day: date) -> int:
    """Delete what arrived on `last_day` or before; returns how many."""
    row = VisitRecordingRow
    gone = delete(row).where(row.wave == wave_id, row.received_on <= last_day).returning(row.recording_id)
    return len(session.scalars(gone).all())


def _to_recording(row: VisitRecordingRow) -> VisitRecording:
    return VisitRecording(
        row.wave,
        row.recording_id,
        row.visit_id,
        RecordingKind(row.kind),
        row.media_type,
        base64.b64decode(row.content),
        row.received_on,
    )
