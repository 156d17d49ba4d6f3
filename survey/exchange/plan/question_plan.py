"""The plan that answers a further question: a run's own plan with other figures. Design, data and weights stay."""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

from survey.exchange.export.export_columns import item_column_name
from survey.exchange.plan.planned_indicator import IndicatorNotComputedError, plan_indicator
from survey.instrument.choice import Polarity
from survey.instrument.item import Item, ItemType, Purpose
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaLevel, AreaTree
from survey.programme.indicator import Indicator, Rule
from survey.programme.question import Question, QuestionKind
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Mode

KEPT = ("data", "design", "subset", "calibration", "interval", "decisions", "disclosure")
OWN = "own"
RECORDED = ("street", "community", "mode")
RANKED = ("street", "community")


def question_plan(
    plan: Mapping[str, Any],
    question: Question,
    questionnaire: Questionnaire,
    indicators: tuple[WaveIndicator, ...],
    modes: tuple[str, ...],
    areas: AreaTree,
) -> dict[str, Any]:
    """`modes`: those with enough answers to be compared. Raises `ValueError` for columns that there are not."""
    base = {key: plan[key] for key in KEPT if key in plan}
    base["indicators"] = list(plan["indicators"])
    makers: dict[QuestionKind, Callable[[], dict[str, Any]]] = {
        QuestionKind.GROUPS: lambda: {"domains": [[name] for name in group_columns(questionnaire, indicators)]},
        QuestionKind.CROSSED: lambda: _crossed(question, questionnaire, indicators),
        QuestionKind.CROSSTAB: lambda: _crosstab(question, questionnaire),
        QuestionKind.RANKS: lambda: _ranks(base["indicators"], areas),
        QuestionKind.RULES: lambda: {"indicators": list(_by_rules(questionnaire, indicators)), "domains": [[]]},
        QuestionKind.MODES: lambda: _modes(base["indicators"], modes),
    }
    if question.kind not in makers:
        raise ValueError(f"question {question.kind}: expected one of a single wave")
    return base | makers[question.kind]()


def group_columns(questionnaire: Questionnaire, indicators: tuple[WaveIndicator, ...]) -> list[str]:
    """Sex, age, mode, and the items that the catalogue reports by."""
    people = [questionnaire.item_for(purpose) for purpose in (Purpose.SEX, Purpose.AGE)]
    named = [name for one in indicators for name in one.indicator.report_by if name in questionnaire]
    items = [item.name for item in people if item is not None] + named
    return [*dict.fromkeys(item_column_name(name) for name in items), "mode"]


def _crossed(question: Question, questionnaire: Questionnaire, indicators: tuple[WaveIndicator, ...]) -> dict[str, Any]:
    """The two columns together, and each alone: a small part is then not told by what is left over of its whole."""
    groups = group_columns(questionnaire, indicators)
    for key, name, columns in (("row", question.row, [*RANKED, *groups]), ("column", question.column, groups)):
        if name not in columns:
            raise ValueError(f"{key}: expected one of {', '.join(columns)}, found {name}")
    return {"domains": [[question.row], [question.column], [question.row, question.column]]}


def crossed_items(questionnaire: Questionnaire) -> list[Item]:
    """The items that a cross-table can have: one answer out of some."""
    return [item for item in questionnaire.asked_items if item.type is ItemType.SELECT_ONE]


def _crosstab(question: Question, questionnaire: Questionnaire) -> dict[str, Any]:
    items = [item_column_name(item.name) for item in crossed_items(questionnaire)]
    if question.row not in items:
        raise ValueError(f"row: expected one of {', '.join(items)}, found {question.row}")
    if question.column not in (*items, *RECORDED):
        raise ValueError(f"column: expected one of {', '.join((*items, *RECORDED))}, found {question.column}")
    return {
        "indicators": [{"id": question.row, "item": question.row, "rule": "distribution"}],
        "domains": [[], [question.column]],
        "crosstabs": [{"row": question.row, "column": question.column}],
    }


def area_classes(areas: AreaTree, level: AreaLevel) -> dict[str, list[str]]:
    """The classes of a level with the codes of their areas, where two or more are to be compared."""
    found: dict[str, list[str]] = {}
    for area in sorted(areas.at(level), key=lambda area: area.code):
        if area.group:
            found.setdefault(area.group, []).append(area.code)
    return {name: codes for name, codes in sorted(found.items()) if len(codes) > 1}


def _ranks(indicators: list[Mapping[str, Any]], areas: AreaTree) -> dict[str, Any]:
    """All areas of a level, and those of each class among themselves."""
    compared: list[dict[str, Any]] = [{"over": [level]} for level in RANKED]
    for level in RANKED:
        compared += [{"over": [level], "among": codes} for codes in area_classes(areas, AreaLevel(level)).values()]
    ranked = [{"indicator": one["id"]} | part for one in indicators for part in compared]
    small = [{"indicator": one["id"], "over": ["community"]} for one in indicators]
    return {"domains": [[]], "ranks": ranked, "small_areas": small}


def _modes(indicators: list[Mapping[str, Any]], modes: tuple[str, ...]) -> dict[str, Any]:
    ordered = [mode.value for mode in Mode if mode.value in modes]
    contrasts = [
        {"indicator": one["id"], "between": [{"mode": first}, {"mode": second}], "family": "modes"}
        for one in indicators
        for first, second in combinations(ordered, 2)
    ]
    return {"domains": [["mode"]], "contrasts": contrasts}


def _by_rules(questionnaire: Questionnaire, indicators: tuple[WaveIndicator, ...]) -> Iterator[dict[str, Any]]:
    """The indicator as it is fixed for the wave, and the same answers by every other rule that can be applied."""
    others = {one.indicator.id: one.indicator for one in indicators}
    for one in indicators:
        try:
            planned = plan_indicator(one, others, questionnaire, with_target=False)
        except IndicatorNotComputedError:
            continue
        item = questionnaire.item(one.indicator.items[0]) if len(one.indicator.items) == 1 else None
        if planned.column is None and item is not None and item.type is ItemType.SELECT_ONE:
            yield {**planned.entry, "id": f"{one.indicator.id}.{OWN}"}
            yield from _alternatives(one.indicator, item)


def _alternatives(indicator: Indicator, item: Item) -> Iterator[dict[str, Any]]:
    codes = {polarity: [one.code for one in item.choices if one.polarity is polarity] for polarity in Polarity}
    positive, middle = codes[Polarity.POSITIVE], codes[Polarity.MIDDLE]
    judged = [*positive, *middle, *codes[Polarity.NEGATIVE]]
    if not positive or not codes[Polarity.NEGATIVE]:
        return
    outside = [one.code for one in item.choices if one.code not in judged]
    beside_base = [one.code for one in item.choices if one.polarity is Polarity.NOT_APPLICABLE]
    column = item_column_name(item.name)
    shares = {
        "top": (positive, outside),
        "wide": ([*positive, *middle], outside),
        "top-all": (positive, beside_base),
    }
    for name, (count, exclude) in shares.items():
        yield _entry(indicator, name, {"item": column, "rule": "share", "count": count, "exclude": exclude})
    values = {one.code: one.coefficient for one in item.choices if one.code in judged and one.coefficient is not None}
    if len(values) == len(judged) and indicator.rule is not Rule.INDEX:
        yield _entry(indicator, "index", {"item": column, "rule": "mean", "values": values, "exclude": outside})


def _entry(indicator: Indicator, name: str, rule: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"{indicator.id}.{name}", "label": indicator.label.zh_hans} | rule
