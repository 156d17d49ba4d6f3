"""A wave's frozen indicators as functions of one response, for looks at single answers and groups of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from survey.exchange.plan.planned_indicator import IndicatorNotComputedError, PersonValue, plan_indicator
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text
from survey.programme.wave_indicator import read_wave_indicator


@dataclass(frozen=True)
class MeasuredIndicator:
    """`value`: a person's share or score in it, None outside the base."""

    label: Text
    is_score: bool
    value: PersonValue


def measured_indicators(
    definitions: Iterable[tuple[str, str]], questionnaire: Questionnaire
) -> dict[str, MeasuredIndicator]:
    """By id, without those that this questionnaire cannot give; `definitions` as `load_indicators` has them."""
    frozen = [read_wave_indicator(text) for _, text in definitions]
    others = {one.indicator.id: one.indicator for one in frozen}
    measured = {}
    for one in frozen:
        try:
            value = plan_indicator(one, others, questionnaire, with_target=False).value
        except IndicatorNotComputedError:
            continue
        measured[one.indicator.id] = MeasuredIndicator(one.indicator.label, one.is_score, value)
    return measured
