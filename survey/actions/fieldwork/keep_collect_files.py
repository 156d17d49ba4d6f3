"""Keep the files of a record of ODK Collect: beside its answers, and what the resident agreed to beside the visit.

They come in several parts, in any order, and more than once. Steps 3 and 4.
"""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.exchange.openrosa.record import Record
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.visit_recording import VisitRecording, position_recording
from survey.instrument.canonical import sha256_hex
from survey.programme.recording_plan import RecordingKind
from survey.programme.wave import OFFICE_TIME, Wave
from survey.response.day_only import end_of_day
from survey.storage.collect import AttachmentRow, attachment_names, holds_answers, save_attachments
from survey.storage.recordings import list_recordings, save_recording


@dataclass(frozen=True)
class Attachment:
    """A file of a record as it was sent."""

    name: str
    media_type: str
    content: bytes


def keep_files(session: Session, record: Record, files: Sequence[Attachment], now: datetime) -> tuple[str, ...]:
    """Keep the files that the record names, beside answers only; returns the names of those that are still missing."""
    if not holds_answers(session, record.form, record.id):
        return ()
    save_attachments(session, [_row(record, one, now) for one in files if one.name in record.files])
    return tuple(sorted(record.files - attachment_names(session, record.form, record.id)))


def keep_recordings(
    session: Session, wave: Wave, record: Record, files: Sequence[Attachment], now: datetime
) -> tuple[str, ...]:
    """Keep what the resident agreed to and the wave asks for, beside the visit; returns the files still missing."""
    if record.visit is None:
        return ()
    sent = {one.name: one for one in files}
    missing = []
    for kind, written in record.visit.recorded.items():
        file = sent.get(written)
        if kind not in wave.recording.kinds:
            continue
        if kind is not RecordingKind.POSITION and file is None:
            if not list_recordings(session, wave.id, [record.visit.id], kind):
                missing.append(written)
            continue
        try:
            save_recording(session, _recording(wave, record.visit.id, kind, written, file, now))
        except FieldworkError:  # no point, or no picture: it is optional, and the answers must not wait for it
            continue
    return tuple(missing)


def _recording(
    wave: Wave, visit: str, kind: RecordingKind, written: str, file: Attachment | None, now: datetime
) -> VisitRecording:
    own_id = str(uuid.uuid5(uuid.UUID(visit), kind.value))
    today = now.astimezone(OFFICE_TIME).date()
    if file is None:
        degrees = written.split()
        if len(degrees) < 2:
            raise FieldworkError(f"position: expected latitude and longitude, found {written[:40]!r}")
        try:
            point = float(degrees[0]), float(degrees[1])
        except ValueError as error:
            raise FieldworkError(f"position: expected degrees, found {written[:40]!r}") from error
        return position_recording(wave.id, own_id, visit, point, wave.recording.position_metres, today)
    return VisitRecording(wave.id, own_id, visit, kind, _media_type(file), file.content, today)


def _media_type(file: Attachment) -> str:
    """What the client says, or what the name's ending says where it says nothing."""
    known = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "m4a": "audio/mp4", "amr": "audio/amr"}
    return known.get(file.name.rpartition(".")[2].lower(), file.media_type)


def _row(record: Record, file: Attachment, now: datetime) -> AttachmentRow:
    return AttachmentRow(
        wave=record.form,
        response_id=record.id,
        name=file.name,
        sha256=sha256_hex(file.content),
        media_type=file.media_type[:80],
        size=len(file.content),
        content=base64.b64encode(file.content).decode(),
        received_on=end_of_day(now).date(),
    )
