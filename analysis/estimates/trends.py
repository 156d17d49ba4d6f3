"""A linear trend over ordered domains such as waves, with the covariance of overlapping samples. Step 6."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import fdtrc, stdtr

from analysis.estimates.domains import DomainSet
from analysis.estimates.intervals import has_no_variance, t_interval
from analysis.estimates.linearisation import VarianceMethod
from analysis.estimates.measure import Measure
from analysis.frame import Floats
from analysis.plan_comparisons import TrendPlan
from analysis.result import Departure, Trend


def trend(
    plan: TrendPlan,
    measure: Measure,
    domains: DomainSet,
    scores: Sequence[float],
    left_out: Sequence[str],
    method: VarianceMethod,
    df: int,
    level: float,
) -> Trend:
    """The slope b = sum_k c_k θ_k with c_k = (s_k - s̄) / sum (s - s̄)², its variance c'Vc, and the test of b = 0.

    `domains`: one for each level of the column, `scores` (K,) their places. V is the covariance of all levels on the
    one design (PSUs asked in several waves make them go together), R's svycontrast of svyby with covmat; t with `df` of
    the whole design. `departure`: Wald's F of the K - 2 contrasts that a straight line leaves, on K - 2 and df - K + 3
    degrees of freedom: W/(K - 2) · (df - K + 3)/df (Korn & Graubard 1990).
    """
    value, covariance = method.covariance([(measure, domains)])
    names = [where[plan.over] for where in domains.where]
    known = np.flatnonzero(np.isfinite(value) & np.isfinite(np.diag(covariance)))
    theta, v, s = value[known], covariance[np.ix_(known, known)], np.array(scores, dtype=np.float64)[known]
    empty = [name for k, name in enumerate(names) if k not in set(known.tolist())]
    slope, se, flags = _slope(theta, v, s)
    usable = slope is not None and se is not None and se > 0 and df > 0
    if not usable and not flags:
        flags = ("no degrees of freedom: no interval",)
    limits: tuple[float | None, float | None] = (None, None)
    p_value = None
    if usable and slope is not None and se is not None:
        low, high = t_interval(np.array([slope]), np.array([se]), np.array([float(df)]), level)
        limits, p_value = (float(low[0]), float(high[0])), float(2 * stdtr(df, -abs(slope) / se))
    return Trend(
        indicator=plan.indicator,
        over=plan.over,
        within=dict(plan.within),
        levels=tuple(names[k] for k in known),
        scores=tuple(s.tolist()),
        estimates=tuple(theta.tolist()),
        slope=slope,
        se=se,
        df=df,
        level=level,
        lower=limits[0],
        upper=limits[1],
        p_value=p_value,
        departure=_departure(theta, v, s, df) if usable else None,
        left_out=(*left_out, *empty),
        flags=flags,
        family=plan.family,
    )


def _slope(theta: Floats, covariance: Floats, s: Floats) -> tuple[float | None, float | None, tuple[str, ...]]:
    """Slope and standard error, None where there are fewer than two places to draw a line through."""
    centred = s - s.mean() if s.size else s
    if s.size < 2 or not (centred**2).sum() > 0:
        return None, None, ("fewer than two levels with an estimate: no trend",)
    c = centred / (centred**2).sum()
    slope, se = float(c @ theta), float(np.sqrt(max(float(c @ covariance @ c), 0.0)))
    if has_no_variance(np.abs(theta).max(keepdims=True) * np.abs(c).max(), np.array([se]))[0]:
        return slope, 0.0, ("fixed by design: no sampling variance, no interval",)
    return slope, se, ()


def _departure(theta: Floats, covariance: Floats, s: Floats, df: int) -> Departure | None:
    """The test of what a straight line does not explain; None without a third level or with too few PSUs."""
    left = s.size - 2
    if left < 1 or df - left + 1 < 1:
        return None
    line = np.column_stack([np.ones_like(s), s])
    rest = np.linalg.svd(line, full_matrices=True)[0][:, 2:]
    spread = rest.T @ covariance @ rest
    if np.linalg.matrix_rank(spread) < left:
        return None
    off = rest.T @ theta
    wald = float(off @ np.linalg.solve(spread, off))
    f = (df - left + 1) / df * wald / left
    return Departure(f, left, df - left + 1, float(fdtrc(left, df - left + 1, f)))
