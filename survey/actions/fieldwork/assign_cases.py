"""Say who works on a case: shared out over an area, given by name, taken back. Every change is logged with the case."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.accounts.account import Account, Role
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import Assignment, AssignmentAction, CaseState, FieldworkError, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.storage import Storage
from survey.storage.accounts import list_credentials
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import change_assignment, list_cases, next_number, require_case
from survey.storage.waves import require_wave


@dataclass(frozen=True)
class Decision:
    """Who decides, for which part of the area tree, when and why."""

    by: str
    area: str
    at: datetime
    reason: str = ""


def list_interviewers(storage: Storage, area: str) -> list[Account]:
    """Active interviewers whose area lies in `area` or above it: those who can work there."""
    with storage.read() as session:
        return _interviewers(session, area)


def assign_area(storage: Storage, wave_id: str, area: str, interviewers: Sequence[str], decision: Decision) -> int:
    """Share the open cases of an area that nobody works on among `interviewers`; returns how many.

    The cases of one PSU stay together as far as the numbers allow: they are dealt out in the order of the way, in as
    many even parts as there are interviewers. Raises `FieldworkError`.
    """
    with storage.write() as session:
        require_wave(session, wave_id)
        _require_codes(session, area, interviewers)
        inside = _inside(session, area, decision)
        free = [
            case
            for case in list_cases(session, wave_id, areas=inside)
            if case.interviewer is None and case.state is CaseState.OPEN
        ]
        free.sort(key=lambda case: (case.area, case.design.psu, case.route_order, case.id))
        for place, case in enumerate(free):
            code = interviewers[place * len(interviewers) // len(free)]
            change_case(session, case, AssignmentAction.ASSIGN, CaseState.OPEN, code, decision)
        detail = f"{len(free)} cases of {area} to {', '.join(interviewers)}"
        record_event(session, new_event(decision.at, decision.by, "assign_cases", wave_id, detail))
    return len(free)


def assign_cases(
    storage: Storage, wave_id: str, cases: Collection[str], interviewer: str | None, decision: Decision
) -> int:
    """Give the named cases to one interviewer, or to nobody. A case that is closed stays as it is: `FieldworkError`."""

    def assign(session: Session, case: SampledCase) -> None:
        if interviewer is not None:
            _require_codes(session, case.area, [interviewer])
        if case.state in {CaseState.CLOSED, CaseState.RESERVE}:
            raise FieldworkError(f"case {case.id}: expected an open or held case, found it {case.state}")
        change_case(session, case, AssignmentAction.ASSIGN, case.state, interviewer, decision)

    return each_case(storage, wave_id, cases, decision, assign)


def each_case(
    storage: Storage,
    wave_id: str,
    cases: Collection[str],
    decision: Decision,
    change: Callable[[Session, SampledCase], None],
) -> int:
    """Change all of them or none."""
    with storage.write() as session:
        for case_id in sorted(cases):
            change(session, own_case(session, wave_id, case_id, decision))
    return len(cases)


def own_case(session: Session, wave_id: str, case_id: str, decision: Decision) -> SampledCase:
    """The case, if it lies in the area of the person who decides."""
    case = require_case(session, wave_id, case_id, lock=True)
    if case.area not in codes_within(load_area_tree(session), decision.area):
        raise FieldworkError(f"case {case_id}: expected a case in {decision.area}, found one elsewhere")
    return case


def _inside(session: Session, area: str, decision: Decision) -> frozenset[str]:
    tree = load_area_tree(session)
    inside = codes_within(tree, area) & codes_within(tree, decision.area)
    if not inside:
        raise FieldworkError(f"area: expected one in {decision.area}, found {area!r}")
    return inside


def change_case(
    session: Session,
    case: SampledCase,
    action: AssignmentAction,
    state: CaseState,
    interviewer: str | None,
    decision: Decision,
    disposition: Disposition | None = None,
) -> None:
    number = next_number(session, case.wave, case.id)
    assignment = Assignment(
        case.wave, case.id, number, action, interviewer, decision.reason.strip(), decision.by, decision.at
    )
    change_assignment(session, assignment, state, disposition)


def require_reason(decision: Decision) -> None:
    if not decision.reason.strip():
        raise FieldworkError("reason: expected why, found nothing")


def _require_codes(session: Session, area: str, codes: Sequence[str]) -> None:
    known = {account.interviewer_code for account in _interviewers(session, area)}
    if not codes:
        raise FieldworkError("interviewers: expected at least one, found none")
    for code in codes:
        if code not in known:
            raise FieldworkError(f"interviewer: expected one who works in {area}, found {code!r}")


def _interviewers(session: Session, area: str) -> list[Account]:
    tree = load_area_tree(session)
    above = {one.code for one in tree.path(area)} if area in tree.by_code else set()
    near = codes_within(tree, area) | above
    accounts = (credentials.account for credentials in list_credentials(session))
    return [one for one in accounts if one.role is Role.INTERVIEWER and one.active and one.area in near]
