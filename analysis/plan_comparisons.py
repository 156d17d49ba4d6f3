"""Comparisons in a plan: contrasts, cross tables, rankings, trends, small areas, and volunteers. Before step 6."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from analysis.plan_keys import Code, Codes, Names, Part, code_keys

Where = Annotated[dict[str, Code], BeforeValidator(lambda value: value or {})]


class ContrastPlan(Part):
    """A linear combination of one indicator over domains; two domains: first minus second."""

    indicator: str
    between: tuple[Where, ...] = Field(min_length=2)
    weights: tuple[float, ...] = ()
    family: str | None = None  # contrasts of one family get p_adjusted by Holm's steps

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        if not self.weights and len(self.between) == 2:
            object.__setattr__(self, "weights", (1.0, -1.0))
        if len(self.weights) != len(self.between):
            raise ValueError(f"{len(self.between)} weights, one for each domain")
        return self


class AgainstRestPlan(Part):
    """Every domain of each column against all others of that column; all of them are one family for Holm's steps."""

    indicator: str
    over: Names = Field(min_length=1)
    level: float = Field(default=0.95, gt=0, lt=1)


class CrosstabPlan(Part):
    """A test of association between two columns."""

    row: str
    column: str
    test: Literal["rao-scott"] = "rao-scott"


RankMethod: TypeAlias = Literal[
    "holm", "bonferroni", "klein-wright-wieczorek", "mogstad-romano-shaikh-wilhelm", "marginal"
]


class RankPlan(Part):
    """A ranking of the domains of one indicator, with rank sets instead of places.

    The sets hold for all domains at once; those of the method `marginal` are narrower and hold for each on its own.
    `among`: codes of the one column of `over` that are compared, such as a class of areas; left out, all.
    """

    indicator: str
    over: Names = Field(min_length=1)
    among: Codes = ()
    method: RankMethod = "holm"
    level: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _one_column_among(self) -> Self:
        if self.among and len(self.over) != 1:
            raise ValueError(f"among: expected one column in over, found {len(self.over)}")
        return self


class TrendPlan(Part):
    """A linear trend of one indicator over the levels of a column, such as waves; also overlapping samples.

    `scores`: places of the levels on the axis (left out: 1, 2, 3 … in their order); levels without one are left out.
    """

    indicator: str
    over: str
    scores: Annotated[dict[str, float], BeforeValidator(code_keys)] | None = None
    within: Where = Field(default_factory=dict)
    family: str | None = None

    @model_validator(mode="after")
    def _scores_differ(self) -> Self:
        if self.scores is not None and len(set(self.scores.values())) < 2:
            raise ValueError("scores for two levels or more, not all the same")
        return self


class SmallAreaPlan(Part):
    """Model-based estimates (Fay-Herriot) beside the direct ones of one indicator over domains.

    `covariates`: a csv file with the columns of `over` and the columns of `using`, one line for each domain.
    """

    indicator: str
    over: Names = Field(min_length=1)
    covariates: str | None = None
    using: Names = ()
    smooth: bool = True

    @model_validator(mode="after")
    def _covariates_named(self) -> Self:
        if (self.covariates is None) != (not self.using):
            raise ValueError("covariates with the columns to use in `using`, or neither")
        return self


class VolunteersPlan(Part):
    """A self-selected sample beside the drawn one: its file, and the columns that both are matched on."""

    file: Names = Field(min_length=1)
    match: Names = Field(min_length=1)
    replicates: int = Field(default=200, ge=20)
    seed: int = Field(default=1, ge=0)
