"""Hold cases, take them up again, or close them: what the office wants done, logged with its reason."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from survey.actions.fieldwork.assign_cases import Decision, change_case, each_case, require_reason
from survey.fieldwork.case import AssignmentAction, CaseState, FieldworkError, SampledCase
from survey.storage import Storage


def hold_cases(storage: Storage, wave_id: str, cases: Collection[str], decision: Decision) -> int:
    """Nobody visits the cases until they are resumed. Raises `FieldworkError` without a reason or when not open."""
    return _set_state(storage, wave_id, cases, decision, AssignmentAction.HOLD, CaseState.HELD)


def resume_cases(storage: Storage, wave_id: str, cases: Collection[str], decision: Decision) -> int:
    """Take up held or closed cases again. Raises `FieldworkError`."""
    return _set_state(storage, wave_id, cases, decision, AssignmentAction.RESUME, CaseState.OPEN)


def close_cases(storage: Storage, wave_id: str, cases: Collection[str], decision: Decision) -> int:
    """No more attempts; the final code stays as it is. Raises `FieldworkError` without a reason."""
    return _set_state(storage, wave_id, cases, decision, AssignmentAction.CLOSE, CaseState.CLOSED)


def _set_state(
    storage: Storage,
    wave_id: str,
    cases: Collection[str],
    decision: Decision,
    action: AssignmentAction,
    state: CaseState,
) -> int:
    require_reason(decision)

    def change(session: Session, case: SampledCase) -> None:
        if case.state in {CaseState.RESERVE, state}:
            raise FieldworkError(f"case {case.id}: cannot {action}, found it {case.state}")
        change_case(session, case, action, state, case.interviewer, decision)

    return each_case(storage, wave_id, cases, decision, change)
