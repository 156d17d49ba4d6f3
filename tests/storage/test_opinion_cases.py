"""The way of an opinion to a unit and back, on both databases: every step once, letters numbered, nobody else's."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from survey.actions.opinion.assign_opinion import Assignment, assign_opinion
from survey.actions.opinion.judge_reply import judge_reply
from survey.actions.opinion.list_opinions import list_opinions
from survey.actions.opinion.reply_to_opinion import opinion_of_unit, opinions_of_unit, reply_to_opinion
from survey.actions.opinion.send_opinion import find_opinion, send_opinion
from survey.actions.opinion.show_opinion_case import show_opinion_case
from survey.instrument.text import Text
from survey.opinion.opinion import OpinionState, Topic
from survey.opinion.opinion_case import Letter, OpinionCaseError, StepKind
from survey.programme.unit import Unit
from survey.storage import Storage
from survey.storage.units import save_units
from tests.factories import COMMUNITY, DISTRICT, WAVE, store_wave

NOW = datetime(2026, 5, 18, 8, 30, tzinfo=UTC)
TODAY, SOON = date(2026, 5, 18), date(2026, 6, 2)
OFFICE, WORKER = "office@office.example", "lights@office.example"


@pytest.fixture
def code(storage: Storage) -> str:
    """An opinion in a district with two units."""
    store_wave(storage)
    with storage.write() as session:
        save_units(session, [Unit("lights", Text("路灯所")), Unit("parks", Text("园林所"))])
    return write(storage)


def write(storage: Storage) -> str:
    return send_opinion(
        storage,
        id_=str(uuid.uuid4()),
        wave=WAVE,
        topic=Topic.FACILITIES,
        area=COMMUNITY,
        text="路灯不亮",
        language="zh-Hans",
        today=TODAY,
    )


def assign(storage: Storage, code: str, unit: str = "lights", due_on: date = SOON, area: str = DISTRICT) -> Letter:
    return assign_opinion(storage, code, area, Assignment(unit, due_on, "请办理"), NOW, OFFICE)


def state(storage: Storage, code: str) -> OpinionState:
    found = find_opinion(storage, code)
    assert found is not None
    return found[0].state


def test_an_opinion_goes_to_a_unit_comes_back_answered_is_reopened_and_confirmed(storage: Storage, code: str) -> None:
    assert str(assign(storage, code)) == "督办〔2026〕1号"
    assert state(storage, code) is OpinionState.HANDLING
    reply_to_opinion(storage, code, "lights", "已换灯泡，电话 13900000000", NOW, WORKER)
    found = find_opinion(storage, code)
    assert found is not None
    assert found[0].reply == "已换灯泡，电话 ***********"
    judge_reply(storage, code.lower(), solved=False, text="还有一盏不亮", now=NOW)
    assert state(storage, code) is OpinionState.REOPENED
    assert assign(storage, code).number == 2
    reply_to_opinion(storage, code, "lights", "全部修好", NOW, WORKER)
    judge_reply(storage, code, solved=True, text="", now=NOW)
    assert state(storage, code) is OpinionState.CONFIRMED
    view = show_opinion_case(storage, code, DISTRICT)
    assert view is not None
    assert [step.kind for step in view.case.steps] == [
        StepKind.ASSIGNED,
        StepKind.REPLIED,
        StepKind.REOPENED,
        StepKind.ASSIGNED,
        StepKind.REPLIED,
        StepKind.CONFIRMED,
    ]
    assert [step.by for step in view.case.steps] == [OFFICE, WORKER, "", OFFICE, WORKER, ""]


def test_a_unit_sees_and_answers_only_what_it_holds(storage: Storage, code: str) -> None:
    assign(storage, code)
    assert opinion_of_unit(storage, code, "parks") is None
    with pytest.raises(OpinionCaseError, match="one that the unit parks holds"):
        reply_to_opinion(storage, code, "parks", "不是我们", NOW, WORKER)
    reply_to_opinion(storage, code, "lights", "归园林所管", NOW, WORKER, returned=True)
    assert opinions_of_unit(storage, "lights") == []
    assert state(storage, code) is OpinionState.RECEIVED
    assign(storage, code, "parks")
    assert [case.opinion.code for case in opinions_of_unit(storage, "parks")] == [code]


@pytest.mark.parametrize(
    ("unit", "due_on", "area", "named"),
    [
        ("nobody", SOON, DISTRICT, "unit: expected"),
        ("lights", TODAY - timedelta(days=1), DISTRICT, "due on: expected"),
        ("lights", SOON, "990101002", "opinion: expected"),
    ],
)
def test_a_faulty_assignment_is_named_and_leaves_nothing(
    storage: Storage, code: str, unit: str, due_on: date, area: str, named: str
) -> None:
    with pytest.raises(OpinionCaseError, match=named):
        assign(storage, code, unit, due_on, area)
    view = show_opinion_case(storage, code, DISTRICT)
    assert view is not None
    assert view.case.steps == ()


@pytest.mark.parametrize("text", ["", " \n", "字" * 1001])
def test_a_reply_needs_words(storage: Storage, code: str, text: str) -> None:
    assign(storage, code)
    with pytest.raises(OpinionCaseError, match="text: expected"):
        reply_to_opinion(storage, code, "lights", text, NOW, WORKER)


def test_the_writer_judges_once_and_only_a_reply(storage: Storage, code: str) -> None:
    with pytest.raises(OpinionCaseError, match="cannot follow"):
        judge_reply(storage, code, solved=True, text="", now=NOW)
    assign(storage, code)
    reply_to_opinion(storage, code, "lights", "修好了", NOW, WORKER)
    judge_reply(storage, code, solved=True, text="", now=NOW)
    judge_reply(storage, code, solved=True, text="", now=NOW)
    with pytest.raises(OpinionCaseError, match="cannot follow"):
        judge_reply(storage, code, solved=False, text="", now=NOW)
    with pytest.raises(OpinionCaseError, match="tracking code"):
        judge_reply(storage, "nonsense", solved=True, text="", now=NOW)


def test_letters_sent_at_the_same_moment_get_numbers_of_their_own(storage: Storage, code: str) -> None:
    codes = [code, *(write(storage) for _ in range(7))]
    with ThreadPoolExecutor(8) as pool:
        letters = list(pool.map(lambda one: assign(storage, one).number, codes))
    assert sorted(letters) == list(range(1, 9))


def test_what_is_late_stands_in_the_list_of_its_state(storage: Storage, code: str) -> None:
    assign(storage, code, due_on=TODAY)
    other = write(storage)
    found = list_opinions(storage, DISTRICT, OpinionState.HANDLING)
    assert [opinion.code for opinion in found.opinions] == [code]
    assert found.deadlines == {code: TODAY}
    assert found.count() == 2
    assert [opinion.code for opinion in list_opinions(storage, DISTRICT, OpinionState.RECEIVED).opinions] == [other]
    view = show_opinion_case(storage, code, DISTRICT)
    assert view is not None
    assert not view.case.is_overdue(TODAY)
    assert view.case.is_overdue(TODAY + timedelta(days=1))
