"""What an analysis returns: plain frozen objects with the names of estimates.json. Steps 6 to 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from analysis.frame import Floats

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
    """One figure: an indicator (or one category of it) in one domain. A None is explained by a flag."""

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
    """Rank sets that hold for all domains at once; rank 1 is the highest estimate."""

    indicator: str
    over: tuple[str, ...]
    method: str
    level: float
    ranked: tuple[Ranked, ...]
    left_out: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class WeightsSummary:
    """The final weights and every step that led to them; `values` (n,) are the weights themselves."""

    sum: float
    min: float
    max: float
    kish_deff: float
    effective_n: float
    steps: tuple[Mapping[str, Any], ...]
    values: Floats = field(repr=False)


@dataclass(frozen=True)
class Result:
    """Everything that one run of a plan found; `design` counts strata and PSUs."""

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
