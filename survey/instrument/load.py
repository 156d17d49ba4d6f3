"""Step 1: a definition (JSON: what storage keeps and the offline page receives) to a Questionnaire and back, lossless.

Keys that hold nothing are left out: a key added to the program later leaves the hash of an earlier version as it was.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.instrument.choice import Choice, Polarity
from survey.instrument.condition import Condition, Tree
from survey.instrument.item import Item, ItemType, MinimumAge, Purpose
from survey.instrument.population import Population
from survey.instrument.questionnaire import Audience, ContextValue, Questionnaire, Section
from survey.instrument.text import Text

Definition = dict[str, Any]
_T = TypeVar("_T")


def definition_sha256(definition: Mapping[str, Any]) -> str:
    """Hexadecimal sha256 over the canonical JSON of a definition."""
    return sha256_hex(canonical_bytes(definition))


def from_definition(definition: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire that a definition describes. KeyError or ValueError if to_definition never made it."""
    return Questionnaire(
        name=definition["name"],
        version=definition["version"],
        title=Text.from_mapping(definition["title"]),
        population=Population(definition["population"]),
        languages=tuple(definition["languages"]),
        context=tuple(ContextValue(name, tuple(values)) for name, values in definition.get("context", [])),
        in_population=_if_there(definition.get("in_population"), _condition),
        randomize=tuple(definition.get("randomize", [])),
        sections=tuple(_section(section) for section in definition["sections"]),
        sha256=definition_sha256(definition),
    )


def to_definition(questionnaire: Questionnaire) -> Definition:
    """The JSON-able definition; `from_definition(to_definition(q)) == q`."""
    return _without_empty(
        {
            "name": questionnaire.name,
            "version": questionnaire.version,
            "title": questionnaire.title.to_mapping(),
            "population": str(questionnaire.population),
            "languages": list(questionnaire.languages),
            "context": [[value.name, list(value.values)] for value in questionnaire.context],
            "in_population": _if_there(questionnaire.in_population, _condition_definition),
            "randomize": list(questionnaire.randomize),
            "sections": [_section_definition(section) for section in questionnaire.sections],
        }
    )


def _section(definition: Mapping[str, Any]) -> Section:
    return Section(
        name=definition["name"],
        label=Text.from_mapping(definition["label"]),
        audience=Audience(definition["audience"]),
        items=tuple(_item(item) for item in definition["items"]),
    )


def _section_definition(section: Section) -> Definition:
    return {
        "name": section.name,
        "label": section.label.to_mapping(),
        "audience": str(section.audience),
        "items": [_item_definition(item) for item in section.items],
    }


def _item(definition: Mapping[str, Any]) -> Item:
    return Item(
        name=definition["name"],
        type=ItemType(definition["type"]),
        label=Text.from_mapping(definition["label"]),
        hint=_if_there(definition.get("hint"), Text.from_mapping),
        required=definition.get("required", False),
        relevant=_if_there(definition.get("relevant"), _condition),
        constraint=_if_there(definition.get("constraint"), _condition),
        constraint_message=_if_there(definition.get("constraint_message"), Text.from_mapping),
        choices=tuple(_choice(choice) for choice in definition.get("choices", [])),
        appearance=definition.get("appearance", ""),
        maximum_choices=definition.get("maximum_choices"),
        maximum_length=definition.get("maximum_length"),
        scale=definition.get("scale", ""),
        purpose=Purpose(definition.get("purpose", Purpose.NONE)),
        indicator=definition.get("indicator", ""),
        minimum_age=_if_there(definition.get("minimum_age"), _minimum_age),
    )


def _item_definition(item: Item) -> Definition:
    return _without_empty(
        {
            "name": item.name,
            "type": str(item.type),
            "label": item.label.to_mapping(),
            "hint": _if_there(item.hint, Text.to_mapping),
            "required": item.required,
            "relevant": _if_there(item.relevant, _condition_definition),
            "constraint": _if_there(item.constraint, _condition_definition),
            "constraint_message": _if_there(item.constraint_message, Text.to_mapping),
            "choices": [_choice_definition(choice) for choice in item.choices],
            "appearance": item.appearance,
            "maximum_choices": item.maximum_choices,
            "maximum_length": item.maximum_length,
            "scale": item.scale,
            "purpose": None if item.purpose is Purpose.NONE else str(item.purpose),
            "indicator": item.indicator,
            "minimum_age": _if_there(item.minimum_age, _minimum_age_definition),
        }
    )


def _choice(definition: Mapping[str, Any]) -> Choice:
    return Choice(
        code=definition["name"],
        label=Text.from_mapping(definition["label"]),
        polarity=_if_there(definition.get("polarity"), Polarity),
        coefficient=definition.get("coefficient"),
        exclusive=definition.get("exclusive", False),
    )


def _choice_definition(choice: Choice) -> Definition:
    return _without_empty(
        {
            "name": choice.code,
            "label": choice.label.to_mapping(),
            "polarity": _if_there(choice.polarity, str),
            "coefficient": _if_there(choice.coefficient, _shortest),
            "exclusive": choice.exclusive,
        }
    )


def _minimum_age(definition: Mapping[str, Any]) -> MinimumAge:
    return MinimumAge(definition["years"], _condition(definition["stop"]), Text.from_mapping(definition["label"]))


def _minimum_age_definition(age: MinimumAge) -> Definition:
    return {"years": age.years, "stop": _condition_definition(age.stop), "label": age.label.to_mapping()}


def _condition(definition: Mapping[str, Any]) -> Condition:
    return Condition(definition["source"], _tuples(definition["tree"]))


def _condition_definition(condition: Condition) -> Definition:
    return {"source": condition.source, "tree": _lists(condition.tree)}


def _tuples(tree: list[Any]) -> Tree:
    return tuple(_tuples(branch) if isinstance(branch, list) else branch for branch in tree)


def _lists(tree: Tree) -> list[Any]:
    return [_lists(branch) if isinstance(branch, tuple) else branch for branch in tree]


def _shortest(number: float) -> float:
    # 100 and 100.0 are one number, JavaScript writes only the first, and the hash must not depend on the writer.
    return int(number) if float(number).is_integer() else number


def _if_there(value: Any, make: Callable[[Any], _T]) -> _T | None:
    return None if value is None else make(value)


def _without_empty(definition: Definition) -> Definition:
    # `is False`, because 0 (a coefficient) is a value and equals False.
    return {
        key: value for key, value in definition.items() if not (value is None or value is False or value in ("", []))
    }
