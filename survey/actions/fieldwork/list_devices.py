"""List the devices of an area, with our app or with ODK Collect: made, received, waiting, when last heard of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from survey.accounts.account import Account
from survey.actions.fieldwork.collect_devices import list_collect_devices
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.collect_device import CollectDevice
from survey.fieldwork.device import SILENT_HOURS, Device, DeviceContact, KeptReason, RecordOutcome
from survey.storage import Storage
from survey.storage import devices as stored
from survey.storage.areas import load_area_tree
from survey.storage.devices import KeptRecordRow


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
    decision: str = ""


@dataclass(frozen=True)
class DeviceList:
    """`devices` have our app, `collect` ODK Collect; `interviewers` may be given one of the latter."""

    devices: tuple[DeviceSummary, ...]
    kept: tuple[KeptRecord, ...]
    settled: tuple[KeptRecord, ...] = ()
    collect: tuple[CollectDevice, ...] = ()
    interviewers: tuple[Account, ...] = ()

    def silent(self, now: datetime) -> list[tuple[str, datetime | None]]:
        """Interviewers whose devices were not heard of for a day though in use, with the last contact."""
        own = [
            (one.device.interviewer, one.contact.at if one.contact else None) for one in self.devices if one.silent(now)
        ]
        return own + [(one.interviewer, one.last_contact_at) for one in self.collect if one.silent(now)]


def list_devices(storage: Storage, area: str) -> DeviceList:
    """The devices that were enrolled in `area` and below, and the records of their workers that wait."""
    collect, interviewers = list_collect_devices(storage, area)
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
            kept=tuple(map(_to_kept, stored.list_kept(session, inside))),
            settled=tuple(map(_to_kept, stored.list_kept(session, inside, decided=True))),
            collect=tuple(collect),
            interviewers=tuple(interviewers),
        )


def _to_kept(row: KeptRecordRow) -> KeptRecord:
    reason = KeptReason(row.reason)
    return KeptRecord(row.record_id, row.sha256, row.interviewer, reason, row.detail, row.kept_on, row.decision or "")
