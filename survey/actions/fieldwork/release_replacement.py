"""Release a replacement for a case that ended without an interview: one by one, with a reason, both marked."""

from survey.actions.fieldwork.assign_cases import Decision, change_case, own_case, require_reason
from survey.fieldwork.case import AssignmentAction, CaseState, FieldworkError, Phase, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import list_cases, mark_replacement, require_case


def release_replacement(storage: Storage, wave_id: str, case_id: str, decision: Decision) -> SampledCase:
    """Open the next replacement of the case's PSU in its place; the case is closed and keeps its final code.

    It goes to the same interviewer. Raises `FieldworkError`: no reason, the case ended with an interview, it was not
    visited yet, it is replaced already, or no replacement of its PSU is left.
    """
    require_reason(decision)
    with storage.write() as session:
        case = own_case(session, wave_id, case_id, decision)
        if case.disposition.interviewed or case.disposition is Disposition.NOT_ATTEMPTED:
            raise FieldworkError(f"case {case_id}: expected one visited without an interview, found {case.disposition}")
        others = [one for one in list_cases(session, wave_id) if one.phase is Phase.REPLACEMENT]
        if any(one.replaces == case_id for one in others):
            raise FieldworkError(f"case {case_id}: expected one not replaced yet, found a replacement released for it")
        waiting = [one for one in others if one.state is CaseState.RESERVE and one.design.psu == case.design.psu]
        if not waiting:
            raise FieldworkError(f"case {case_id}: expected a replacement left in {case.design.psu}, found none")
        chosen = min(waiting, key=lambda one: one.id)
        change_case(session, case, AssignmentAction.CLOSE, CaseState.CLOSED, case.interviewer, decision)
        change_case(session, chosen, AssignmentAction.RELEASE, CaseState.OPEN, case.interviewer, decision)
        mark_replacement(session, chosen, case_id)
        detail = f"{chosen.id} for {case_id} ({case.disposition}): {decision.reason}"
        record_event(session, new_event(decision.at, decision.by, "release_replacement", wave_id, detail))
        return require_case(session, wave_id, chosen.id)
