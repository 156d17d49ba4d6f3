"""The questionnaires that come with the product: the thirty questions are there and can be answered."""

import pytest

from survey.instrument.answers import AnswerFaultKey, read_answers
from survey.instrument.choice import Polarity
from survey.instrument.compile import compile_questionnaire
from survey.instrument.item import ItemType, Purpose
from survey.instrument.questionnaire import Audience, Population, Questionnaire
from tests.unit.instrument.tiny import REAL

RESIDENT = compile_questionnaire(REAL, "resident", 1)
PULSE = compile_questionnaire(REAL, "pulse", 1)
MERCHANT = compile_questionnaire(REAL, "merchant", 1)
DOORSTEP = compile_questionnaire(REAL, "doorstep", 1)
BENCHMARK = compile_questionnaire(REAL, "benchmark", 1)
STAFF = compile_questionnaire(REAL, "staff", 1)
STUDENT = compile_questionnaire(REAL, "student", 1)
ALL = (RESIDENT, PULSE, MERCHANT, DOORSTEP, BENCHMARK, STAFF, STUDENT)

SCALES = {
    **dict.fromkeys(["a4", "b1", "b3", "b4", "b5", "c1", "c2", "c3", "c4", "c5", "e1_outcome"], "SAT5"),
    "a1": "KNOW3",
    "a2": "SUP5",
    "a5": "CHG4",
    "b2": "SAFE5",
    "d1": "AGR5",
    "d2": "AGR5",
    "d3": "EXP3",
    "d5": "CIV5",
}
CODES = {
    "a3": "1 2 3 4 5 6 7 8 96 99",
    "d4": "1 2 3 8",
    "e1": "1 2 3 4 5 6 99",
    "f1": "1 2 9",
    "f2": "1 2 3 4 5 6",
    "f3": "1 2 3 4",
    "f5": "1 2 3 4 5 6",
    "f6": "1 2 3 4 9",
    "f7": "1 2",
}


def test_the_thirty_questions_are_there() -> None:
    sizes = {"a": 5, "b": 5, "c": 5, "d": 5, "e": 3, "f": 7}
    thirty = {f"{section}{number}" for section, size in sizes.items() for number in range(1, size + 1)}
    names = [item.name for item in RESIDENT.items]
    assert set(names) == thirty | {"c3_window", "e1_outcome", "age_confirmed", "promise"}
    assert len(thirty) == 30


@pytest.mark.parametrize(("name", "scale"), SCALES.items())
def test_an_evaluation_has_its_scale(name: str, scale: str) -> None:
    assert RESIDENT.item(name).scale == scale


@pytest.mark.parametrize(("name", "codes"), CODES.items())
def test_a_question_has_its_codes(name: str, codes: str) -> None:
    assert [choice.code for choice in RESIDENT.item(name).choices] == codes.split()


@pytest.mark.parametrize("name", ["b3", "c1", "c3", "c4"])
def test_who_never_used_a_service_can_say_so(name: str) -> None:
    assert RESIDENT.item(name).codes_of(Polarity.NOT_APPLICABLE) == ("7",)


@pytest.mark.parametrize(("name", "code"), [("a3", "99"), ("e1", "99"), ("e2", "99")])
def test_none_of_these_stands_alone(name: str, code: str) -> None:
    assert RESIDENT.item(name).exclusive_codes == {code}


def test_three_things_to_improve_at_most() -> None:
    assert RESIDENT.item("e2").maximum_choices == 3


def test_the_opinion_box_holds_three_hundred_characters() -> None:
    assert RESIDENT.item_for(Purpose.OPINION) == RESIDENT.item("e3")
    assert RESIDENT.item("e3").length_limit == 300


def test_the_community_is_chosen_from_the_area_tree() -> None:
    assert RESIDENT.item("f4").type is ItemType.AREA


def test_weighting_finds_its_items_by_purpose() -> None:
    found = [RESIDENT.item_for(purpose) for purpose in (Purpose.SEX, Purpose.AGE, Purpose.RESIDENCE, Purpose.AREA)]
    assert [item.name if item else None for item in found] == ["f1", "f2", "f3", "f4"]


def test_age_is_confirmed_before_anything_else() -> None:
    for questionnaire in ALL:
        assert questionnaire.items[0].minimum_age is not None
        assert questionnaire.minimum_age == (10 if questionnaire is STUDENT else 16)
    assert read_answers(RESIDENT, {"age_confirmed": ["2"], "e3": ["我十岁"]}).answers == {}


def test_only_the_age_must_be_answered() -> None:
    assert [item.name for item in RESIDENT.items if item.required] == ["age_confirmed"]
    read = read_answers(RESIDENT, {"age_confirmed": ["1"]})
    assert read.faults == ()
    assert set(read.answers.values()) == {"1", None}


def test_who_used_no_window_is_not_asked_about_it() -> None:
    read = read_answers(RESIDENT, {"age_confirmed": ["1"], "c3_window": ["7"], "c3": ["5"]})
    assert "c3" not in read.answers


