"""Keep what was recorded beside a visit with consent: once, only what the wave asks for, positions rounded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from survey.actions.fieldwork.not_taken import NotTakenError
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.device import KeptReason, RecordOutcome
from survey.fieldwork.visit_recording import VisitRecording, position_recording, read_position
from survey.programme.recording_plan import RecordingKind
from survey.programme.wave import OFFICE_TIME
from survey.response.receipt import sign_receipt
from survey.storage import Storage
from survey.storage.recordings import has_other_content, save_recording
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class SentRecording:
    """A recording as a device sent it, not looked at yet."""

    wave: str
    id: str
    visit: str
    kind: RecordingKind
    media_type: str
    content: bytes


@dataclass(frozen=True)
class KeptRecording:
    outcome: RecordOutcome
    receipt: str


def keep_recording(storage: Storage, key: str, sent: SentRecording, now: datetime) -> KeptRecording:
    """Keep it and sign its receipt with `key`.

    Raises `NotTakenError` for what the wave does not ask for and for what is no recording; nothing of it is kept.
    """
    recording = _allowed(storage, sent, now)
    receipt = sign_receipt(key, sent.wave, sent.id, recording.sha256)
    for last in (False, True):
        try:
            with storage.write() as session:
                conflict = has_other_content(session, recording)
                new = save_recording(session, recording)
            break
        except IntegrityError:  # the same recording came twice at the same moment and the other one won
            if last:
                raise
    if conflict and new:
        return KeptRecording(RecordOutcome.CONFLICT, receipt)
    return KeptRecording(RecordOutcome.ACCEPTED if new else RecordOutcome.ALREADY_RECEIVED, receipt)


def _allowed(storage: Storage, sent: SentRecording, now: datetime) -> VisitRecording:
    with storage.read() as session:
        wave = load_wave(session, sent.wave)
    if wave is None or sent.kind not in wave.recording.kinds:
        raise NotTakenError(KeptReason.NOT_ASKED, f"{sent.kind}: wave {sent.wave} does not ask for it")
    today = now.astimezone(OFFICE_TIME).date()
    try:
        if sent.kind is RecordingKind.POSITION:
            point, metres = read_position(sent.content), wave.recording.position_metres
            return position_recording(wave.id, sent.id, sent.visit, point, metres, today)
        return VisitRecording(wave.id, sent.id, sent.visit, sent.kind, sent.media_type, sent.content, today)
    except FieldworkError as error:
        raise NotTakenError(KeptReason.FAULTY, str(error)) from error
