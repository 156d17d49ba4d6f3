"""Bring in what a device exported to a file when it could not send: the same way in, so nothing counts twice."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from survey.actions.fieldwork.receive_record import take_record
from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.progress import OnProgress, tell_nobody
from survey.fieldwork.device import Device, DeviceError, RecordOutcome
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.devices import load_device
from survey.storage.events import new_event, record_event

FORMAT = "minyi-field-export"


def import_device_file(
    storage: Storage,
    secret_key: str,
    content: bytes,
    now: datetime,
    actor: str,
    *,
    area: str | None = None,
    on_progress: OnProgress = tell_nobody,
) -> Mapping[RecordOutcome, int]:
    """How many records of the file had which outcome. A device that was stopped since then still counts.

    Every entry is checked before the first is taken. `area` limits whose devices may be brought in. Raises
    `DeviceError` for a file that no device of this installation made.
    """
    told, records = _read(content)
    device = _find(storage, told, area)
    outcomes: Counter[RecordOutcome] = Counter()
    for done, (record_id, body) in enumerate(records, start=1):
        outcomes[take_record(storage, secret_key, device, record_id, body.encode(), now).outcome] += 1
        on_progress(done, len(records))
    with storage.write() as session:
        detail = ", ".join(f"{outcome.value} {n}" for outcome, n in sorted(outcomes.items()))
        record_event(session, new_event(now, actor, "import_device_file", device.id, detail))
    return outcomes


def _find(storage: Storage, device_id: str, area: str | None) -> Device:
    with storage.read() as session:
        device = load_device(session, device_id)
        inside = None if area is None else codes_within(load_area_tree(session), area)
    if device is None or (inside is not None and device.area not in inside):
        raise DeviceError(f"file: device: expected one that was enrolled here, found {device_id[:40]!r}")
    return device


def _read(content: bytes) -> tuple[str, list[tuple[str, str]]]:
    """The device's id, and pairs of record id and body."""
    try:
        told = json.loads(content)
    except ValueError as error:
        raise DeviceError("file: expected the JSON file that the app exported, found something else") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise DeviceError(f"file: format: expected {FORMAT}, found {str(told)[:40]!r}")
    if told.get("version") != 1:
        raise DeviceError(f"file: version: expected 1, found {told.get('version')!r}")
    entries = told.get("records")
    if not isinstance(entries, list):
        raise DeviceError("file: records: expected a list, found none")
    return str(told.get("device")), [_entry(number, entry) for number, entry in enumerate(entries, start=1)]


def _entry(number: int, entry: object) -> tuple[str, str]:
    match entry:
        case {"id": str(record_id), "body": str(body)} if len(record_id) <= 36:
            return record_id, body
    raise DeviceError(f"file: record {number}: expected id and body, found {str(entry)[:40]!r}")
