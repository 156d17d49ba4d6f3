"""Puts estimates, intervals, publication rules and decisions together into figures. Between steps 6 and 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any

import numpy as np

from analysis.decision import ALPHA, Presentation, decide_mean, decide_shares, point_meets, present_all
from analysis.estimates.domains import DomainSet
from analysis.estimates.intervals import Proportions, has_no_variance, share_interval, t_interval
from analysis.estimates.linearisation import Estimates, VarianceMethod
from analysis.estimates.measure import Measure
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.frame import Floats
from analysis.more_answers import more_answers
from analysis.plan import IntervalPlan
from analysis.result import Estimate, Interval, Verdict

LEAST_ANSWERS = 30
MOST_DONT_KNOW = 0.30


@dataclass(frozen=True)
class Figures:
    """Makes the figures of measures in domain sets from one sample; verdicts at the one-sided error `alpha`."""

    sample: Sample
    method: VarianceMethod
    interval: IntervalPlan
    alpha: float = ALPHA

    def of(self, measure: Measure, domains: DomainSet) -> Iterator[Estimate]:
        """One figure for each domain. Intervals use R's degrees of freedom, decisions those of the answered rows."""
        found = self.method.estimate(measure, domains)
        se = np.sqrt(found.variance)
        quiet = has_no_variance(np.nan_to_num(found.value), se)
        se = np.where(quiet, 0.0, se)
        limits = list(self._limits(measure, found, se))
        deff = found.sums.deff(se**2)
        shown, verdicts = self._judged(measure, found, se)
        for k, where in enumerate(domains.where):
            yield self._figure(_Parts(measure, where, found, se, deff, limits, shown[k], verdicts[k], k))

    def _judged(
        self, measure: Measure, found: Estimates, se: Floats
    ) -> tuple[Sequence[Presentation | None], Sequence[Verdict]]:
        """Publication rules of shares, and verdicts where there is a target and an answer."""
        target, answered = measure.indicator.target, found.sums.answered
        none: list[Presentation | None] = [None] * len(se)
        share = Proportions(found.value, se, found.answered_df.astype(np.float64), answered, answered)
        shown = present_all(share) if measure.is_share else none
        if target is None:
            return shown, ["none"] * len(se)
        if measure.is_share:
            return shown, decide_shares(share, target.value, target.operator, self.alpha)
        rows = zip(found.value.tolist(), se.tolist(), share.df.tolist(), strict=True)
        return shown, [decide_mean(*row, target.value, target.operator, self.alpha) for row in rows]

    def _limits(self, measure: Measure, found: Estimates, se: Floats) -> Iterator[tuple[str, float, Any, Any]]:
        df = found.df.astype(np.float64)
        if not measure.is_share:
            for level in self.interval.level:
                yield ("t", level, *t_interval(found.value, np.where(se > 0, se, np.nan), df, level))
            return
        whole = self.sample.weighting.is_calibrated and not isinstance(self.method, Replication)
        rows = np.full_like(se, self.sample.design.n) if whole else found.sums.rows - found.sums.set_aside
        share = Proportions(found.value, se, df, rows, found.sums.answered, found.logit_se)
        for method in self.interval.method:
            for level in self.interval.level:
                yield (method, level, *share_interval(method, level, share))

    def _figure(self, parts: _Parts) -> Estimate:
        measure, k = parts.measure, parts.k
        value, se = float(parts.found.value[k]), float(parts.se[k])
        n = int(parts.found.sums.answered[k])
        target = measure.indicator.target
        shown = parts.shown if n else None
        deff = _number(parts.deff[k])
        decision = _decision(parts, value, se, n)
        return Estimate(
            indicator=measure.indicator.id,
            domain=dict(parts.where),
            category=measure.category,
            rule=measure.indicator.rule,
            n=int(parts.found.sums.rows[k]),
            n_base=n,
            estimate=_number(value),
            se=_number(se),
            df=int(parts.found.df[k]),
            deff=deff,
            n_effective=_effective(measure, value, se, n, deff),
            intervals=tuple(
                Interval(name, level, _number(low[k]), _number(high[k])) for name, level, low, high in parts.limits
            ),
            target=target.value if target else None,
            operator=target.operator if target else None,
            decision=decision,
            point_meets=point_meets(value, target.value, target.operator)
            if target and n and not isnan(value)
            else None,
            dk_share=parts.dont_know,
            publishable=shown.shown if shown else _mean_shown(parts, n, se),
            flags=tuple(_flags(parts, value, se, n, shown)),
            decision_df=int(parts.found.answered_df[k]),
            decision_alpha=self.alpha if target else None,
            more_answers=more_answers(value, se, n, target.value, self.alpha, is_share=measure.is_share)
            if target and decision == "undetermined" and not isnan(value)
            else None,
        )


