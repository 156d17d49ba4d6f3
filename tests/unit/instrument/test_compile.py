"""Files become questionnaires: scales, inclusions, traditional Chinese, context, the stop below the minimum age."""

from pathlib import Path

import pytest

from survey.instrument.answers import read_answers
from survey.instrument.compile import compile_questionnaire
from survey.instrument.fault import FaultsError
from survey.instrument.load import from_definition, to_definition
from tests.unit.instrument.tiny import TINY, tiny


def test_a_scale_gives_its_choices_and_an_item_may_add_one() -> None:
    bus = tiny("choices").item("bus")
    assert [choice.code for choice in bus.choices] == ["3", "2", "1", "8", "7"]
    assert (bus.scale, bus.choice("3").polarity, bus.choice("2").coefficient) == ("SAT3", "+", 50)


def test_an_included_item_keeps_what_is_not_written_again() -> None:
    item = tiny("include").item("bus_again")
    original = tiny("choices").item("bus")
    assert (item.label, item.choices, item.required) == (original.label, original.choices, True)


def test_an_included_condition_can_be_switched_off() -> None:
    assert tiny("relevant").item("service").relevant is not None
    assert tiny("include").item("service_again").relevant is None


def test_an_included_section_brings_its_items_and_their_stop() -> None:
    assert [section.name for section in tiny("include").sections] == ["only", "more"]
    assert tiny("include").minimum_age == 16


def test_an_inclusion_may_include_further() -> None:
    names = [item.name for item in tiny("include", 2).items]
    assert names == ["age", "service", "bus_again", "service_again", "topics"]


def test_traditional_chinese_is_filled_in_and_what_the_author_wrote_wins() -> None:
    languages = tiny("languages")
    assert languages.item("by_machine").label.in_language("zh-Hant") == "您對社區有什麼意見？"
    assert languages.item("by_hand").label.in_language("zh-Hant") == "您對社區有什麼意見？（親筆）"


def test_the_value_of_the_access_code_decides_what_is_asked() -> None:
    read = read_answers(tiny("context"), {"park": ["3"], "school": ["1"]}, context={"place_type": "school"})
    assert read.answers == {"school": "1"}


def test_someone_too_young_leaves_nothing() -> None:
    read = read_answers(tiny("minimum_age"), {"age": ["15"], "service": ["3"]})
    assert (read.answers, read.stopped_at) == ({}, tiny("minimum_age").item("age"))


def test_an_age_that_is_not_given_is_asked_for_again() -> None:
    read = read_answers(tiny("minimum_age"), {"service": ["3"]})
    assert [(fault.item, fault.key) for fault in read.faults] == [("age", "required")]
    assert read.stopped_at is None


def test_the_constraint_of_an_item_looks_at_its_own_answer() -> None:
    read = read_answers(tiny("answers"), {"people": ["21"], "community": ["440811001"]})
    assert [(fault.item, fault.key) for fault in read.faults] == [("people", "constraint")]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in TINY.glob("*/v1.yaml")))
def test_a_compiled_questionnaire_survives_storage(name: str) -> None:
    assert from_definition(to_definition(tiny(name))) == tiny(name)


def test_the_same_files_give_the_same_hash() -> None:
    assert compile_questionnaire(TINY, "choices", 1).sha256 == tiny("choices").sha256


def test_a_version_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(FaultsError, match=r"choices/v7\.yaml:1: file: expected a questionnaire, found no file"):
        compile_questionnaire(Path(TINY), "choices", 7)
