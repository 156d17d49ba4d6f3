"""Settle a record that waited for a person, or let it wait again: what was done is noted, the record stays stored."""

from datetime import datetime

from sqlalchemy.orm import Session

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
    _require_note(done)
    with storage.write() as session:
        row = _find(session, record_id, sha256, area)
        if row.decided_at is None:
            row.decided_at, row.decision = now, done.strip()
            record_event(session, new_event(now, actor, "settle_kept_record", record_id, done.strip()))


def reopen_kept_record(
    storage: Storage, record_id: str, sha256: str, *, why: str, area: str, now: datetime, actor: str
) -> None:
    """Put a settled record back on the list; the note that is taken back stands in the log.

    Raises `DeviceError` as `settle_kept_record` does, and for one that was not settled.
    """
    _require_note(why)
    with storage.write() as session:
        row = _find(session, record_id, sha256, area)
        if row.decided_at is None:
            raise DeviceError(f"record {record_id}: expected one that was settled, found it waiting")
        detail = f"{why.strip()} (was: {row.decision})"
        row.decided_at, row.decision = None, None
        record_event(session, new_event(now, actor, "reopen_kept_record", record_id, detail))


def _require_note(note: str) -> None:
    if not 0 < len(note.strip()) <= LONGEST:
        raise DeviceError(f"note: expected 1 to {LONGEST} signs, found {len(note.strip())}")


def _find(session: Session, record_id: str, sha256: str, area: str) -> KeptRecordRow:
    row = session.get(KeptRecordRow, (record_id, sha256))
    if row is None or row.area not in codes_within(load_area_tree(session), area):
        raise DeviceError(f"record {record_id}: expected one of area {area}, found none")
    return row
