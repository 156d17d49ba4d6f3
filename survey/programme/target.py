"""Step 7: targets belong to a plan, not to the indicator: satisfaction is >= 90 % in one plan, > 80 % in another."""

from dataclasses import dataclass
from enum import StrEnum

from survey.instrument.text import Text
from survey.programme.indicator import Unit


class Operator(StrEnum):
    """高于 and 大于 are `>`, 不低于 and 达到…以上 are `>=`: 80.0 % fails "above 80 %"."""

    ABOVE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True)
class Target:
    """What a plan demands of one indicator. `value`: 0 to 1 for a rate, 0 to 100 for a score; `source`: where from."""

    indicator: str
    operator: Operator
    value: float
    unit: Unit
    source: str = ""

    def __post_init__(self) -> None:
        highest = 1 if self.unit is Unit.RATE else 100
        if not 0 < self.value <= highest:
            raise ValueError(
                f"target of {self.indicator}: expected a {self.unit} up to {highest}, found {self.value:g}"
            )

    def in_words(self, language: str) -> str:
        """The demand as a phrase.

        >>> Target("SUPPORT", Operator.ABOVE, 0.8, Unit.RATE).in_words("zh-Hans")
        '高于80%'
        """
        number = f"{self.value * 100:.10g}%" if self.unit is Unit.RATE else f"{self.value:g}"
        pattern = _SCORES if self.unit is Unit.SCORE else _RATES
        return pattern[self.operator].in_language(language).format(number)


@dataclass(frozen=True)
class TargetProfile:
    """The targets of one plan. `without_value`: indicators that it names without a number; no verdict for them."""

    name: str
    title: Text
    source: str
    targets: tuple[Target, ...]
    without_value: tuple[str, ...] = ()

    def target(self, indicator: str) -> Target | None:
        """The target of an indicator; None: this plan gives no number, and nothing may be decided."""
        return next((target for target in self.targets if target.indicator == indicator), None)


_RATES = {
    Operator.ABOVE: Text("高于{}", "above {}", "高於{}"),
    Operator.AT_LEAST: Text("不低于{}", "at least {}", "不低於{}"),
}
_SCORES = {
    Operator.ABOVE: Text("高于{}分", "above {} points", "高於{}分"),
    Operator.AT_LEAST: Text("不低于{}分", "at least {} points", "不低於{}分"),
}
