"""Settle a record that waited for a person: what was done about it is noted, the record stays stored."""

from datetime import datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.device import DeviceError
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.devices import KeptRecordRow
from survey.storage.events import new_event, record_event

LONGEST = 200  # signs


def settle_kept_record(
    storage: Storage, record_id: str, sha256: str, *, done: str, area: str, now: datetime, actor: str
) -> None:
    """Take the record off the list with a note of what was `done`; one that was settled before stays as it is.

    Raises `DeviceError` for a note that is empty or too long and for a record that is not of this area.
    """
    if not 0 < len(done.strip()) <= LONGEST:
        raise DeviceError(f"note: expected 1 to {LONGEST} signs, found {len(done.strip())}")
    with storage.write() as session:
        row = session.get(KeptRecordRow, (record_id, sha256))
        if row is None or row.area not in codes_within(load_area_tree(session), area):
            raise DeviceError(f"record {record_id}: expected one of area {area} that waits, found none")
        if row.decided_at is None:
            row.decided_at, row.decision = now, done.strip()
            record_event(session, new_event(now, actor, "settle_kept_record", record_id, done.strip()))
