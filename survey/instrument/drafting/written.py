"""Step 1: a published questionnaire written as the data of a file again, so that people can go on from it.

Compiled under its own number it has the sha256 of the original: nothing of it is lost or added.
"""

from collections.abc import Mapping
from typing import Any

from survey.instrument.choice import Choice, Scale
from survey.instrument.drafting.draft import Keys
from survey.instrument.item import Item, Purpose
from survey.instrument.questionnaire import Audience, Questionnaire, Section
from survey.instrument.text import Text
from survey.instrument.traditional import to_traditional


def written(questionnaire: Questionnaire, scales: Mapping[str, Scale]) -> Keys:
    """The data of a file that compiles to the questionnaire; `scales`: those of the questionnaires folder."""
    population = questionnaire.in_population
    return _without_empty(
        {
            "name": questionnaire.name,
            "version": str(questionnaire.version),
            "title": _labels(questionnaire.title),
            "population": str(questionnaire.population),
            "languages": list(questionnaire.languages),
            "context": {value.name: list(value.values) for value in questionnaire.context},
            "in_population": population.source if population else "",
            "randomize": list(questionnaire.randomize),
        }
    ) | {"sections": [_section(section, scales) for section in questionnaire.sections]}


def _section(section: Section, scales: Mapping[str, Scale]) -> Keys:
    audience = "" if section.audience is Audience.RESPONDENT else str(section.audience)
    head = _without_empty({"name": section.name, "label": _labels(section.label), "audience": audience})
    return head | {"items": [_item(item, scales) for item in section.items]}


def _item(item: Item, scales: Mapping[str, Scale]) -> Keys:
    of_scale = scales[item.scale].choices if item.scale in scales else ()
    # A scale that was changed meanwhile is not this item's scale any more: then all its choices are its own.
    shared = len(of_scale) if of_scale and item.choices[: len(of_scale)] == of_scale else 0
    age = item.minimum_age
    return _without_empty(
        {
            "type": f"{item.type} {item.scale}" if shared else str(item.type),
            "name": item.name,
            "purpose": "" if item.purpose is Purpose.NONE else str(item.purpose),
            "indicator": item.indicator,
            "label": _labels(item.label),
            "hint": _labels(item.hint),
            "required": "true" if item.required else "",
            "relevant": item.relevant.source if item.relevant else "",
            "constraint": item.constraint.source if item.constraint else "",
            "constraint_message": _labels(item.constraint_message),
            "choices": [_choice(choice) for choice in item.choices[shared:]],
            "appearance": item.appearance,
            "maximum_choices": _number(item.maximum_choices),
            "maximum_length": _number(item.maximum_length),
            "minimum_age": age and {"years": str(age.years), "stop": age.stop.source, "label": _labels(age.label)},
        }
    )


def _choice(choice: Choice) -> Keys:
    coefficient = choice.coefficient
    return _without_empty(
        {
            "name": choice.code,
            "label": _labels(choice.label),
            "polarity": str(choice.polarity) if choice.polarity else "",
            "coefficient": "" if coefficient is None else f"{coefficient:.17g}",
            "exclusive": "true" if choice.exclusive else "",
        }
    )


def _labels(text: Text | None) -> dict[str, str]:
    """The languages that somebody wrote: traditional Chinese only where it is not what publication would make."""
    labels = text.to_mapping() if text else {}
    if text and text.zh_hant == to_traditional(text.zh_hans):
        del labels["zh-Hant"]
    return labels


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _without_empty(keys: Mapping[str, Any]) -> Keys:
    return {key: value for key, value in keys.items() if value}
