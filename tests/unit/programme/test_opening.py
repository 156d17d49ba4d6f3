"""A wave of students opens only with a form that stops children whose guardian has not agreed."""

from dataclasses import replace
from datetime import date

from survey.instrument.compile import compile_questionnaire
from survey.instrument.population import Population
from survey.instrument.questionnaire import Questionnaire
from survey.programme.opening import Preparation
from survey.programme.wave import WaveStatus
from tests.factories import make_area_tree, make_wave
from tests.unit.instrument.tiny import REAL

STUDENT = compile_questionnaire(REAL, "student", 1)


def gaps_of(questionnaire: Questionnaire) -> list[str]:
    wave = make_wave(status=WaveStatus.DRAFT, questionnaire=questionnaire.name, opened_at=None)
    wave = replace(wave, population=Population.STUDENTS)
    preparation = Preparation(wave, questionnaire, [], make_area_tree(), frozenset(), [], True)
    return [gap for gap in preparation.gaps(date(2026, 6, 1)) if "guardian" in gap]


def without_guardian() -> Questionnaire:
    start, *others = STUDENT.sections
    asked = tuple(item for item in start.items if item.name != "guardian")
    return replace(STUDENT, sections=(replace(start, items=asked), *others))


def test_form_with_a_guardian_question_has_no_gap_and_one_without_is_told() -> None:
    assert gaps_of(STUDENT) == []
    [gap] = gaps_of(without_guardian())
    assert "below 14" in gap
    assert "student v1" in gap
