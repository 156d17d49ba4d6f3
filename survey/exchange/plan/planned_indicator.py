"""An indicator of a wave becomes an entry of a plan, with a computed column where the plan has no rule. Before step 6.

TOP and WIDE are shares of codes, ANY a share over a select_multiple item's columns, INDEX a mean of coefficients.
A mean over several items or indicators (INDEX, MEAN) is computed per person here and averaged by the plan.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from survey.exchange.export.export_columns import Column, ColumnKind, item_column_name
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.programme.indicator import Indicator, Rule
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Answers


class Answered(Protocol):
    """Whoever has answers: a whole response, or only what was read of it."""

    @property
    def answers(self) -> Answers: ...


PersonValue = Callable[[Answered], float | None]


class IndicatorNotComputedError(ValueError):
    """An indicator cannot be computed from this questionnaire; the message says why."""


@dataclass(frozen=True)
class PlannedIndicator:
    """`entry`: the plan's keys; `value`: a person's share in it, None outside the base; `column`: computed, or None."""

    entry: Mapping[str, Any]
    value: PersonValue
    column: Column | None = None


def plan_indicator(
    frozen: WaveIndicator, others: Mapping[str, Indicator], questionnaire: Questionnaire, *, with_target: bool
) -> PlannedIndicator:
    """The plan's entry for an indicator. `others`: the wave's indicators by id, for the parts of a MEAN.

    Raises `IndicatorNotComputedError`: an item that is not asked, several items under a rule for one, an unknown part.
    """
    indicator = frozen.indicator
    value = _person_value(indicator, others, questionnaire)
    rule = _plan_rule(indicator, questionnaire)
    column = None
    if rule is None:
        name = f"indicator_{indicator.id}"
        column = Column(name, indicator.label, ColumnKind.WEIGHT, value)
        rule = {"item": name, "rule": "share" if indicator.rule is Rule.ANY else "mean"}
    entry: dict[str, Any] = {"id": indicator.id, "label": indicator.label.zh_hans} | rule
    if with_target and frozen.target is not None:
        entry["target"] = {"operator": frozen.target.operator.value, "value": frozen.target.value}
    return PlannedIndicator(entry, value, column)


def _plan_rule(indicator: Indicator, questionnaire: Questionnaire) -> dict[str, Any] | None:
    """The plan's own words for the rule; None when the plan has none."""
    if indicator.rule is Rule.MEAN or len(indicator.items) > 1:
        return None
    item = _item(indicator, indicator.items[0], questionnaire)
    column = item_column_name(item.name)
    counted, excluded = list(indicator.counted_codes), list(indicator.excluded_codes)
    if item.type is ItemType.SELECT_MULTIPLE:
        if excluded:
            return None
        flags = [item_column_name(f"{item.name}_{code}") for code in counted]
        return {"items": flags, "rule": "any", "count": ["1"]}
    if indicator.rule is Rule.INDEX:
        values = dict(indicator.coefficients)
        left_out = [choice.code for choice in item.choices if choice.code not in values]
        return {"item": column, "rule": "mean", "values": values, "exclude": left_out}
    return {"item": column, "rule": "share", "count": counted, "exclude": excluded}


def _person_value(indicator: Indicator, others: Mapping[str, Indicator], questionnaire: Questionnaire) -> PersonValue:
    if indicator.rule is Rule.MEAN:
        return _mean_of_parts(indicator, others, questionnaire)
    items = [_item(indicator, name, questionnaire) for name in indicator.items]
    if indicator.rule is Rule.INDEX:
        return _mean_of_coefficients(items, indicator.coefficients)
    if len(items) > 1:
        raise IndicatorNotComputedError(
            f"indicator {indicator.id}: {indicator.rule} takes one item, found {', '.join(indicator.items)}"
        )
    return _share_of_codes(items[0], frozenset(indicator.counted_codes), frozenset(indicator.excluded_codes))


def _share_of_codes(item: Item, counted: frozenset[str], excluded: frozenset[str]) -> PersonValue:
    def value(response: Answered) -> float | None:
        given = response.answers.get(item.name)
        if given is None:
            return None
        codes = frozenset(given) if isinstance(given, list) else frozenset((str(given),))
        return None if codes <= excluded else float(not counted.isdisjoint(codes))

    return value


def _mean_of_coefficients(items: list[Item], coefficients: Mapping[str, float]) -> PersonValue:
    def value(response: Answered) -> float | None:
        given = (response.answers.get(item.name) for item in items)
        points = [coefficients[code] for code in given if isinstance(code, str) and code in coefficients]
        return sum(points) / len(points) if points else None

    return value


def _mean_of_parts(indicator: Indicator, others: Mapping[str, Indicator], questionnaire: Questionnaire) -> PersonValue:
    missing = [part for part, _ in indicator.parts if part not in others]
    if missing:
        raise IndicatorNotComputedError(
            f"indicator {indicator.id}: its parts must be indicators of the wave, {', '.join(missing)} is none"
        )
    parts = [_person_value(others[part], others, questionnaire) for part, _ in indicator.parts]

    def value(response: Answered) -> float | None:
        values = [part(response) for part in parts]
        known = [one for one in values if one is not None]
        return sum(known) / len(known) if len(known) == len(values) else None

    return value


def _item(indicator: Indicator, name: str, questionnaire: Questionnaire) -> Item:
    if name not in questionnaire:
        raise IndicatorNotComputedError(
            f"indicator {indicator.id}: {questionnaire.name} v{questionnaire.version} has no item {name}"
        )
    return questionnaire.item(name)
