"""The plan of an analysis: what data, which design, which weights, which figures. Read before step 5.

Every key is described in docs/weighting.md; `plan_file.py` reads a plan from YAML.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from analysis.plan_keys import Code, Codes, Names, Part, as_list, code_keys
from analysis.plan_weighting import CalibrationStep, NonresponseStep, Step

LonelyPolicy = Literal["fail", "remove", "adjust", "average", "certainty"]
Rule = Literal["share", "mean", "total", "ratio", "any", "distribution"]
IntervalMethod = Literal["logit", "beta", "likelihood", "asin", "xlogit", "wilson", "mean", "korn-graubard"]
ReplicateType = Literal["none", "jk1", "jkn", "bootstrap", "brr", "given"]

SHARE_RULES: frozenset[str] = frozenset({"share", "any", "distribution"})


class DataSource(Part):
    """The file or files that hold the answers; several are stacked with a column `_file` 1..k."""

    file: Names = ()
    missing: Codes = ("", "NA")


class SecondStage(Part):
    """Units drawn within a PSU and their number in it; used when the first stage has an fpc."""

    psu: Names
    fpc: str


class Replicates(Part):
    """Replicate weights: made here from the design, or given as columns of the file."""

    type: ReplicateType = "none"
    columns: str | tuple[str, ...] | None = None
    scale: float | None = Field(default=None, ge=0)
    rscales: float | tuple[float, ...] | None = None
    combined: bool = True
    mse: bool = False
    number: int = Field(default=500, ge=2)
    seed: int = 1
    rho: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _given_needs_columns(self) -> Self:
        if self.type == "given" and not self.columns:
            raise ValueError("columns, as a pattern such as rep_* or a list of names")
        return self


class Selection(Part):
    """Base weights from the drawing: 1 / (psu · unit), times eligible / interviewed persons of a household.

    Columns: `psu` and `unit` (within the PSU) hold probabilities, `eligible` and `interviewed` numbers of persons.
    `cap` treats larger households as having so many eligible persons.
    """

    psu: str
    unit: str
    eligible: str | None = None
    interviewed: str | None = None
    cap: float | None = Field(default=None, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.psu, self.unit, self.eligible, self.interviewed) if name)

    @model_validator(mode="after")
    def _household_whole(self) -> Self:
        if (self.interviewed or self.cap) and not self.eligible:
            raise ValueError("eligible as well, where interviewed or cap is given")
        return self


class DesignPlan(Part):
    """How the sample was drawn, in the words of R's svydesign."""

    weight: str | None = None
    selection: Selection | None = None
    strata: Names = ()
    psu: Names = ()
    nest: bool = True
    fpc: str | None = None
    second_stage: SecondStage | None = None
    lonely_psu: LonelyPolicy = "adjust"
    lonely_in_domains: bool = False
    replicates: Replicates = Replicates()

    @model_validator(mode="after")
    def _one_base_weight(self) -> Self:
        if self.weight and self.selection:
            raise ValueError("either weight or selection, not both")
        return self


class Subset(Part):
    """The rows that every figure is about; the others stay in the design."""

    column: str
    inside: Codes | None = Field(default=None, alias="in")
    outside: Codes | None = Field(default=None, alias="not_in")

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if (self.inside is None) == (self.outside is None):
            raise ValueError("either `in` or `not_in` with a list of values")
        return self


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


class Plan(Part):
    """A whole plan."""

    data: DataSource = DataSource()
    design: DesignPlan = DesignPlan()
    subset: Subset | None = None
    calibration: tuple[Step, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    domains: tuple[Names, ...] = ((),)
    interval: IntervalPlan = IntervalPlan()
    contrasts: tuple[ContrastPlan, ...] = ()
    crosstabs: tuple[CrosstabPlan, ...] = ()
    ranks: tuple[RankPlan, ...] = ()
    trends: tuple[TrendPlan, ...] = ()
    decisions: Decisions = Decisions()
    disclosure: Disclosure = Disclosure()
    small_areas: tuple[SmallAreaPlan, ...] = ()
    volunteers: VolunteersPlan | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        known = [indicator.id for indicator in self.indicators]
        twice = {name for name in known if known.count(name) > 1}
        if twice:
            raise ValueError(f"indicator ids that differ, {sorted(twice)} stands twice")
        single = {indicator.id for indicator in self.indicators if indicator.rule != "distribution"}
        used = [part.indicator for part in self.contrasts] + [part.indicator for part in self.ranks]
        used += [part.indicator for part in self.trends] + [part.indicator for part in self.small_areas]
        for name in used:
            if name not in single:
                raise ValueError(
                    f"contrasts, ranks, trends and small areas of an indicator with one figure ({sorted(single)}), "
                    f"not {name!r}"
                )
        return self

    @model_validator(mode="after")
    def _nonresponse_first(self) -> Self:
        if any(isinstance(step, NonresponseStep) for step in self.calibration[1:]):
            raise ValueError("nonresponse as the first step of calibration, once")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the plan reads, without the replicate columns."""
        design = self.design
        names: list[str | None] = [design.weight, design.fpc, *design.strata, *design.psu]
        if design.second_stage:
            names += [*design.second_stage.psu, design.second_stage.fpc]
        if self.subset:
            names.append(self.subset.column)
        if design.selection:
            names += design.selection.columns
        for step in self.calibration:
            if isinstance(step, NonresponseStep):
                names += [step.status, *step.classes]
            if isinstance(step, CalibrationStep):
                names += [name for margin in step.margins for name in (*margin.by, margin.numeric)]
        names += [name for indicator in self.indicators for name in indicator.columns]
        names += [name for spec in self.domains for name in spec]
        names += [name for contrast in self.contrasts for where in contrast.between for name in where]
        names += [name for table in self.crosstabs for name in (table.row, table.column)]
        names += [name for rank in self.ranks for name in rank.over]
        names += [name for part in self.small_areas for name in part.over]
        names += [name for trend in self.trends for name in (trend.over, *trend.within)]
        names += self.volunteers.match if self.volunteers else ()
        return tuple(dict.fromkeys(name for name in names if name))
