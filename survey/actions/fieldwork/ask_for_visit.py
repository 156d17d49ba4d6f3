"""Ask for another visit to a case, with a reason. Whoever reviews answers sees no case, whoever asks here no answer."""

from survey.actions.fieldwork.assign_cases import Decision, own_case, require_reason
from survey.fieldwork.case import Appointment, CaseState, FieldworkError
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.visits import add_appointments


def ask_for_visit(storage: Storage, wave_id: str, case_id: str, decision: Decision, appointment_id: str) -> None:
    """Ask the case's interviewer for another visit, with a reason; it stands among the appointments until made.

    Raises `FieldworkError` without a reason, and for a case that is held, closed or not released.
    """
    require_reason(decision)
    with storage.write() as session:
        case = own_case(session, wave_id, case_id, decision)
        if case.state is not CaseState.OPEN:
            raise FieldworkError(f"case {case_id}: expected an open case, found it {case.state}")
        asked = Appointment(wave_id, appointment_id, case_id, None, decision.reason, decision.by, decision.at)
        add_appointments(session, [asked])
        record_event(session, new_event(decision.at, decision.by, "ask_for_visit", wave_id, case_id))
