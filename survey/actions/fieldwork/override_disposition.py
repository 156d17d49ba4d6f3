"""Set a case's final code by hand, when the visits alone do not tell it; logged with both codes and the reason."""

from survey.actions.fieldwork.assign_cases import Decision, change_case, own_case, require_reason
from survey.fieldwork.case import AssignmentAction
from survey.fieldwork.disposition import Disposition
from survey.storage import Storage
from survey.storage.events import new_event, record_event


def override_disposition(
    storage: Storage, wave_id: str, case_id: str, disposition: Disposition, decision: Decision
) -> None:
    """Set the final code by hand, with a reason; later visits do not change it. Raises `FieldworkError`."""
    require_reason(decision)
    with storage.write() as session:
        case = own_case(session, wave_id, case_id, decision)
        change_case(session, case, AssignmentAction.OVERRIDE, case.state, case.interviewer, decision, disposition)
        detail = f"{case_id}: {case.disposition} to {disposition}: {decision.reason}"
        record_event(session, new_event(decision.at, decision.by, "override_disposition", wave_id, detail))
