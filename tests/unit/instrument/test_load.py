"""A definition and its questionnaire are the same thing, told twice."""

import json
from dataclasses import replace

import pytest

from survey.instrument.choice import Choice
from survey.instrument.item import Item, ItemType
from survey.instrument.load import definition_sha256, from_definition, to_definition
from survey.instrument.text import Text
from tests.unit.instrument.test_answers import QUESTIONNAIRE


def test_a_questionnaire_survives_the_way_through_json() -> None:
    definition = to_definition(QUESTIONNAIRE)
    again = from_definition(json.loads(json.dumps(definition)))
    assert replace(again, sha256="") == QUESTIONNAIRE
    assert to_definition(again) == definition


def test_the_hash_is_over_the_definition() -> None:
    definition = to_definition(QUESTIONNAIRE)
    assert from_definition(definition).sha256 == definition_sha256(definition)
    assert from_definition({**definition, "version": 2}).sha256 != definition_sha256(definition)


def test_a_coefficient_of_zero_is_kept() -> None:
    item = Item(
        "a1",
        ItemType.SELECT_ONE,
        Text("问"),
        choices=(Choice("1", Text("否"), coefficient=0.0),),
    )
    section = replace(QUESTIONNAIRE.sections[0], items=(item,))
    definition = to_definition(replace(QUESTIONNAIRE, sections=(section,)))
    assert definition["sections"][0]["items"][0]["choices"] == [
        {"name": "1", "label": {"zh-Hans": "否"}, "coefficient": 0}
    ]
    assert from_definition(definition).item("a1").choices[0].coefficient == 0


def test_an_item_name_stands_once() -> None:
    with pytest.raises(ValueError, match="found twice: used"):
        replace(
            QUESTIONNAIRE,
            sections=(*QUESTIONNAIRE.sections, replace(QUESTIONNAIRE.sections[0], items=(QUESTIONNAIRE.item("used"),))),
        )


def test_an_unknown_item_is_named_with_the_questionnaire() -> None:
    with pytest.raises(KeyError, match="tiny v1 has no item 'a9'"):
        QUESTIONNAIRE.item("a9")


def test_a_text_falls_back_to_simplified_chinese() -> None:
    label = Text("满意", "satisfied")
    assert [label.in_language(tag) for tag in ("en", "zh-Hant", "fr")] == ["satisfied", "满意", "满意"]
