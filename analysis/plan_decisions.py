"""Decisions in a plan: the error of a verdict, looks during fieldwork, and what may be shown. Before step 7."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from analysis.plan_keys import Part


class Looks(Part):
    """Looking at verdicts during fieldwork without a larger error.

    `any_time`: any number of looks, `fraction` of the planned information is in; `planned`: the looks in `fractions`
    were fixed beforehand, the last of them is taken now.
    """

    kind: Literal["any_time", "planned"]
    fraction: float | None = Field(default=None, gt=0)
    fractions: tuple[Annotated[float, Field(gt=0)], ...] = ()

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        if self.kind == "any_time" and (self.fraction is None or self.fractions):
            raise ValueError("fraction, and no fractions, for looks at any time")
        if self.kind == "planned":
            growing = all(early < late for early, late in zip(self.fractions, self.fractions[1:], strict=False))
            if self.fraction is not None or not self.fractions or not growing or self.fractions[-1] > 1:
                raise ValueError("growing fractions up to 1, the last one now, for planned looks")
        return self


class Decisions(Part):
    """How verdicts are reached: `alpha` is the one-sided error of each; `adjust: holm` makes all of them one family."""

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    adjust: Literal["none", "holm"] = "none"
    looks: Looks | None = None


class Disclosure(Part):
    """Small cells: a figure on fewer answers, or one that would give such a figure away, is not `disclosable`."""

    minimum: int = Field(default=30, ge=1)
