"""Kept answers and visits: both versions, which of them stands, and taken back; verification agrees at every step."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from survey.actions.fieldwork.assign_cases import Decision
from survey.actions.fieldwork.record_visit import record_visit
from survey.actions.fieldwork.settle_visits import reopen_visit, settle_visit, show_kept_visits
from survey.actions.response.receive_response import receive_response
from survey.actions.response.settle_conflicts import (
    Choice,
    ConflictError,
    ConflictView,
    list_conflicts,
    reopen_conflict,
    settle_conflict,
    show_conflict,
)
from survey.actions.upkeep.verify_storage import verify_storage
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Visit, VisitOutcome
from survey.instrument.load import to_definition
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.fieldwork import CaseRow, save_cases
from survey.storage.responses import count_responses, stream_responses
from survey.storage.visits import list_visits
from tests.factories import DISTRICT, KEY, NOW, WAVE, make_case, make_submission, store_wave
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE

OTHER = FULL | {"a4": "1"}


def because(reason: str = "电话核实过") -> Decision:
    return Decision("analyst@yunxi.example", DISTRICT, NOW, reason)


@pytest.fixture
def conflict(storage: Storage) -> ConflictView:
    """One id under which two contents came."""
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    first = make_submission(response_id="r-1", answers=FULL, source=Source.PROB)
    for sent in (first, replace(first, answers=OTHER)):
        receive_response(storage, KEY, sent, NOW)
    [found] = list_conflicts(storage, WAVE, DISTRICT).conflicts
    return show_conflict(storage, WAVE, "r-1", found.sha256, DISTRICT)


def counted(storage: Storage) -> list[object]:
    """What the counted answers said to the question on which both differ."""
    with storage.read() as session:
        return sorted(str(one.answers["a4"]) for one in stream_responses(session, WAVE))


@pytest.mark.parametrize(
    ("choice", "then"),
    [
        (Choice.FIRST, [FULL["a4"]]),
        (Choice.SECOND, [OTHER["a4"]]),
        (Choice.APART, sorted([FULL["a4"], OTHER["a4"]])),
    ],
)
def test_a_version_stands_and_the_decision_is_taken_back_and_made_again(
    storage: Storage, conflict: ConflictView, choice: Choice, then: list[object]
) -> None:
    assert conflict.differing == ("a4",)
    names = (WAVE, "r-1", conflict.conflict.sha256)
    for _ in range(2):
        settle_conflict(storage, KEY, *names, choice, because())
        assert counted(storage) == then
        assert list(verify_storage(storage, KEY)) == []
        assert show_conflict(storage, *names, DISTRICT).chosen is choice
        with pytest.raises(ConflictError, match="decided"):
            settle_conflict(storage, KEY, *names, Choice.FIRST, because())
        reopen_conflict(storage, KEY, *names, because("看错了"))
        assert counted(storage) == [FULL["a4"]]
        assert list(verify_storage(storage, KEY)) == []
    with storage.read() as session:
        actions = list(session.scalars(select(EventRow.action)))
        assert count_responses(session, WAVE) >= 1
    assert actions[-2:] == ["settle_conflict", "reopen_conflict"]


def test_nothing_is_decided_without_a_reason_or_elsewhere(storage: Storage, conflict: ConflictView) -> None:
    names = (WAVE, "r-1", conflict.conflict.sha256)
    for decision in (because(" "), because("x" * 151), replace(because(), area="990101002")):
        with pytest.raises(ConflictError):
            settle_conflict(storage, KEY, *names, Choice.SECOND, decision)
    with pytest.raises(ConflictError, match="expected one of"):
        settle_conflict(storage, KEY, *names, Choice.NOTED, because())
    assert counted(storage) == [FULL["a4"]]


def test_two_contents_of_one_visit_both_count_and_the_decision_is_taken_back(storage: Storage) -> None:
    store_wave(storage)
    with storage.write() as session:
        save_cases(session, [make_case("c-1", interviewer="fy-01")])
    first = Visit(WAVE, "v-1", "c-1", "fy-01", NOW, Disposition.NO_ONE_HOME)
    second = replace(first, disposition=Disposition.REFUSAL)
    outcomes = [record_visit(storage, KEY, one, NOW).outcome for one in (first, second)]
    assert outcomes == [VisitOutcome.ACCEPTED, VisitOutcome.CONFLICT]
    [kept] = show_kept_visits(storage, WAVE, DISTRICT).visits
    assert kept.beside is not None
    assert kept.beside.disposition is Disposition.NO_ONE_HOME
    for _ in range(2):
        settle_visit(storage, WAVE, "v-1", kept.sha256, take=True, decision=because())
        assert attempts(storage) == ([Disposition.NO_ONE_HOME, Disposition.REFUSAL], Disposition.REFUSAL)
        assert show_kept_visits(storage, WAVE, DISTRICT).visits == ()
        reopen_visit(storage, WAVE, "v-1", kept.sha256, because("看错了"))
        assert attempts(storage) == ([Disposition.NO_ONE_HOME], Disposition.NO_ONE_HOME)
    with pytest.raises(FieldworkError):
        reopen_visit(storage, WAVE, "v-1", kept.sha256, because())


def attempts(storage: Storage) -> tuple[list[Disposition], Disposition]:
    """The outcomes of the attempts at the case, and its final code."""
    with storage.read() as session:
        final = session.get_one(CaseRow, (WAVE, "c-1")).disposition
        return sorted(one.disposition for one in list_visits(session, WAVE, ["c-1"]))[::-1], Disposition(final)
