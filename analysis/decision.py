"""Met, not met or undetermined: a target against the limits of a share, and when a figure may be shown. Step 7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal

import numpy as np
from scipy.special import logit, stdtr

from analysis.estimates.intervals import (
    Proportions,
    boundary_interval,
    clopper_pearson,
    has_no_variance,
    korn_graubard_n,
    t_interval,
)
from analysis.frame import Floats

Verdict = Literal["met", "not_met", "undetermined", "none"]
Goal = tuple[float, str]
ALPHA = 0.05
REVIEW_BELOW_DF = 8
FOOTNOTE = "complement relative width>1.30 (footnote)"


@dataclass(frozen=True)
class Presentation:
    """Whether a share may be shown (Parker et al. 2017, NCHS Vital and Health Statistics 2(175))."""

    shown: bool
    reason: str
    review: tuple[str, ...]
    effective_n: float
    effective_n_used: float
    lower: float
    upper: float

    @property
    def width(self) -> float:
        return self.upper - self.lower


def deciding_limits(share: Proportions, level: float) -> tuple[Floats, Floats]:
    """Korn-Graubard limits with the NCHS cap, shape (k,); exact limits at 0 and 1; NaN without degrees of freedom."""
    return _limits(share, korn_graubard_n(share, level), level)


def _limits(share: Proportions, used: Floats, level: float) -> tuple[Floats, Floats]:
    """The same from the effective n that they use."""
    edge = (share.p <= 0) | (share.p >= 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = clopper_pearson(share.p, used, level)
        outer = boundary_interval(share.p, share.answered, level)
        known = (share.df > 0) & (share.answered > 0) & ~np.isnan(share.p)
    low, high = (np.where(known, np.where(edge, at, within), np.nan) for at, within in zip(outer, inner, strict=True))
    return low, high


def korn_graubard_limits(p: float, se: float, df: float, n: float, level: float) -> tuple[float, float]:
    """The deciding limits of one share.

    >>> [round(limit, 6) for limit in korn_graubard_limits(1.0, 0.0, 6, 60, 0.90)]
    [0.951297, 1.0]
    """
    low, high = deciding_limits(_one(p, se, df, n), level)
    return float(low[0]), float(high[0])


def _one(p: float, se: float, df: float, n: float) -> Proportions:
    def array(value: float) -> Floats:
        return np.array([value], dtype=np.float64)

    return Proportions(array(p), array(se), array(df), array(n), array(n))


def present_all(share: Proportions) -> list[Presentation]:
    """The NCHS rules on the 95 % intervals, in their order. `answered` rows, `df` of the answered rows."""
    edge = (share.p == 0) | (share.p == 1)
    with np.errstate(invalid="ignore"):
        effective = np.where(edge, share.answered, np.fmin(share.answered, share.effective_n))
        used = korn_graubard_n(share, 0.95)
    columns = (share.p, share.df, share.answered, effective, used, *_limits(share, used, 0.95))
    return [_presentation(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def present(p: float, se: float, df: float, n: float) -> Presentation:
    """The NCHS rules on one share."""
    return present_all(_one(p, se, df, n))[0]


def _presentation(
    p: float, df: float, n: float, effective: float, used: float, lower: float, upper: float
) -> Presentation:
    shown, reason = _rule(p, n, effective, upper - lower)
    return Presentation(shown, reason, _review(p, df, upper - lower) if shown else (), effective, used, lower, upper)


def _rule(p: float, n: float, effective: float, width: float) -> tuple[bool, str]:
    if n < 30:
        return False, "n<30"
    if effective < 30:
        return False, "n_eff<30"
    if isnan(width):
        return False, "no interval"
    if width <= 0.05:
        return True, "width<=0.05"
    if width >= 0.30:
        return False, "width>=0.30"
    if p == 0 or width / p > 1.30:
        return False, "relative width>1.30"
    return True, "relative width<=1.30"


def _review(p: float, df: float, width: float) -> tuple[str, ...]:
    notes = []
    if df < REVIEW_BELOW_DF:
        notes.append("df<8")
    if p in (0.0, 1.0):
        notes.append("0% or 100%")
    if p < 1 and width / (1 - p) > 1.30:
        notes.append(FOOTNOTE)
    return tuple(notes)


def decide(lower: float, upper: float, target: float, operator: str) -> Verdict:
    """Both limits of the interval at level 1 - 2a against the target, unrounded.

    >=: met if lower >= target, not met if upper < target; >: met if lower > target, not met if upper <= target.
    Each wrong verdict has a probability of at most a at the boundary (two one-sided tests).
    """
    if isnan(lower) or isnan(upper):
        return "undetermined"
    if operator == ">":
        return "met" if lower > target else "not_met" if upper <= target else "undetermined"
    return "met" if lower >= target else "not_met" if upper < target else "undetermined"


def decide_shares(share: Proportions, goals: Sequence[Goal | None], alpha: float = ALPHA) -> list[Verdict]:
    """The verdicts on shares, each against its goal, by the Korn-Graubard limits with the NCHS cap at 1 - 2 alpha."""
    if not any(goals):
        return ["none"] * len(goals)
    low, high = deciding_limits(share, 1 - 2 * alpha)
    fixed = (share.p > 0) & (share.p < 1) & has_no_variance(share.p, share.se)
    low, high = np.where(fixed, np.nan, low), np.where(fixed, np.nan, high)
    rows = zip(low.tolist(), high.tolist(), goals, strict=True)
    return ["none" if goal is None else decide(lower, upper, *goal) for lower, upper, goal in rows]


def decide_share(
    p: float, se: float, df: float, n: float, target: float, operator: str, alpha: float = ALPHA
) -> Verdict:
    """The verdict on one share."""
    return decide_shares(_one(p, se, df, n), [(target, operator)], alpha)[0]


def decide_mean(estimate: float, se: float, df: float, target: float, operator: str, alpha: float = ALPHA) -> Verdict:
    """The verdict on a mean, by its t interval at level 1 - 2 alpha."""
    if not df > 0 or not se > 0:
        return "undetermined"
    low, high = t_interval(np.array([estimate]), np.array([se]), np.array([float(df)]), 1 - 2 * alpha)
    return decide(float(low[0]), float(high[0]), target, operator)


@dataclass(frozen=True)
class TargetTest:
    """The distance of a share from its target on the logit scale, for display beside the verdict.

    `t` in standard errors; `p_not_met` of the test against p <= target, `p_met` against p >= target.
    """

    t: float
    p_not_met: float
    p_met: float


def compare_with_target(p: float, se: float, df: float, target: float) -> TargetTest | None:
    """One-sided t tests of a share against its target; None at 0 or 1 and without degrees of freedom."""
    if not 0 < p < 1 or not se > 0 or not df > 0:
        return None
    t = float((logit(p) - logit(target)) * p * (1 - p) / se)
    return TargetTest(t, float(stdtr(df, -t)), float(stdtr(df, t)))


def point_meets(estimate: float, target: float, operator: str) -> bool:
    """What an inspector compares: the bare, unrounded point value."""
    return estimate > target if operator == ">" else estimate >= target
