"""The rule of an indicator in the words of an analysis plan, and the same rule for one person."""

import pytest

from survey.exchange.plan.planned_indicator import IndicatorNotComputedError, PlannedIndicator, plan_indicator
from survey.instrument.answers import AnswerValue
from survey.instrument.choice import Choice
from survey.instrument.text import Text
from survey.programme.indicator import DontKnowPolicy, Indicator, Rule, Unit
from survey.programme.target import Operator, Target
from survey.programme.wave_indicator import WaveIndicator
from tests.unit.exchange.samples import LABELS, QUESTIONNAIRE, make_response

COEFFICIENTS = {"5": 100.0, "4": 80.0, "3": 60.0, "2": 30.0, "1": 0.0}


def make_indicator(
    rule: Rule,
    items: tuple[str, ...],
    count: str = "54",
    exclude: str = "8",
    name: str = "X",
    parts: tuple[str, ...] = (),
) -> Indicator:
    codes = COEFFICIENTS if rule is Rule.INDEX else dict.fromkeys(count)
    return Indicator(
        id=name,
        version=1,
        label=Text("指标"),
        rule=rule,
        questionnaires=("resident",),
        items=items,
        counted=tuple(Choice(code, Text(code), coefficient=points) for code, points in codes.items()),
        excluded=tuple(Choice(code, LABELS.get(code, Text(code))) for code in exclude),
        dont_knows=(),
        parts=tuple((part, Text(part)) for part in parts),
        dont_know=DontKnowPolicy.EXCLUDED,
        base=Text("有评价者"),
        unit_type=Text("某单位"),
    )


def planned(indicator: Indicator, *others: Indicator, target: Target | None = None) -> PlannedIndicator:
    by_id = {one.id: one for one in (indicator, *others)}
    return plan_indicator(WaveIndicator(indicator, target), by_id, QUESTIONNAIRE, with_target=True)


def value(one: PlannedIndicator, answers: dict[str, AnswerValue]) -> float | None:
    return one.value(make_response(answers))


def test_top_is_a_share_of_codes_without_the_excluded_ones() -> None:
    found = planned(make_indicator(Rule.TOP, ("b3",), exclude="789"))
    assert dict(found.entry) == {
        "id": "X",
        "label": "指标",
        "item": "b3",
        "rule": "share",
        "count": ["5", "4"],
        "exclude": ["7", "8", "9"],
    }
    assert found.column is None
    assert [value(found, {"b3": code}) for code in ("5", "3", "7", "8", None)] == [1, 0, None, None, None]
    assert value(found, {}) is None


def test_a_dont_know_that_is_included_stays_in_the_base() -> None:
    found = planned(make_indicator(Rule.TOP, ("a4",), exclude=""))
    assert found.entry["exclude"] == []
    assert value(found, {"a4": "8"}) == 0


def test_wide_counts_the_middle_answer() -> None:
    found = planned(make_indicator(Rule.WIDE, ("a4",), count="543"))
    assert found.entry["count"] == ["5", "4", "3"]


def test_any_is_a_share_over_the_columns_of_the_choices() -> None:
    found = planned(make_indicator(Rule.ANY, ("a3",), count="123", exclude=""))
    assert {key: found.entry[key] for key in ("rule", "items", "count")} == {
        "rule": "any",
        "items": ["a3_1", "a3_2", "a3_3"],
        "count": ["1"],
    }
    assert [value(found, {"a3": codes}) for codes in (["1", "3"], ["99"], None)] == [1, 0, None]


def test_any_with_excluded_choices_is_computed_per_person() -> None:
    found = planned(make_indicator(Rule.ANY, ("a3",), count="12", exclude="3"))
    assert found.entry["rule"] == "share"
    assert found.column is not None
    assert found.column.name == found.entry["item"] == "indicator_X"
    assert [value(found, {"a3": codes}) for codes in (["1"], ["3"], ["2", "3"], ["99"])] == [1, None, 1, 0]


def test_index_is_a_mean_of_coefficients_and_leaves_out_codes_without_one() -> None:
    found = planned(make_indicator(Rule.INDEX, ("a4",)))
    assert found.entry["values"] == COEFFICIENTS
    assert found.entry["exclude"] == ["8"]
    assert [value(found, {"a4": code}) for code in ("4", "8")] == [80, None]


def test_index_over_several_items_is_the_mean_of_those_that_a_person_answered() -> None:
    found = planned(make_indicator(Rule.INDEX, ("a4", "b3")))
    assert found.entry["rule"] == "mean"
    assert value(found, {"a4": "5", "b3": "3"}) == 80
    assert value(found, {"a4": "5", "b3": "8"}) == 100
    assert value(found, {"a4": "8"}) is None


def test_mean_is_over_people_valid_in_all_parts() -> None:
    parts = (make_indicator(Rule.TOP, ("a4",), name="A"), make_indicator(Rule.TOP, ("b3",), name="B"))
    found = planned(make_indicator(Rule.MEAN, (), parts=("A", "B")), *parts)
    assert found.entry["rule"] == "mean"
    assert value(found, {"a4": "5", "b3": "1"}) == 0.5
    assert value(found, {"a4": "5", "b3": "8"}) is None


def test_the_target_goes_into_the_plan_only_for_the_drawn_sample() -> None:
    indicator = make_indicator(Rule.TOP, ("a4",))
    frozen = WaveIndicator(indicator, Target("X", Operator.ABOVE, 0.8, Unit.RATE))
    drawn = plan_indicator(frozen, {}, QUESTIONNAIRE, with_target=True)
    scanned = plan_indicator(frozen, {}, QUESTIONNAIRE, with_target=False)
    assert drawn.entry["target"] == {"operator": ">", "value": 0.8}
    assert "target" not in scanned.entry


@pytest.mark.parametrize(
    ("indicator", "message"),
    [
        (make_indicator(Rule.TOP, ("c9",)), "has no item c9"),
        (make_indicator(Rule.TOP, ("a4", "b3")), "TOP takes one item"),
        (make_indicator(Rule.MEAN, (), parts=("A", "B")), "A, B is none"),
    ],
)
def test_an_indicator_that_cannot_be_computed_says_why(indicator: Indicator, message: str) -> None:
    with pytest.raises(IndicatorNotComputedError, match=message):
        planned(indicator)
