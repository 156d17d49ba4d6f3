"""Indicators in a plan: what is measured by which rule, with which target and which intervals. Before step 6."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from analysis.plan_keys import Codes, Names, Part, as_list, code_keys

Rule = Literal["share", "mean", "total", "ratio", "any", "distribution"]
IntervalMethod = Literal["logit", "beta", "likelihood", "asin", "xlogit", "wilson", "mean", "korn-graubard"]
SHARE_RULES: frozenset[str] = frozenset({"share", "any", "distribution"})


class Target(Part):
    """The goal of a plan for a rate, compared unrounded."""

    operator: Literal[">", ">="]
    value: float


class Indicator(Part):
    """What is measured: the item or items, the rule, and who is in the base."""

    id: str
    rule: Rule
    item: str | None = None
    items: Names = ()
    count: Codes | None = None
    exclude: Codes = ()
    values: Annotated[dict[str, float], BeforeValidator(code_keys)] | None = None
    numerator: str | None = None
    denominator: str | None = None
    target: Target | None = None
    label: str | None = None

    @model_validator(mode="after")
    def _rule_fits(self) -> Self:
        if self.rule == "ratio":
            if not self.numerator or not self.denominator:
                raise ValueError("numerator and denominator for the rule ratio")
        elif self.rule == "any":
            if not (self.items or self.item) or not self.count:
                raise ValueError("items and count for the rule any")
        elif not self.item:
            raise ValueError(f"item for the rule {self.rule}")
        if self.target is not None and self.is_share and not 0 <= self.target.value <= 1:
            raise ValueError("a target between 0 and 1 for a share (0.8 means 80 %)")
        if self.count is not None and self.rule not in {"share", "any", "total"}:
            raise ValueError(f"no count with the rule {self.rule}")
        if self.values is not None and self.rule not in {"mean", "total"}:
            raise ValueError(f"no values with the rule {self.rule}")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the indicator reads."""
        named = (self.item, *self.items, self.numerator, self.denominator)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def is_share(self) -> bool:
        return self.rule in SHARE_RULES


class IntervalPlan(Part):
    """Which intervals; the first method at the first level is the one shown with the estimate."""

    method: Annotated[tuple[IntervalMethod, ...], BeforeValidator(as_list)] = ("korn-graubard",)
    level: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], BeforeValidator(as_list)] = (0.95,)
