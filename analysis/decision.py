"""Met, not met or undetermined: a target against the limits of a share, and when a figure may be shown. Step 7."""

from __future__ import annotations

from dataclasses import dataclass
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
ALPHA = 0.05
REVIEW_BELOW_DF = 8


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


def korn_graubard_limits(p: float, se: float, df: float, n: float, level: float) -> tuple[float, float]:
    """Korn-Graubard limits with the NCHS cap; exact limits at 0 and 1; NaN without degrees of freedom.

    >>> [round(limit, 6) for limit in korn_graubard_limits(1.0, 0.0, 6, 60, 0.90)]
    [0.951297, 1.0]
    """
    lower, upper = _limits(_shares(*(np.array([float(value)]) for value in (p, se, df, n))), level)
    return float(lower[0]), float(upper[0])


def _shares(p: Floats, se: Floats, df: Floats, n: Floats) -> Proportions:
    return Proportions(p, se, np.where(n > 0, df, np.nan), n, n)


def _limits(share: Proportions, level: float) -> tuple[Floats, Floats]:
    """Korn-Graubard limits of several shares, each of shape (k,)."""
    edge = (share.p == 0) | (share.p == 1)
    exact = boundary_interval(share.p, share.answered, level)
    inner = clopper_pearson(np.where(edge, 0.5, share.p), korn_graubard_n(share, level), level)
    known = (share.df > 0) & ~np.isnan(share.p)
    low, high = (np.where(known, np.where(edge, a, b), np.nan) for a, b in zip(exact, inner, strict=True))
    return low, high


def present(p: float, se: float, df: float, n: float) -> Presentation:
    """The NCHS rules on the 95 % interval, in their order. `n` answered rows, `df` of the answered rows."""
    return present_all(*(np.array([float(value)]) for value in (p, se, df, n)))[0]


def present_all(p: Floats, se: Floats, df: Floats, n: Floats) -> list[Presentation]:
    """The same for several shares at once, each array of shape (k,)."""
    share = _shares(p, se, df, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where((p == 0) | (p == 1), n, np.minimum(n, np.where(se > 0, share.effective_n, np.inf)))
        used = korn_graubard_n(share, 0.95)
        lower, upper = _limits(share, 0.95)
    rows = zip(p, df, n, effective, used, lower, upper, strict=True)
    return [_presentation(*(float(value) for value in row)) for row in rows]


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
    if np.isnan(width):
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
        notes.append("complement relative width>1.30 (footnote)")
    return tuple(notes)


def decide(lower: float, upper: float, target: float, operator: str) -> Verdict:
    """Both limits of the interval at level 1 - 2a against the target, unrounded.

    >=: met if lower >= target, not met if upper < target; >: met if lower > target, not met if upper <= target.
    Each wrong verdict has a probability of at most a at the boundary (two one-sided tests).
    """
    if np.isnan(lower) or np.isnan(upper):
        return "undetermined"
    if operator == ">":
        return "met" if lower > target else "not_met" if upper <= target else "undetermined"
    return "met" if lower >= target else "not_met" if upper < target else "undetermined"


def decide_share(
    p: float, se: float, df: float, n: float, target: float, operator: str, alpha: float = ALPHA
) -> Verdict:
    """The verdict on a share, by the Korn-Graubard limits with the NCHS cap at level 1 - 2 alpha."""
    if 0 < p < 1 and bool(has_no_variance(np.array([p]), np.array([se]))[0]):
        return "undetermined"
    return decide(*korn_graubard_limits(p, se, df, n, 1 - 2 * alpha), target, operator)


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
