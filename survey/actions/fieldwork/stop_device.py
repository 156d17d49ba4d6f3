"""Take a worker's device out of service (lost, handed in): from then on it neither reads work nor delivers."""

from datetime import datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.device import Device, DeviceError
from survey.storage import Storage
from survey.storage import devices as stored
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event


def find_device(storage: Storage, device_id: str, area: str) -> Device | None:
    """A device of the account's area."""
    with storage.read() as session:
        device = stored.load_device(session, device_id)
        return device if device and device.area in codes_within(load_area_tree(session), area) else None


def stop_device(storage: Storage, device_id: str, area: str, now: datetime, actor: str) -> None:
    """Raises `DeviceError` for a device that is not of this area; one that was stopped stays as it is."""
    with storage.write() as session:
        device = stored.load_device(session, device_id)
        if device is None or device.area not in codes_within(load_area_tree(session), area):
            raise DeviceError(f"device {device_id}: expected one of area {area}, found none")
        if device.stopped_at is None:
            stored.stop_device(session, device_id, now)
            record_event(session, new_event(now, actor, "stop_device", device_id, device.label))
