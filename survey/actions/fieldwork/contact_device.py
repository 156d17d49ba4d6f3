"""A device says that it is there: both clocks, its program, what it made and what still waits on it."""

from datetime import datetime

from survey.fieldwork.device import DeviceContact, DeviceError, StoppedDeviceError
from survey.fieldwork.device_token import Purpose, read_token
from survey.storage import Storage
from survey.storage.devices import add_contact, load_device


def contact_device(
    storage: Storage,
    secret_key: str,
    token: str,
    *,
    device_clock: datetime,
    app_version: str,
    issued: int,
    unsent: int,
    now: datetime,
) -> DeviceContact:
    """Note the contact. Raises `DeviceTokenError`, or `StoppedDeviceError` when the device was taken out of service."""
    device_id = read_token(secret_key, token, Purpose.DELIVER)
    contact = DeviceContact(now, device_clock, app_version[:12], issued, unsent)
    with storage.write() as session:
        device = load_device(session, device_id)
        if device is None:
            raise DeviceError(f"device {device_id}: expected one that was enrolled, found none")
        if device.stopped_at is not None:
            raise StoppedDeviceError(f"device {device_id}: taken out of service at {device.stopped_at.isoformat()}")
        add_contact(session, device_id, contact)
    return contact