@dataclass(frozen=True)
class _Parts:
    """What one figure is made of: arrays by domain, and which domain."""

    measure: Measure
    where: Mapping[str, str]
    found: Estimates
    se: Floats
    deff: Floats
    limits: list[tuple[str, float, Any, Any]]
    shown: Presentation | None
    verdict: Verdict
    k: int

    @property
    def dont_know(self) -> float | None:
        """Weighted share of the codes set aside among all who gave an answer or such a code."""
        if not self.measure.indicator.exclude:
            return None
        aside, base = float(self.found.sums.aside[self.k]), float(self.found.sums.weight[self.k])
        return aside / (aside + base) if aside + base > 0 else None


def _decision(parts: _Parts, value: float, se: float, n: int) -> Verdict:
    """The verdict, but none is reached on a figure that may not be shown."""
    if parts.verdict == "none":
        return "none"
    shown = parts.shown.shown if parts.shown else n >= LEAST_ANSWERS
    return parts.verdict if n and shown and not isnan(value) and not isnan(se) else "undetermined"


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _effective(measure: Measure, value: float, se: float, n: int, deff: float | None) -> float | None:
    """Answers of a simple random sample with the same precision."""
    if measure.is_share and 0 < value < 1 and se > 0:
        return value * (1 - value) / se**2
    if measure.is_share and value in (0.0, 1.0):
        return float(n)
    return n / deff if deff and not measure.is_share else None


def _mean_shown(parts: _Parts, n: int, se: float) -> bool:
    return bool(n >= LEAST_ANSWERS and parts.found.answered_df[parts.k] >= 1 and not isnan(se))


def _flags(parts: _Parts, value: float, se: float, n: int, shown: Presentation | None) -> Iterator[str]:
    """Why something is null, and what a reader has to know before using the figure."""
    if not n:
        yield "no answers: nothing is estimated"
        return
    df = parts.found.answered_df[parts.k]
    if isnan(value):
        yield "denominator 0: nothing is estimated"
        return
    if isnan(se):
        yield "no stratum with two PSUs: no standard error"
    at_edge = parts.measure.is_share and value in (0.0, 1.0)
    if at_edge:
        yield "0 % or 100 %: exact one-sided limits, deff not defined"
    elif se == 0:
        yield "fixed by design: no sampling variance, no interval"
    elif not isfinite(parts.deff[parts.k]):
        yield "too few answers or no spread: deff not defined"
    if parts.found.df[parts.k] <= 0:
        yield "no degrees of freedom: no interval"
    elif df < 8:
        yield "review: df below 8"
    if shown and not shown.shown:
        yield f"not publishable: {shown.reason}"
    elif not shown and n < LEAST_ANSWERS:
        yield "not publishable: n<30"
    if shown and any("complement" in note for note in shown.review):
        yield "footnote: interval wide against the complement"
    dont_know = parts.dont_know
    if dont_know is not None and dont_know > MOST_DONT_KNOW:
        yield "don't know and not applicable above 30 %"
