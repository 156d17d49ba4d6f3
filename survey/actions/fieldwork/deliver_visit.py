"""Hand a visit from a device to the fieldwork tables."""

from datetime import datetime

from survey.actions.fieldwork.not_taken import NotTakenError
from survey.actions.fieldwork.record_visit import record_visit
from survey.fieldwork.device import Device, KeptReason
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.field_record import VisitRecord
from survey.fieldwork.visit import Presence, ReceivedVisit, Visit, VisitMode
from survey.storage import Storage


def deliver_visit(storage: Storage, key: str, record: VisitRecord, device: Device, now: datetime) -> ReceivedVisit:
    """Store the visit once. Raises `NotTakenError` for one that says what no visit can say."""
    try:
        visit = Visit(
            wave=record.wave,
            id=record.id,
            case=record.case,
            interviewer=device.interviewer,
            at=record.at,
            disposition=Disposition(record.disposition),
            note=record.note,
            mode=None if record.mode is None else VisitMode(record.mode),
            present=tuple(Presence(code) for code in record.present),
            next_appointment=record.next_appointment,
            device=device.id,
        )
        return record_visit(storage, key, visit, now)
    except ValueError as error:  # also FieldworkError and WaveError; or a code that this program does not know
        raise NotTakenError(KeptReason.FAULTY, str(error)) from error
