"""What an analysis returns: plain frozen objects with the names of estimates.json. Steps 6 to 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from analysis.frame import Floats

if TYPE_CHECKING:
    from analysis.two_samples.compare import Comparison

Verdict = Literal["met", "not_met", "undetermined", "none"]
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Interval:
    """Limits by one method at one level; None where they are not defined."""

    method: str
    level: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Estimate:
    """One figure: an indicator (or one category of it) in one domain. A None is explained by a flag.

    `decision_alpha`: one-sided error that the verdict was reached at; `decision_df`: its degrees of freedom;
    `more_answers`: how many more would settle an undetermined verdict (more_answers.py); `disclosable`: neither a
    small cell nor needed to hide one (disclosure.py).
    """

    indicator: str
    domain: Mapping[str, str]
    category: str | None
    rule: str
    n: int
    n_base: int
    estimate: float | None
    se: float | None
    df: int
    deff: float | None
    n_effective: float | None
    intervals: tuple[Interval, ...]
    target: float | None
    operator: str | None
    decision: Verdict
    point_meets: bool | None
    dk_share: float | None
    publishable: bool
    flags: tuple[str, ...]
    decision_df: int = 0
    decision_alpha: float | None = None
    more_answers: int | None = None
    disclosable: bool = True

    @property
    def first(self) -> Interval | None:
        return self.intervals[0] if self.intervals else None


@dataclass(frozen=True)
class Contrast:
    """A linear combination of one indicator over domains, with its test against 0."""

    indicator: str
    between: tuple[Mapping[str, str], ...]
    weights: tuple[float, ...]
    estimate: float | None
    se: float | None
    df: int
    level: float
    lower: float | None
    upper: float | None
    p_value: float | None
    flags: tuple[str, ...]
    family: str | None = None
    p_adjusted: float | None = None


@dataclass(frozen=True)
class AgainstRest:
    """One domain against all others of its column: `difference`, its estimate minus theirs (`rest`), tested against 0.

    `df`: degrees of freedom of the domain's own answers; `p_adjusted`: by Holm's steps over all of the indicator.
    """

    indicator: str
    domain: Mapping[str, str]
    rest: float | None
    difference: float | None
    se: float | None
    df: int
    level: float
    lower: float | None
    upper: float | None
    p_value: float | None
    flags: tuple[str, ...]
    p_adjusted: float | None = None


@dataclass(frozen=True)
class Departure:
    """Wald's F test that the domains do not lie on a straight line."""

    statistic: float
    df_num: int
    df_den: int
    p_value: float


@dataclass(frozen=True)
class Trend:
    """The slope of a straight line through the estimates of ordered domains, per unit of `scores`, and its test.

    `estimates` stand in the order of `levels`; `departure` is None with two levels.
    """

    indicator: str
    over: str
    within: Mapping[str, str]
    levels: tuple[str, ...]
    scores: tuple[float, ...]
    estimates: tuple[float, ...]
    slope: float | None
    se: float | None
    df: int
    level: float
    lower: float | None
    upper: float | None
    p_value: float | None
    departure: Departure | None
    left_out: tuple[str, ...]
    flags: tuple[str, ...]
    family: str | None = None
    p_adjusted: float | None = None


@dataclass(frozen=True)
class Crosstab:
    """Rao and Scott's second-order F test of association between two columns."""

    row: str
    column: str
    test: str
    n: int
    statistic: float | None
    df_num: float | None
    df_den: float | None
    p_value: float | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Ranked:
    """One domain in a ranking: its place by the estimate, and the places that cannot be ruled out."""

    domain: Mapping[str, str]
    estimate: float
    se: float
    rank: int
    lowest: int
    highest: int


@dataclass(frozen=True)
class Ranking:
    """Rank sets that hold for all domains at once (method `marginal`: for each on its own); rank 1 is the highest.

    `groups`: the largest sets of domains of which none is surely better than another; a domain can be in several.
    `among`: the codes that were compared; empty for all.
    """

    indicator: str
    over: tuple[str, ...]
    method: str
    level: float
    ranked: tuple[Ranked, ...]
    left_out: tuple[Mapping[str, str], ...]
    groups: tuple[tuple[Mapping[str, str], ...], ...] = ()
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class SmallArea:
    """One domain: the direct estimate with its standard error, and the model-based one with its root MSE."""

    domain: Mapping[str, str]
    n: int
    direct: float
    se: float
    sampling_variance: float
    model_based: float
    rmse: float
    gamma: float


@dataclass(frozen=True)
class SmallAreaTable:
    """A Fay-Herriot model of one indicator; model-based estimates stand beside the direct ones and decide nothing."""

    indicator: str
    over: tuple[str, ...]
    label: str
    using: tuple[str, ...]
    sigma2_v: float | None
    beta: tuple[float, ...]
    areas: tuple[SmallArea, ...]
    left_out: tuple[Mapping[str, str], ...]
    flags: tuple[str, ...]


@dataclass(frozen=True)
class TwoSamples:
    """Every share in the drawn sample and among volunteers; the volunteers and the blend decide nothing.

    `volunteers`: how many were compared; `flags`: who was left out, and why there is no comparison where there is none.
    """

    file: str
    volunteers: int
    match: tuple[str, ...]
    replicates: int
    assumptions: tuple[str, ...]
    compared: tuple[Comparison, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeightsSummary:
    """The final weights and every step that led to them; `values` (n,) are the weights themselves.

    `base`: sum, min, max, kish_deff and effective_n of the base weights, before any step.
    """

    sum: float
    min: float
    max: float
    kish_deff: float
    effective_n: float
    steps: tuple[Mapping[str, Any], ...]
    values: Floats = field(repr=False)
    base: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """Everything that one run of a plan found; `design` counts strata and PSUs.

    `decisions`: alpha, the error that verdicts were reached at (nominal_alpha), adjust, and the looks if there are any.
    """

    plan_sha256: str | None
    data_sha256: str | None
    software: str
    variance: str
    rows: int
    design: tuple[int, int]
    estimates: tuple[Estimate, ...]
    contrasts: tuple[Contrast, ...]
    crosstabs: tuple[Crosstab, ...]
    ranks: tuple[Ranking, ...]
    weights: WeightsSummary
    warnings: tuple[str, ...]
    trends: tuple[Trend, ...] = ()
    small_areas: tuple[SmallAreaTable, ...] = ()
    two_samples: TwoSamples | None = None
    against_rest: tuple[AgainstRest, ...] = ()
    decisions: Mapping[str, Any] = field(default_factory=dict)
