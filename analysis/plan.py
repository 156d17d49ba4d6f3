"""The plan of an analysis: what data, which design, which weights, which figures. Read before step 5.

Every key is described in docs/weighting.md; `plan_file.py` reads a plan from YAML.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

LonelyPolicy = Literal["fail", "remove", "adjust", "average", "certainty"]
Rule = Literal["share", "mean", "total", "ratio", "any", "distribution"]
IntervalMethod = Literal["logit", "beta", "likelihood", "asin", "xlogit", "wilson", "mean", "korn-graubard"]
ReplicateType = Literal["none", "jk1", "jkn", "bootstrap", "brr", "given"]

SHARE_RULES: frozenset[str] = frozenset({"share", "any", "distribution"})


def as_code(value: object) -> str:
    """The text of an answer code or level: 4, 4.0, "4" and "4.0" are one code, "04" is another.

    >>> as_code(4.0), as_code("4.0"), as_code("04"), as_code(True)
    ('4', '4', '04', '1')
    """
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text.split(".")[0] if "." in text and re.fullmatch(r"-?\d+\.0+", text) else text


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _code_keys(value: object) -> object:
    return {as_code(key): item for key, item in value.items()} if isinstance(value, dict) else value


def _nested_code_keys(value: object) -> object:
    """Totals by level; for several columns the levels are nested: {east: {F: 10, M: 12}}."""
    if not isinstance(value, dict):
        return value
    return {as_code(key): _nested_code_keys(item) for key, item in value.items()}


Code = Annotated[str, BeforeValidator(as_code)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_as_list)]
Names = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class Part(BaseModel):
    """A part of a plan: frozen, and a key that is not known is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


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


class DesignPlan(Part):
    """How the sample was drawn, in the words of R's svydesign."""

    weight: str | None = None
    strata: Names = ()
    psu: Names = ()
    nest: bool = True
    fpc: str | None = None
    second_stage: SecondStage | None = None
    lonely_psu: LonelyPolicy = "adjust"
    lonely_in_domains: bool = False
    replicates: Replicates = Replicates()


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


class Margin(Part):
    """Known population totals: by the levels of columns (inline or from a file), or of a numeric column."""

    by: Names = ()
    totals: Annotated[dict[str, Any], BeforeValidator(_nested_code_keys)] | None = None
    file: str | None = None
    numeric: str | None = None
    total: float | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.numeric is not None:
            if self.total is None or self.by or self.totals or self.file:
                raise ValueError("numeric with total and nothing else")
        elif not self.by or (self.totals is None) == (self.file is None):
            raise ValueError("`by` with either `totals` or `file`, or `numeric` with `total`")
        return self


class CalibrationStep(Part):
    """One adjustment of the weights to population totals."""

    method: Literal["poststratify", "rake", "linear", "raking", "logit"]
    missing: Literal["fail", "keep"] = "fail"
    margins: tuple[Margin, ...] = Field(min_length=1)
    tolerance: float = Field(default=1e-10, gt=0)
    max_iterations: int = Field(default=1000, ge=1)
    bounds: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _method_fits(self) -> Self:
        distances = self.method in {"linear", "raking", "logit"}
        if self.method == "poststratify" and len(self.margins) != 1:
            raise ValueError("exactly one margin for poststratify")
        if not distances and any(margin.numeric for margin in self.margins):
            raise ValueError("numeric margins only with linear, raking or logit")
        if not distances and self.bounds is not None:
            raise ValueError("bounds only with linear, raking or logit")
        if self.method == "logit" and self.bounds is None:
            raise ValueError("bounds for logit, such as [0.3, 3.0]")
        if self.bounds is not None and not (0 <= self.bounds[0] < 1 < self.bounds[1]):
            raise ValueError("bounds [L, U] with 0 <= L < 1 < U")
        return self


class TrimStep(Part):
    """Bounds on the weights themselves; what is cut off is shared by the untrimmed rows."""

    method: Literal["trim"]
    lower: float = 0.0
    upper: float = float("inf")
    strict: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 0 <= self.lower < self.upper:
            raise ValueError("0 <= lower < upper")
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
    values: Annotated[dict[str, float], BeforeValidator(_code_keys)] | None = None
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

    method: Annotated[tuple[IntervalMethod, ...], BeforeValidator(_as_list)] = ("korn-graubard",)
    level: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], BeforeValidator(_as_list)] = (0.95,)


Where = Annotated[dict[str, Code], BeforeValidator(lambda value: value or {})]


class ContrastPlan(Part):
    """A linear combination of one indicator over domains; two domains: first minus second."""

    indicator: str
    between: tuple[Where, ...] = Field(min_length=2)
    weights: tuple[float, ...] = ()

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


class RankPlan(Part):
    """A ranking of the domains of one indicator, with rank sets instead of places."""

    indicator: str
    over: Names = Field(min_length=1)
    method: Literal["holm", "bonferroni", "klein-wright-wieczorek", "mogstad-romano-shaikh-wilhelm"] = "holm"
    level: float = Field(default=0.95, gt=0, lt=1)


Step = Annotated[CalibrationStep | TrimStep, Field(discriminator="method")]


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

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        known = [indicator.id for indicator in self.indicators]
        twice = {name for name in known if known.count(name) > 1}
        if twice:
            raise ValueError(f"indicator ids that differ, {sorted(twice)} stands twice")
        single = {indicator.id for indicator in self.indicators if indicator.rule != "distribution"}
        used = [part.indicator for part in self.contrasts] + [part.indicator for part in self.ranks]
        for name in used:
            if name not in single:
                raise ValueError(
                    f"contrasts and ranks of an indicator with one figure ({sorted(single)}), not {name!r}"
                )
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
        for step in self.calibration:
            if isinstance(step, CalibrationStep):
                names += [name for margin in step.margins for name in (*margin.by, margin.numeric)]
        names += [name for indicator in self.indicators for name in indicator.columns]
        names += [name for spec in self.domains for name in spec]
        names += [name for contrast in self.contrasts for where in contrast.between for name in where]
        names += [name for table in self.crosstabs for name in (table.row, table.column)]
        names += [name for rank in self.ranks for name in rank.over]
        return tuple(dict.fromkeys(name for name in names if name))
