"""Enrol a worker's device: it gets an id, two tokens, the office's public key and the key that proves receipts."""

import base64
import uuid
from dataclasses import dataclass
from datetime import datetime

from survey.accounts.account import Account
from survey.fieldwork.device import Device, receipt_key
from survey.fieldwork.device_token import Purpose, make_token
from survey.fieldwork.sealed_box import office_key, public_point
from survey.storage import Storage
from survey.storage.devices import insert_device
from survey.storage.events import new_event, record_event


@dataclass(frozen=True)
class Enrolment:
    """What the device is given, once. Keys are base64."""

    device: Device
    deliver_token: str
    work_token: str
    office_point: str
    receipt_key: str


def enrol_device(storage: Storage, secret_key: str, account: Account, label: str, now: datetime) -> Enrolment:
    """Raises `DeviceError` for a name that is empty or too long."""
    device = Device(str(uuid.uuid4()), account.interviewer_code, account.email, account.area, label.strip(), now)
    with storage.write() as session:
        insert_device(session, device)
        record_event(session, new_event(now, account.email, "enrol_device", device.id, device.label))
    return Enrolment(
        device=device,
        deliver_token=make_token(secret_key, device.id, Purpose.DELIVER),
        work_token=make_token(secret_key, device.id, Purpose.WORK),
        office_point=public_point(office_key(secret_key)),
        receipt_key=base64.b64encode(receipt_key(secret_key, device.id)).decode(),
    )
