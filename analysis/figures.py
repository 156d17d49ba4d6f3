"""Puts estimates, intervals, publication rules and decisions together into figures. Between steps 6 and 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from analysis.decision import ALPHA, FOOTNOTE, Presentation, decide_mean, decide_shares, point_meets, present_all
from analysis.estimates.domains import DomainSet
from analysis.estimates.intervals import Limits, Proportions, has_no_variance, share_interval, t_interval
from analysis.estimates.linearisation import Estimates, VarianceMethod
from analysis.estimates.measure import Measure
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.frame import Floats
from analysis.more_answers import more_answers
from analysis.plan_indicator import IntervalPlan
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

    def of(self, measures: Sequence[Measure], domains: DomainSet) -> list[list[Estimate]]:
        """One list for each measure, with one figure for each domain.

        Intervals use R's degrees of freedom, decisions those of the answered rows.
        """
        found: list[list[Estimate]] = [[] for _ in measures]
        for shares in (True, False):
            places = [k for k, measure in enumerate(measures) if measure.is_share == shares]
            chosen = [measures[k] for k in places]
            figures = self._alike(chosen, domains, shares) if chosen and domains.count else iter(())
            for k in places:
                found[k] = [next(figures) for _ in range(domains.count)]
        return found

    def _alike(self, measures: Sequence[Measure], domains: DomainSet, shares: bool) -> Iterator[Estimate]:
        """The figures of shares, or of other measures, one measure after the other: all are computed at once."""
        found = self.method.estimate(measures, domains)
        se = np.sqrt(found.variance)
        se = np.where(has_no_variance(np.nan_to_num(found.value), se), 0.0, se)
        heads = [(measure, where) for measure in measures for where in domains.where]
        shown, verdicts = (self._judged_shares if shares else self._judged_others)(
            found, se, [head[0] for head in heads]
        )
        limits = self._share_limits(found, se) if shares else self._other_limits(found, se)
        rows = map(_Row, *_columns(found, se), shown, verdicts, limits)
        for (measure, where), row in zip(heads, rows, strict=True):
            yield _figure(measure, where, row, shares, self.alpha)

    def _judged_shares(
        self, found: Estimates, se: Floats, measures: Sequence[Measure]
    ) -> tuple[Sequence[Presentation | None], Sequence[Verdict]]:
        """Publication rules, and verdicts where there is a target."""
        answered = found.sums.answered
        share = Proportions(found.value, se, found.answered_df.astype(np.float64), answered, answered)
        targets = [measure.indicator.target for measure in measures]
        goals = [None if target is None else (target.value, target.operator) for target in targets]
        return present_all(share), decide_shares(share, goals, self.alpha)

    def _judged_others(
        self, found: Estimates, se: Floats, measures: Sequence[Measure]
    ) -> tuple[Sequence[Presentation | None], Sequence[Verdict]]:
        """Verdicts on means and totals where there is a target; the publication rules are about shares."""
        rows = zip(found.value.tolist(), se.tolist(), found.answered_df.tolist(), strict=True)
        targets = (measure.indicator.target for measure in measures)
        verdicts: list[Verdict] = [
            "none" if target is None else decide_mean(*row, target.value, target.operator, self.alpha)
            for row, target in zip(rows, targets, strict=True)
        ]
        return [None] * len(verdicts), verdicts

    def _share_limits(self, found: Estimates, se: Floats) -> Iterator[tuple[Interval, ...]]:
        whole = self.sample.weighting.is_calibrated and not isinstance(self.method, Replication)
        rows = np.full_like(se, self.sample.design.n) if whole else found.sums.rows - found.sums.set_aside
        df = found.df.astype(np.float64)
        share = Proportions(found.value, se, df, rows, found.sums.answered, found.logit_se)
        kinds = [(method, level) for method in self.interval.method for level in self.interval.level]
        return _intervals(kinds, [share_interval(method, level, share) for method, level in kinds])

    def _other_limits(self, found: Estimates, se: Floats) -> Iterator[tuple[Interval, ...]]:
        df, above_0 = found.df.astype(np.float64), np.where(se > 0, se, np.nan)
        limits = [t_interval(found.value, above_0, df, level) for level in self.interval.level]
        return _intervals([("t", level) for level in self.interval.level], limits)


def _intervals(kinds: Sequence[tuple[str, float]], limits: Sequence[Limits]) -> Iterator[tuple[Interval, ...]]:
    """The intervals of each figure, from the limits of all figures by each method and level."""
    by_kind = [
        [Interval(method, level, *ends) for ends in zip(_numbers(lower), _numbers(upper), strict=True)]
        for (method, level), (lower, upper) in zip(kinds, limits, strict=True)
    ]
    return zip(*by_kind, strict=True)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one figure is made of, None where it is not defined; `dont_know`: weighted share of the codes set aside."""

    value: float | None
    se: float | None
    deff: float | None
    dont_know: float | None
    df: int
    answered_df: int
    n: int
    answered: int
    shown: Presentation | None
    verdict: Verdict
    intervals: tuple[Interval, ...]

    @property
    def publishable(self) -> bool:
        if self.shown and self.answered:
            return self.shown.shown
        return self.answered >= LEAST_ANSWERS and self.answered_df >= 1 and self.se is not None

    @property
    def decision(self) -> Verdict:
        """The verdict, but none is reached on a figure that may not be shown."""
        if self.verdict == "none" or self.value is None or self.se is None or not self.answered:
            return "none" if self.verdict == "none" else "undetermined"
        may_be_shown = self.shown.shown if self.shown else self.answered >= LEAST_ANSWERS
        return self.verdict if may_be_shown else "undetermined"