@pytest.mark.parametrize(("channels", "asked"), [([], False), (["99"], False), (["1", "5"], True)])
def test_the_outcome_is_asked_of_those_who_reported_something(channels: list[str], asked: bool) -> None:
    read = read_answers(RESIDENT, {"age_confirmed": ["1"], "e1": channels})
    assert ("e1_outcome" in read.answers) is asked


@pytest.mark.parametrize(
    ("place", "item"),
    [
        ("health", "c1"),
        ("bus", "b3"),
        ("school", "c2"),
        ("service", "c3"),
        ("park", "b1"),
        ("home", "b2"),
    ],
)
def test_the_fifth_question_of_the_pulse_depends_on_the_place(place: str, item: str) -> None:
    read = read_answers(PULSE, {"age_confirmed": ["1"]}, context={"place_type": place})
    assert list(read.answers) == ["age_confirmed", "a1", "a2", "p3", "a4", item]


def test_every_type_of_place_of_the_pulse_has_a_question() -> None:
    (place,) = PULSE.context
    for value in place.values:
        assert len(read_answers(PULSE, {}, context={place.name: value}).answers) == 6


def test_merchants_answer_twelve_questions_the_last_in_parts() -> None:
    assert MERCHANT.population is Population.MERCHANTS
    names = [item.name for item in MERCHANT.items if item.name.startswith("m") and item.name != "m_area"]
    parts = ["m12_trade", "m12_years", "m12_staff", "m12_role"]
    assert names == [f"m{number}" for number in range(1, 12)] + parts


def test_employees_answer_ten_questions_and_students_ten() -> None:
    assert (STAFF.population, STUDENT.population) == (Population.STAFF, Population.STUDENTS)
    for questionnaire, letter in ((STAFF, "s"), (STUDENT, "t")):
        assert {f"{letter}{number}" for number in range(1, 11)} <= questionnaire.answer_names


@pytest.mark.parametrize(
    ("given", "stopped_at"),
    [
        ({"age_group": ["1"]}, "age_group"),
        ({"age_group": ["2"], "guardian": ["2"]}, "guardian"),
        ({"age_group": ["2"], "guardian": ["1"], "t1": ["3"]}, None),
        ({"age_group": ["3"], "t1": ["3"]}, None),
    ],
)
def test_student_below_fourteen_goes_on_only_with_a_guardian(
    given: dict[str, list[str]], stopped_at: str | None
) -> None:
    read = read_answers(STUDENT, given)
    assert (read.stopped_at and read.stopped_at.name) == stopped_at
    assert bool(read.answers) is (stopped_at is None)
    assert ("guardian" in read.answers) is (given["age_group"] == ["2"] and stopped_at is None)


def test_guardian_cannot_be_passed_over() -> None:
    (fault,) = read_answers(STUDENT, {"age_group": ["2"]}).faults
    assert (fault.item, fault.key) == ("guardian", AnswerFaultKey.REQUIRED)


def test_at_the_door_the_resident_questions_are_the_same() -> None:
    asked = [section for section in DOORSTEP.sections if section.audience is Audience.RESPONDENT]
    assert tuple(asked) == RESIDENT.sections


def test_the_interviewer_says_who_was_present_and_how_the_interview_was_done() -> None:
    (section,) = (section for section in DOORSTEP.sections if section.audience is Audience.INTERVIEWER)
    assert [(item.name, item.required) for item in section.items] == [
        ("interview_how", True),
        ("interview_present", True),
    ]


def test_the_mock_assessment_asks_on_three_steps() -> None:
    scales = {item.scale for item in BENCHMARK.items if item.indicator == "SCORE"}
    assert scales == {"SAT4"}


@pytest.mark.parametrize("questionnaire", ALL, ids=lambda questionnaire: questionnaire.name)
def test_every_text_stands_in_three_languages(questionnaire: Questionnaire) -> None:
    for item in questionnaire.items:
        for text in (item.label, item.hint, *(choice.label for choice in item.choices)):
            assert text is None or (text.en and text.zh_hant), item.name


@pytest.mark.parametrize("questionnaire", ALL, ids=lambda questionnaire: questionnaire.name)
def test_no_question_hints_at_an_answer_by_leaving_out_the_bad_ones(questionnaire: Questionnaire) -> None:
    for item in questionnaire.items:
        polarities = {choice.polarity for choice in item.choices}
        assert (Polarity.POSITIVE in polarities) == (Polarity.NEGATIVE in polarities), item.name


@pytest.mark.parametrize("questionnaire", ALL, ids=lambda questionnaire: questionnaire.name)
def test_labels_fit_into_spss(questionnaire: Questionnaire) -> None:
    for item in questionnaire.items:
        assert all(len(choice.label.zh_hans.encode()) <= 120 for choice in item.choices), item.name
        assert len(item.label.zh_hans.encode()) <= 256, item.name
