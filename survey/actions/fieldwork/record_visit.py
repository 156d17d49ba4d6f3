"""Record a visit that a device sends: once by its id, with a signed receipt after it is on disk.

A visit to a case that is not the worker's any more is kept for review and changes nothing; it is never thrown away.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.fieldwork.case import Appointment, AssignmentAction, CaseState, SampledCase
from survey.fieldwork.disposition import final_disposition
from survey.fieldwork.visit import ReceivedVisit, Visit, VisitOutcome
from survey.response.receipt import sign_receipt
from survey.storage import Storage
from survey.storage.fieldwork import list_assignments, load_case, set_disposition
from survey.storage.visits import (
    add_appointments,
    add_visit_conflict,
    find_visit,
    find_visit_conflict,
    list_visits,
    save_visits,
)
from survey.storage.waves import require_wave

_ATTEMPTS = 3


def record_visit(storage: Storage, key: str, visit: Visit, now: datetime) -> ReceivedVisit:
    """Store `visit` once and return its outcome and receipt, after it is on disk.

    Visits may arrive in any order and more than once: the case's disposition is derived from all of them. `key` signs
    the receipt. Raises `WaveError` for an unknown wave and `StorageUnavailableError` when nobody knows whether it was
    stored; the same visit may then be sent again.
    """
    receipt = sign_receipt(key, visit.wave, visit.id, visit.sha256())
    for attempt in range(_ATTEMPTS):
        try:
            with storage.write() as session:
                return ReceivedVisit(_store(session, visit, now), receipt)
        except IntegrityError:
            # The same visit came twice at the same moment and the other one won: look again.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _store(session: Session, visit: Visit, now: datetime) -> VisitOutcome:
    require_wave(session, visit.wave)
    known = find_visit(session, visit.wave, visit.id)
    if known is not None and known.sha256() == visit.sha256():
        return VisitOutcome.ALREADY_RECEIVED
    kept = find_visit_conflict(session, visit.wave, visit.id, visit.sha256())
    if kept is not None:
        return kept
    case = load_case(session, visit.wave, visit.case, lock=True)
    reason = VisitOutcome.CONFLICT if known is not None else _reason(case, visit)
    if reason is not None or case is None:
        add_visit_conflict(session, visit, reason or VisitOutcome.UNKNOWN_CASE, now)
        return reason or VisitOutcome.UNKNOWN_CASE
    apply_visit(session, case, visit, now)
    return VisitOutcome.ACCEPTED


def _reason(case: SampledCase | None, visit: Visit) -> VisitOutcome | None:
    if case is None:
        return VisitOutcome.UNKNOWN_CASE
    if case.interviewer != visit.interviewer:
        return VisitOutcome.NOT_ASSIGNED
    return None if case.state is CaseState.OPEN else VisitOutcome.NOT_OPEN


def apply_visit(session: Session, case: SampledCase, visit: Visit, now: datetime) -> None:
    """Write the visit and its appointment, and give the case the final code of all its visits.

    A code that a supervisor set by hand stays until a supervisor changes it.
    """
    save_visits(session, [replace(visit, received_at=now)])
    if visit.next_appointment is not None:
        made = Appointment(visit.wave, visit.id, case.id, visit.next_appointment, "", visit.interviewer, visit.at)
        add_appointments(session, [made])
    derive_disposition(session, case)


def derive_disposition(session: Session, case: SampledCase) -> None:
    """Give the case the final code of all its visits, unless a supervisor set it by hand."""
    if not any(one.action is AssignmentAction.OVERRIDE for one in list_assignments(session, case.wave, case.id)):
        attempts = (one.disposition for one in list_visits(session, case.wave, [case.id]))
        set_disposition(session, case.wave, case.id, final_disposition(attempts))