def _columns(found: Estimates, se: Floats) -> Iterator[list[Any]]:
    """The numbers of each `_Row`, as lists over all figures."""
    sums = found.sums
    deff = sums.deff(se**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        dont_know = sums.aside / (sums.aside + sums.weight)
    yield from map(_numbers, (found.value, se, deff, dont_know))
    for counts in (found.df, found.answered_df, sums.rows, sums.answered):
        yield counts.astype(np.int64).tolist()


def _numbers(values: Floats) -> list[float | None]:
    """Plain numbers, None for those that are not defined."""
    return [value if isfinite(value) else None for value in values.tolist()]


def _figure(measure: Measure, where: Mapping[str, str], row: _Row, is_share: bool, alpha: float) -> Estimate:
    indicator, target = measure.indicator, measure.indicator.target
    dont_know = row.dont_know if indicator.exclude else None
    open_target = target if row.decision == "undetermined" else None
    return Estimate(
        indicator=indicator.id,
        domain=dict(where),
        category=measure.category,
        rule=indicator.rule,
        n=row.n,
        n_base=row.answered,
        estimate=row.value,
        se=row.se,
        df=row.df,
        deff=row.deff,
        n_effective=_effective(row, is_share),
        intervals=row.intervals,
        target=target.value if target else None,
        operator=target.operator if target else None,
        decision=row.decision,
        decision_df=row.answered_df,
        decision_alpha=alpha if target else None,
        more_answers=more_answers(row.value, row.se, row.answered, open_target.value, alpha, is_share=is_share)
        if open_target and row.value is not None and row.se is not None
        else None,
        point_meets=point_meets(row.value, target.value, target.operator)
        if target and row.answered and row.value is not None
        else None,
        dk_share=dont_know,
        publishable=row.publishable,
        flags=tuple(_flags(row, is_share, dont_know)),
    )


def _effective(row: _Row, is_share: bool) -> float | None:
    """Answers of a simple random sample with the same precision."""
    if not is_share:
        return row.answered / row.deff if row.deff else None
    if row.value in (0.0, 1.0):
        return float(row.answered)
    inner = row.value is not None and 0 < row.value < 1
    return row.value * (1 - row.value) / row.se**2 if inner and row.value and row.se else None


def _flags(row: _Row, is_share: bool, dont_know: float | None) -> Iterator[str]:
    """Why something is null, and what a reader has to know before using the figure."""
    if not row.answered:
        yield "no answers: nothing is estimated"
        return
    if row.value is None:
        yield "denominator 0: nothing is estimated"
        return
    if row.se is None:
        yield "no stratum with two PSUs: no standard error"
    if is_share and row.value in (0.0, 1.0):
        yield "0 % or 100 %: exact one-sided limits, deff not defined"
    elif row.se == 0:
        yield "fixed by design: no sampling variance, no interval"
    elif row.deff is None:
        yield "too few answers or no spread: deff not defined"
    if row.df <= 0:
        yield "no degrees of freedom: no interval"
    elif row.answered_df < 8:
        yield "review: df below 8"
    if row.shown and not row.shown.shown:
        yield f"not publishable: {row.shown.reason}"
    elif not row.shown and row.answered < LEAST_ANSWERS:
        yield "not publishable: n<30"
    if row.shown and FOOTNOTE in row.shown.review:
        yield "footnote: interval wide against the complement"
    if dont_know is not None and dont_know > MOST_DONT_KNOW:
        yield "don't know and not applicable above 30 %"
