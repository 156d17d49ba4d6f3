"""A visit is stored once, in whatever order visits arrive; what does not fit its case any more is kept for review."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from survey.accounts.account import AccountError, Role
from survey.actions.accounts.add_account import add_account
from survey.actions.fieldwork.assign_cases import Decision
from survey.actions.fieldwork.list_my_cases import list_my_cases
from survey.actions.fieldwork.record_visit import record_visit
from survey.actions.fieldwork.settle_visits import settle_visit, show_kept_visits
from survey.fieldwork.case import AssignmentAction, CaseState, FieldworkError, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Presence, Visit, VisitMode, VisitOutcome
from survey.invitation.invitation import SelectionDesign
from survey.programme.wave import WaveError, WaveStatus
from survey.storage import Storage
from survey.storage.fieldwork import change_assignment, load_case, save_cases
from survey.storage.visits import VisitConflictRow, list_visits
from survey.storage.waves import save_wave
from tests.factories import (
    COMMUNITY,
    DISTRICT,
    KEY,
    NOW,
    STREET,
    WAVE,
    make_assignment,
    make_case,
    make_wave,
    store_wave,
)

NOT_HOME = Visit(WAVE, "v-1", "case-1", "fy-01", NOW, Disposition.NO_ONE_HOME)
REFUSED = replace(NOT_HOME, id="v-2", at=NOW + timedelta(days=1), disposition=Disposition.REFUSAL)
CLOSED_DOOR = replace(NOT_HOME, id="v-3", at=NOW + timedelta(days=2))


@pytest.fixture
def field(storage: Storage) -> Storage:
    """A wave with two cases of one interviewer and one of another."""
    store_wave(storage)
    cases = (make_case("case-1"), make_case("case-2"), make_case("case-3", interviewer="fy-02"))
    with storage.write() as session:
        save_cases(session, cases)
    return storage


def case_of(storage: Storage, case_id: str = "case-1") -> SampledCase:
    with storage.read() as session:
        case = load_case(session, WAVE, case_id)
    assert case is not None
    return case


def send(storage: Storage, visits: Sequence[Visit]) -> list[VisitOutcome]:
    return [record_visit(storage, KEY, visit, NOW).outcome for visit in visits]


def test_visit_sent_twice_is_stored_once_and_gets_the_same_receipt(field: Storage) -> None:
    visit = replace(NOT_HOME, note="已留联系卡", mode=VisitMode.PHONE, present=(Presence.FAMILY, Presence.NEIGHBOURS))
    first, second = (record_visit(field, KEY, visit, NOW + timedelta(hours=hours)) for hours in (1, 2))
    assert (first.outcome, second.outcome) == (VisitOutcome.ACCEPTED, VisitOutcome.ALREADY_RECEIVED)
    assert first.receipt == second.receipt
    with field.read() as session:
        assert list_visits(session, WAVE) == [replace(visit, received_at=NOW + timedelta(hours=1))]


def test_other_content_under_the_same_id_is_kept_beside_the_first(field: Storage) -> None:
    changed = replace(NOT_HOME, note="别的内容")
    assert send(field, [NOT_HOME, changed, changed]) == [
        VisitOutcome.ACCEPTED,
        VisitOutcome.CONFLICT,
        VisitOutcome.CONFLICT,
    ]
    with field.read() as session:
        assert list_visits(session, WAVE)[0].note == ""
        assert ["别的内容" in row.content for row in session.scalars(select(VisitConflictRow))] == [True]


@pytest.mark.parametrize("order", list(permutations((NOT_HOME, REFUSED, CLOSED_DOOR))))
def test_final_disposition_does_not_depend_on_the_order_of_arrival(sqlite_url: str, order: tuple[Visit, ...]) -> None:
    storage = Storage(sqlite_url)
    store_wave(storage)
    with storage.write() as session:
        save_cases(session, [make_case("case-1")])
    send(storage, order)
    assert case_of(storage).disposition is Disposition.REFUSAL
    storage.close()


def test_a_visit_from_eight_devices_at_once_is_stored_once(field: Storage) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: record_visit(field, KEY, NOT_HOME, NOW).outcome, range(8)))
    assert sorted(outcomes) == [VisitOutcome.ACCEPTED, *[VisitOutcome.ALREADY_RECEIVED] * 7]


def test_visit_to_a_case_of_somebody_else_is_kept_and_changes_nothing(field: Storage) -> None:
    visits = [replace(NOT_HOME, case="case-3"), replace(NOT_HOME, id="v-9", case="no such case")]
    assert send(field, visits) == [VisitOutcome.NOT_ASSIGNED, VisitOutcome.UNKNOWN_CASE]
    assert case_of(field, "case-3").disposition is Disposition.NOT_ATTEMPTED
    with field.read() as session:
        assert {row.reason for row in session.scalars(select(VisitConflictRow))} == {"not_assigned", "unknown_case"}


def test_visit_to_a_held_case_is_kept_and_changes_nothing(field: Storage) -> None:
    with field.write() as session:
        change_assignment(session, make_assignment("case-1", AssignmentAction.HOLD), CaseState.HELD)
    assert send(field, [NOT_HOME]) == [VisitOutcome.NOT_OPEN]
    assert case_of(field).disposition is Disposition.NOT_ATTEMPTED


def test_code_set_by_a_supervisor_is_not_changed_by_a_visit(field: Storage) -> None:
    with field.write() as session:
        override = make_assignment("case-1", AssignmentAction.OVERRIDE)
        change_assignment(session, override, CaseState.OPEN, Disposition.VACANT)
    assert send(field, [NOT_HOME]) == [VisitOutcome.ACCEPTED]
    assert case_of(field).disposition is Disposition.VACANT


def test_visit_in_a_wave_that_does_not_exist_is_an_error(field: Storage) -> None:
    with pytest.raises(WaveError, match="no such wave"):
        record_visit(field, KEY, replace(NOT_HOME, wave="no such wave"), NOW)


def test_my_cases_are_mine_in_the_order_of_the_way_with_visits_and_open_appointments(field: Storage) -> None:
    with field.write() as session:
        save_cases(session, [make_case("case-0", route_order=-1), make_case("case-4", state=CaseState.HELD)])
    tomorrow = NOW + timedelta(days=1)
    first = replace(NOT_HOME, next_appointment=tomorrow)
    send(field, [first, replace(first, id="w-1", case="case-2"), replace(REFUSED, id="w-2", case="case-2")])
    (mine,) = list_my_cases(field, "fy-01")
    assert [one.case.id for one in mine.cases] == ["case-0", "case-1", "case-2"]
    assert [[visit.id for visit in one.visits] for one in mine.cases] == [[], ["v-1"], ["w-1", "w-2"]]
    assert [[one.due_at for one in case.appointments] for case in mine.cases] == [[], [tomorrow], []]
    assert list_my_cases(field, "fy-03") == []


def test_cases_of_a_closed_wave_are_nobodys_work(field: Storage) -> None:
    with field.write() as session:
        save_wave(session, make_wave(status=WaveStatus.CLOSED))
    assert list_my_cases(field, "fy-01") == []


def test_case_whose_weight_contradicts_its_probabilities_is_refused() -> None:
    with pytest.raises(FieldworkError, match=r"expected 1/\(pi_psu·pi_dwelling\) = 50, found 40"):
        make_case("case-1", pi_psu=0.2, pi_dwelling=0.1, design=SelectionDesign(STREET, COMMUNITY, 40.0))


def test_appointment_before_the_visit_is_refused() -> None:
    with pytest.raises(FieldworkError, match="next appointment: expected after"):
        replace(NOT_HOME, next_appointment=NOW)


def test_two_interviewers_cannot_have_one_code(storage: Storage) -> None:
    store_wave(storage)
    facts = {"name": "访问员", "role": Role.INTERVIEWER, "area": DISTRICT, "password": "four long words here"}
    add_account(storage, email="fy-01@one.example", now=NOW, actor="tests", **facts)
    with pytest.raises(AccountError, match="an interviewer fy-01 exists already"):
        add_account(storage, email="fy-01@two.example", now=NOW, actor="tests", **facts)


def test_kept_visit_becomes_an_attempt_or_is_put_aside_once_and_with_a_reason(field: Storage) -> None:
    send(field, [replace(NOT_HOME, case="case-3"), replace(REFUSED, case="case-3")])
    kept = show_kept_visits(field, WAVE, DISTRICT).visits
    assert [(one.visit.id, one.can_be_taken) for one in kept] == [("v-1", True), ("v-2", True)]
    why = Decision("office@yunxi.example", DISTRICT, NOW, "改派前已经走访")
    with pytest.raises(FieldworkError, match="reason: expected why"):
        settle_visit(field, WAVE, "v-1", kept[0].sha256, take=True, decision=replace(why, reason=""))
    settle_visit(field, WAVE, "v-2", kept[1].sha256, take=True, decision=why)
    settle_visit(field, WAVE, "v-1", kept[0].sha256, take=False, decision=why)
    assert case_of(field, "case-3").disposition is Disposition.REFUSAL
    assert show_kept_visits(field, WAVE, DISTRICT).visits == ()
    with pytest.raises(FieldworkError, match="expected one that waits for a decision"):
        settle_visit(field, WAVE, "v-1", kept[0].sha256, take=False, decision=why)
    with field.read() as session:
        assert [visit.id for visit in list_visits(session, WAVE)] == ["v-2"]
