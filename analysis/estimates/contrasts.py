"""Differences and other linear combinations of one indicator over domains, with covariance. Step 6."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr

from analysis.estimates.domains import DomainSet, described
from analysis.estimates.intervals import has_no_variance, t_interval
from analysis.estimates.linearisation import VarianceMethod
from analysis.estimates.measure import Measure
from analysis.frame import Floats
from analysis.plan_comparisons import ContrastPlan
from analysis.result import Contrast


def contrast(
    plan: ContrastPlan, measure: Measure, domains: Sequence[DomainSet], method: VarianceMethod, df: int, level: float
) -> Contrast:
    """sum_k c_k θ_k with variance c'Vc (R's svycontrast of svyby with covmat); `df` of the whole design."""
    value, covariance = method.covariance([(measure, part) for part in domains])
    weights = np.array(plan.weights)
    estimate = float(weights @ value)
    se = float(np.sqrt(max(weights @ covariance @ weights, 0.0))) if np.isfinite(estimate) else float("nan")
    flags = [f"no answers in {described(where)}" for where, v in zip(plan.between, value, strict=True) if np.isnan(v)]
    if np.isfinite(se) and has_no_variance(_array(float(np.abs(value).max())), _array(se))[0]:
        se = 0.0
        flags.append("fixed by design: no sampling variance, no interval")
    usable = np.isfinite(se) and se > 0 and df > 0
    if not usable and not flags:
        flags.append("no degrees of freedom: no interval")
    low, high = t_interval(_array(estimate), _array(se), _array(float(df)), level) if usable else (None, None)
    return Contrast(
        indicator=plan.indicator,
        between=tuple(dict(where) for where in plan.between),
        weights=plan.weights,
        estimate=estimate if np.isfinite(estimate) else None,
        se=se if np.isfinite(se) else None,
        df=df,
        level=level,
        lower=float(low[0]) if low is not None else None,
        upper=float(high[0]) if high is not None else None,
        p_value=float(2 * stdtr(df, -abs(estimate) / se)) if usable else None,
        flags=tuple(flags),
        family=plan.family,
    )


def _array(value: float) -> Floats:
    return np.array([value], dtype=np.float64)
