"""Which domains differ from the rest: each against all other rows, with covariance, tested together. Step 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import stdtr

from analysis.estimates.domains import DomainSet
from analysis.estimates.intervals import has_no_variance, t_interval
from analysis.estimates.linearisation import VarianceMethod
from analysis.estimates.measure import Measure
from analysis.frame import Floats
from analysis.multiplicity import adjusted_p_values
from analysis.plan_comparisons import AgainstRestPlan
from analysis.result import AgainstRest


def against_rest(
    plan: AgainstRestPlan, measure: Measure, domains: Sequence[DomainSet], method: VarianceMethod
) -> list[AgainstRest]:
    """Every domain of every set against the rest of its set; one family for Holm's steps (Holm 1979).

    The difference θ_D − θ_R has the influence z_D − z_R (Woodruff 1971), so that what both owe to the same PSUs and the
    same calibration is in its variance: R's svycontrast of the two. The whole would not do for a comparison, because
    the domain is in it. The test is Student's t with the degrees of freedom of the domain's own answers (PSUs minus
    strata): its few PSUs make nearly all of the variance, and R's degf of the whole design would promise more. Where
    there are none, there is no test, and the domain is not in the family.
    """
    found = [one for part in domains for one in _of_set(plan, measure, part, method)]
    tested = [one.p_value for one in found if one.p_value is not None]
    adjusted = iter(adjusted_p_values(tested).tolist())
    return [one if one.p_value is None else replace(one, p_adjusted=next(adjusted)) for one in found]


def _of_set(plan: AgainstRestPlan, measure: Measure, domains: DomainSet, method: VarianceMethod) -> list[AgainstRest]:
    gaps = method.against_rest(measure, domains)
    own, rest, df = gaps.value, gaps.rest, gaps.df.astype(np.float64)
    se = np.sqrt(np.maximum(gaps.variance, 0.0))
    fixed = has_no_variance(np.fmax(np.abs(own), np.abs(rest)), se)
    usable = np.isfinite(own - rest) & np.isfinite(se) & ~fixed & (df > 0)
    return [
        _entry(plan, domains, k, (own[k], rest[k], 0.0 if fixed[k] else se[k], df[k]), usable=bool(usable[k]))
        for k in range(domains.count)
    ]


def _entry(
    plan: AgainstRestPlan, domains: DomainSet, k: int, numbers: tuple[float, float, float, float], *, usable: bool
) -> AgainstRest:
    own, rest, se, df = map(float, numbers)
    gap = own - rest
    low = high = p_value = None
    if usable:
        limits = t_interval(_array(gap), _array(se), _array(df), plan.level)
        low, high = (float(limit[0]) for limit in limits)
        p_value = float(2 * stdtr(df, -abs(gap) / se))
    return AgainstRest(
        indicator=plan.indicator,
        domain=dict(domains.where[k]),
        rest=rest if np.isfinite(rest) else None,
        difference=gap if np.isfinite(gap) else None,
        se=se if np.isfinite(se) and np.isfinite(gap) else None,
        df=int(df),
        level=plan.level,
        lower=low,
        upper=high,
        p_value=p_value,
        flags=() if usable else (_why(own, rest, df),),
    )


def _why(own: float, rest: float, df: float) -> str:
    if np.isnan(own) or np.isnan(rest):
        return "no answers here" if np.isnan(own) else "no answers elsewhere"
    return "no degrees of freedom: no test" if df <= 0 else "fixed by design: no sampling variance, no test"


def _array(value: float) -> Floats:
    return np.array([value], dtype=np.float64)
