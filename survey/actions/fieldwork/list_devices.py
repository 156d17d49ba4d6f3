"""List the devices of an area: what each made, what came in, what waits for a person, when it was last heard of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.device import SILENT_HOURS, Device, DeviceContact, KeptReason, RecordOutcome
from survey.storage import Storage
from survey.storage import devices as stored
from survey.storage.areas import load_area_tree


@dataclass(frozen=True)
class DeviceSummary:
    """`received` counts different records; `conflicts` and `kept` are among them. `contact` is the newest."""

    device: Device
    contact: DeviceContact | None
    received: int
    conflicts: int
    kept: int

    @property
    def missing(self) -> int:
        """Records that the device made and that neither came in nor wait on it, as far as it has told."""
        if self.contact is None:
            return 0
        return max(0, self.contact.issued - self.contact.unsent - self.received)

    def silent(self, now: datetime) -> bool:
        """In use, and not heard of for a day."""
        last = self.contact.at if self.contact else self.device.enrolled_at
        return self.device.stopped_at is None and now - last > timedelta(hours=SILENT_HOURS)


@dataclass(frozen=True)
class KeptRecord:
    """A record that waits for a person. Neither its answers nor its case are shown here."""

    id: str
    sha256: str
    interviewer: str
    reason: KeptReason
    detail: str
    kept_on: datetime


@dataclass(frozen=True)
class DeviceList:
    devices: tuple[DeviceSummary, ...]
    kept: tuple[KeptRecord, ...]


def list_devices(storage: Storage, area: str) -> DeviceList:
    """The devices that were enrolled in `area` and below, and the records of their workers that wait."""
    with storage.read() as session:
        inside = codes_within(load_area_tree(session), area)
        contacts = stored.last_contacts(session)
        outcomes = stored.count_delivered(session)
        received = stored.count_distinct_delivered(session)
        return DeviceList(
            devices=tuple(
                DeviceSummary(
                    device=device,
                    contact=contacts.get(device.id),
                    received=received.get(device.id, 0),
                    conflicts=outcomes.get((device.id, RecordOutcome.CONFLICT), 0),
                    kept=outcomes.get((device.id, RecordOutcome.KEPT), 0),
                )
                for device in stored.list_devices(session, inside)
            ),
            kept=tuple(
                KeptRecord(row.record_id, row.sha256, row.interviewer, KeptReason(row.reason), row.detail, row.kept_on)
                for row in stored.list_kept(session, inside)
            ),
        )
