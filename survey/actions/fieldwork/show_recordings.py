"""The recordings of one case, for those who run the fieldwork there: list, open one (logged), delete one (logged)."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.actions.fieldwork.assign_cases import Decision, require_reason
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.visit_recording import VisitRecording
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import require_case
from survey.storage.recordings import delete_recording, list_recordings
from survey.storage.visits import list_visits


def open_recording(
    storage: Storage, wave_id: str, case_id: str, recording_id: str, *, area: str, now: datetime, actor: str
) -> VisitRecording:
    """One recording; who opened it stands in the log. Raises `FieldworkError` when there is none in `area`."""
    with storage.write() as session:
        found = _find(session, wave_id, case_id, recording_id, area)
        record_event(session, new_event(now, actor, "open_recording", wave_id, f"{found.kind} {recording_id}"))
    return found


def remove_recording(storage: Storage, wave_id: str, case_id: str, recording_id: str, decision: Decision) -> None:
    """Delete one before its time, for instance because the resident takes the consent back; a reason is needed.

    Raises `FieldworkError` without a reason and when there is none in the area of `decision`.
    """
    require_reason(decision)
    with storage.write() as session:
        found = _find(session, wave_id, case_id, recording_id, decision.area)
        delete_recording(session, wave_id, recording_id)
        detail = f"{found.kind} {recording_id}: {decision.reason}"
        record_event(session, new_event(decision.at, decision.by, "remove_recording", wave_id, detail))


def recordings_of(session: Session, wave_id: str, case_id: str) -> tuple[VisitRecording, ...]:
    """What was recorded beside the visits to one case."""
    visits = [visit.id for visit in list_visits(session, wave_id, [case_id])]
    return tuple(list_recordings(session, wave_id, visits)) if visits else ()


def _find(session: Session, wave_id: str, case_id: str, recording_id: str, area: str) -> VisitRecording:
    case = require_case(session, wave_id, case_id)
    if case.area in codes_within(load_area_tree(session), area):
        for one in recordings_of(session, wave_id, case_id):
            if one.id == recording_id:
                return one
    raise FieldworkError(f"recording {recording_id[:40]}: expected one of case {case_id} in {area}, found none")
