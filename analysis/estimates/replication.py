"""Variance by replicates: deviations of the estimates in all of them. Step 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from analysis.estimates.domains import DomainSet, described, one_domain
from analysis.estimates.linearisation import Estimates, Gaps, joined
from analysis.estimates.linearised import degrees_of_freedom
from analysis.estimates.measure import Measure
from analysis.estimates.replicate_sums import NOTHING, ReplicateSums
from analysis.estimates.replicates import ReplicateDesign
from analysis.estimates.sample import Sample
from analysis.estimates.tables import Tables, without
from analysis.estimates.tabulate import tabulate
from analysis.fault import shortened
from analysis.frame import Bools, Floats, Ints

EDGE = 1e-9  # a replicate's share this near to 0 or 1 is 0 or 1, up to the rounding of its sums


@dataclass(frozen=True)
class Replication:
    """Replicates of a sample; `replicates` and `sample` are about the same rows."""

    sample: Sample
    replicates: ReplicateDesign
    _lost: dict[str, Bools] = field(default_factory=dict, init=False, repr=False)

    @property
    def name(self) -> str:
        again = ", every replicate calibrated again" if self.sample.weighting.prepared else ""
        return f"{self.replicates.multiplier.shape[1]} replicates ({self.replicates.name}){again}"

    @cached_property
    def _sums(self) -> ReplicateSums:
        return ReplicateSums(self.sample, self.replicates)

    @property
    def unmet(self) -> tuple[str, ...]:
        """Weighting steps that some replicate cannot meet, each with the control that it misses most."""
        return self._sums.refit[1]

    @cached_property
    def without_level(self) -> tuple[str, ...]:
        """Levels of the margins that nobody has in some replicate, with its number: their totals are left out there."""
        found = []
        for step in self.sample.weighting.prepared:
            for margin, grouping in zip(step.controls.margins, step.groupings, strict=True):
                whole = grouping.sums(self.sample.weighting.classes.base)
                empty = (grouping.sums(self._sums.class_totals) <= 0) & (whole > 0)[:, None]
                found += [
                    f"{step.key}, {margin.name} = {margin.levels[level]} (replicate {_numbers(empty[level])})"
                    for level in np.flatnonzero(empty.any(axis=1))
                ]
        return tuple(found)

    @property
    def without_domain(self) -> tuple[str, ...]:
        """Domains with degrees of freedom that some replicate has no answer of, as far as they were estimated."""
        return tuple(f"{name} (replicate {_numbers(lost)})" for name, lost in self._lost.items())

    def replicate_estimates(self, measure: Measure, domains: DomainSet) -> Floats:
        """θ of every domain in every replicate, shape (domains, replicates); NaN for an empty domain."""
        numerator, denominator = self._sums.of(measure, domains)
        return numerator if measure.is_total else _ratio(numerator, denominator)

    def _deviations(self, theta: Floats, full: Floats) -> Floats:
        """Scaled deviations (k, replicates); replicates without a value count for nothing, as in R."""
        if self.replicates.around_estimate:
            centre = full
        else:
            used = np.where(self.replicates.r_scale > 0, 1.0, np.nan) * theta
            known = ~np.isnan(used)
            counts = np.maximum(known.sum(axis=1), 1)
            centre = np.where(known, used, 0.0).sum(axis=1) / counts
        scaled = (theta - centre[:, None]) * np.sqrt(self.replicates.scale * self.replicates.r_scale)
        empty = np.asarray(np.isnan(theta).all(axis=1))
        return np.where(empty[:, None], np.nan, np.where(np.isnan(scaled), 0.0, scaled))

    def estimate(self, measures: Sequence[Measure], domains: DomainSet) -> Estimates:
        return joined([self._estimate(measure, domains) for measure in measures])

    def _estimate(self, measure: Measure, domains: DomainSet) -> Estimates:
        tables = tabulate(self.sample, [measure], domains)
        value = tables.sums.estimate
        theta = self.replicate_estimates(measure, domains)
        variance = (self._deviations(theta, value) ** 2).sum(axis=1)
        df = self._degrees(measure, domains, tables)
        self._note_lost(measure, domains, theta, value, df[1])
        logit_se = self._logit_se(theta, value) if measure.is_share else None
        return Estimates(tables.sums, variance, df[0], np.minimum(*df), logit_se)

    def _note_lost(self, measure: Measure, domains: DomainSet, theta: Floats, value: Floats, df: Ints) -> None:
        lost = np.isnan(theta) & ~np.isnan(value)[:, None] & (self.replicates.r_scale > 0)
        for place in np.flatnonzero(lost.any(axis=1) & (df > 0)):
            name = described(domains.where[place], "everyone")
            self._lost[f"{measure.indicator.id}, {name}"] = lost[place]

    def _degrees(self, measure: Measure, domains: DomainSet, tables: Tables) -> tuple[Ints, Ints]:
        """PSUs minus strata; rank - 1 for given replicates without a design. Of the base, and of the answers."""
        if self.has_design:
            base, answered = tables.base_psus, tables.answered_psus
            return degrees_of_freedom(self.sample, base), degrees_of_freedom(self.sample, answered)
        inside, live = domains.of_row, self.sample.live
        return (
            self.ranks(np.where(live & ~measure.set_aside, inside, -1), domains.count),
            self.ranks(np.where(live & measure.answered, inside, -1), domains.count),
        )

    @property
    def has_design(self) -> bool:
        """Whether degrees of freedom can be counted on PSUs; given replicates may come without."""
        design = self.sample.design
        return self.replicates.name != "given" or design.is_clustered or design.is_stratified

    def ranks(self, of_row: Ints, count: int) -> Ints:
        """Rank of the replicate weights of each domain minus 1, R's degrees of freedom without a design."""
        weights = self.replicates.multiplier
        return np.array([np.linalg.matrix_rank(weights[of_row == k]) - 1 for k in range(count)], dtype=np.int64)

    def _logit_se(self, theta: Floats, full: Floats) -> Floats:
        """Standard error of the replicates' logits, which R's svyciprop(method = "logit") uses."""
        with np.errstate(divide="ignore", invalid="ignore"):
            within = (theta > EDGE) & (theta < 1 - EDGE)
            inner = np.where(within, np.log(theta / (1 - theta)), np.nan)
            centre = np.log(full / (1 - full))
        return np.asarray(np.sqrt((self._deviations(inner, centre) ** 2).sum(axis=1)))

    def covariance(self, measures: Sequence[tuple[Measure, DomainSet]]) -> tuple[Floats, Floats]:
        values, parts = [], []
        for measure, domains in measures:
            full = tabulate(self.sample, [measure], domains).sums.estimate
            values.append(full)
            parts.append(self._deviations(self.replicate_estimates(measure, domains), full))
        deviations = np.vstack(parts)
        return np.concatenate(values), deviations @ deviations.T

    def against_rest(self, measure: Measure, domains: DomainSet) -> Gaps:
        """Deviations of both sides in every replicate; a side that has nobody in one adds nothing there, as in R."""
        whole = tabulate(self.sample, [measure], one_domain(domains.of_row >= 0))
        own = tabulate(self.sample, [measure], domains)
        value, rest = own.sums.estimate, without(whole, own).sums.estimate
        y, x = self._sums.of(measure, domains)
        left_y, left_x = y.sum(axis=0) - y, x.sum(axis=0) - x
        nobody = np.abs(left_x) < NOTHING * np.abs(x.sum(axis=0))
        others = _ratio(left_y, np.where(nobody, 0.0, left_x))
        gap = self._deviations(_ratio(y, x), value) - self._deviations(others, rest)
        return Gaps(value, rest, (gap**2).sum(axis=1), np.minimum(*self._degrees(measure, domains, own)))


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator != 0)


def _numbers(replicates: Bools) -> str:
    """The replicates (replicates,) that are marked, counted from 1."""
    return shortened([str(place + 1) for place in np.flatnonzero(replicates)])
