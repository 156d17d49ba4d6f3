"""Receive one record from a worker's device: open its box, hand its content on, count it, prove the receipt.

A record is never refused for what it holds: one that cannot be taken as it is gets kept for review, with the reason.
The box of an answer says nothing about its case, and what is stored of the two can be joined by nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from survey.actions.fieldwork.deliver_door_answer import deliver_door_answer
from survey.actions.fieldwork.deliver_visit import deliver_visit
from survey.actions.fieldwork.keep_recording import SentRecording, keep_recording
from survey.actions.fieldwork.not_taken import NotTakenError
from survey.fieldwork.device import (
    Delivered,
    Device,
    DeviceError,
    KeptReason,
    RecordKind,
    RecordOutcome,
    StoppedDeviceError,
    prove,
    record_digest,
)
from survey.fieldwork.device_token import Purpose, read_token
from survey.fieldwork.field_record import (
    AnswerRecord,
    FieldRecord,
    FieldRecordError,
    RecordingRecord,
    read_field_record,
)
from survey.fieldwork.sealed_box import SealedBoxError, open_box
from survey.fieldwork.visit import VisitOutcome
from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.response.day_only import end_of_day
from survey.response.receipt import sign_receipt
from survey.storage import Storage
from survey.storage.devices import KeptRecordRow, add_delivered, keep_record, last_contacts, load_device

_VISIT_OUTCOMES = {
    VisitOutcome.ACCEPTED: RecordOutcome.ACCEPTED,
    VisitOutcome.ALREADY_RECEIVED: RecordOutcome.ALREADY_RECEIVED,
    VisitOutcome.CONFLICT: RecordOutcome.CONFLICT,
}


@dataclass(frozen=True)
class _Taken:
    outcome: RecordOutcome
    receipt: str


@dataclass(frozen=True)
class _Fault:
    """Why a record waits for a person."""

    reason: KeptReason
    message: str


def receive_record(
    storage: Storage, secret_key: str, token: str, record_id: str, body: bytes, now: datetime
) -> Delivered:
    """Take one record that a device sent over the network; returns after it is on disk.

    `body` is what the device sent, byte for byte; the reply is bound to its sha256. Raises `DeviceTokenError`,
    `StoppedDeviceError`, `StorageUnavailableError`.
    """
    device = _load(storage, read_token(secret_key, token, Purpose.DELIVER))
    if device.stopped_at is not None:
        raise StoppedDeviceError(f"device {device.id}: taken out of service at {device.stopped_at.isoformat()}")
    return take_record(storage, secret_key, device, record_id, body, now)


def take_record(
    storage: Storage, secret_key: str, device: Device, record_id: str, body: bytes, now: datetime
) -> Delivered:
    """Take one record of a known device, sent or brought in a file."""
    sha256 = sha256_hex(body)
    taken = _take(storage, secret_key, device, record_id, body, now)
    for last in (False, True):
        try:
            with storage.write() as session:
                outcome = RecordOutcome.ACCEPTED if taken.outcome is RecordOutcome.ALREADY_RECEIVED else taken.outcome
                add_delivered(session, device.id, record_digest(secret_key, record_id), outcome)
            break
        except IntegrityError:  # the same record came twice at the same moment and the other one counted it
            if last:
                raise
    proof = prove(secret_key, device.id, record_id, sha256, taken.outcome, taken.receipt)
    return Delivered(record_id, sha256, taken.outcome, taken.receipt, proof)


def _take(storage: Storage, key: str, device: Device, record_id: str, body: bytes, now: datetime) -> _Taken:
    opened: dict[str, object] | None = None
    try:
        opened = _open(body, key)
        record = read_field_record(opened)
        if record.id != record_id:
            raise FieldRecordError(f"id: expected {record_id}, found {record.id}")
        return _hand_on(storage, key, device, record, now)
    except SealedBoxError as error:
        return _keep(storage, key, device, record_id, body, _Fault(KeptReason.UNREADABLE, str(error)), now)
    except FieldRecordError as error:
        fault = _Fault(KeptReason.FAULTY, str(error))
    except NotTakenError as error:
        fault = _Fault(error.reason, str(error))
    return _keep(storage, key, device, record_id, canonical_bytes(_without_recording(opened)), fault, now)


def _without_recording(opened: dict[str, object] | None) -> dict[str, object] | None:
    """A photograph or sound that cannot be taken is told, and not kept: nobody agreed to that."""
    if opened is None or opened.get("kind") != RecordKind.RECORDING.value:
        return opened
    return {name: value for name, value in opened.items() if name != "content"}


def _open(body: bytes, key: str) -> dict[str, object]:
    try:
        box = json.loads(body)
    except ValueError as error:
        raise SealedBoxError("box: expected JSON") from error
    return open_box(box, key)


def _hand_on(storage: Storage, key: str, device: Device, record: FieldRecord, now: datetime) -> _Taken:
    if isinstance(record, AnswerRecord):
        skew = _skew(storage, device)
        received = deliver_door_answer(storage, key, record, interviewer=device.interviewer, skew=skew, now=now)
        return _Taken(RecordOutcome(received.outcome.value), received.receipt)
    if isinstance(record, RecordingRecord):
        sent = SentRecording(record.wave, record.id, record.visit, record.what, record.media_type, record.content)
        kept = keep_recording(storage, key, sent, now)
        return _Taken(kept.outcome, kept.receipt)
    visit = deliver_visit(storage, key, record, device, now)
    return _Taken(_VISIT_OUTCOMES.get(visit.outcome, RecordOutcome.KEPT), visit.receipt)


def _skew(storage: Storage, device: Device) -> timedelta:
    """How far the device's clock was ahead of ours when it last began to deliver; nothing known counts as right."""
    with storage.read() as session:
        contact = last_contacts(session).get(device.id)
    return timedelta(seconds=contact.skew) if contact else timedelta(0)


def _keep(
    storage: Storage, key: str, device: Device, record_id: str, content: bytes, fault: _Fault, now: datetime
) -> _Taken:
    """Keep what cannot be taken as it is. A text that is no id of ours is kept under its hash."""
    sha256 = sha256_hex(content)
    row = KeptRecordRow(
        record_id=record_id,
        sha256=sha256,
        interviewer=device.interviewer,
        area=device.area,
        reason=fault.reason.value,
        detail=fault.message[:300],
        content=content.decode(errors="replace"),
        kept_on=end_of_day(now),
    )
    with storage.write() as session:
        keep_record(session, row)
    return _Taken(RecordOutcome.KEPT, sign_receipt(key, "kept", record_id, sha256))


def _load(storage: Storage, device_id: str) -> Device:
    with storage.read() as session:
        device = load_device(session, device_id)
    if device is None:
        raise DeviceError(f"device {device_id}: expected one that was enrolled, found none")
    return device
