"""Variance by replicates, every replicate weighted again by all steps of the plan. Step 6.

Rows are collapsed once to (unit, calibration class) pairs; a replicate changes only the weights of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.linearisation import Estimates
from analysis.estimates.linearised import degrees_of_freedom
from analysis.estimates.measure import Measure
from analysis.estimates.replicates import ReplicateDesign
from analysis.estimates.sample import Sample
from analysis.estimates.tables import Tables, tabulate
from analysis.frame import Floats, Ints, cross


@dataclass(frozen=True)
class Replication:
    """Replicates of a sample; `replicates` and `sample` are about the same rows."""

    sample: Sample
    replicates: ReplicateDesign

    @property
    def name(self) -> str:
        again = ", every replicate calibrated again" if self.sample.weighting.prepared else ""
        return f"{self.replicates.multiplier.shape[1]} replicates ({self.replicates.name}){again}"

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints, Ints]:
        """Pair of each row, and the unit and the class of each pair."""
        classes = self.sample.weighting.classes
        units = self.replicates.multiplier.shape[0]
        of_row, parts = cross([self.replicates.unit_of_row, classes.of_row], [units, classes.count])
        unit, group = np.array(parts, dtype=np.int64).T
        return of_row, unit, group

    @cached_property
    def _refit(self) -> tuple[Floats, bool]:
        from scipy.sparse import coo_array

        of_row, unit, group = self._pairs
        base = np.bincount(of_row, weights=self.replicates.base, minlength=unit.shape[0])
        shape = (self.sample.weighting.classes.count, self.replicates.multiplier.shape[0])
        table = coo_array((base, (group, unit)), shape=shape).tocsr()
        return self.sample.weighting.refactor(np.asarray(table @ self.replicates.multiplier))

    @cached_property
    def _pair_weight(self) -> Floats:
        """Replicate weight of a row of each pair relative to its base, shape (pairs, replicates)."""
        _, unit, group = self._pairs
        multiplier = self.replicates.multiplier[unit]
        return multiplier * self._refit[0][group] if self.sample.weighting.prepared else multiplier

    @property
    def all_converged(self) -> bool:
        """Whether the weighting steps came to an end in every replicate."""
        return self._refit[1] if self.sample.weighting.prepared else True

    def replicate_estimates(self, measure: Measure, domains: DomainSet) -> Floats:
        """θ of every domain in every replicate, shape (domains, replicates); NaN for an empty domain."""
        base = (domains.of_row >= 0) & measure.answered
        numerator = self._sums(base, measure.y, domains)
        if measure.is_total:
            return numerator
        denominator = self._sums(base, measure.x, domains)
        return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator != 0)

    def _sums(self, base: Any, values: Floats, domains: DomainSet) -> Floats:
        from scipy.sparse import coo_array

        of_row, unit, _ = self._pairs
        data = self.replicates.base[base] * values[base]
        table = coo_array((data, (domains.of_row[base], of_row[base])), shape=(domains.count, unit.shape[0]))
        return np.asarray(table.tocsr() @ self._pair_weight)

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

    def estimate(self, measure: Measure, domains: DomainSet) -> Estimates:
        tables = tabulate(self.sample, measure, domains)
        value = tables.sums.estimate
        theta = self.replicate_estimates(measure, domains)
        variance = (self._deviations(theta, value) ** 2).sum(axis=1)
        df = self._degrees(measure, domains, tables)
        logit_se = self._logit_se(theta, value) if measure.is_share else None
        return Estimates(tables.sums, variance, df[0], np.minimum(*df), logit_se)

    def _degrees(self, measure: Measure, domains: DomainSet, tables: Tables) -> tuple[Ints, Ints]:
        """PSUs minus strata; rank - 1 for given replicates without a design. Of the base, and of the answers."""
        if self.has_design:
            base, answered = tables.base_psus, tables.answered_psus
            return degrees_of_freedom(self.sample, base), degrees_of_freedom(self.sample, answered)
        inside, live = domains.of_row, self.sample.live
        return (
            self._ranks(np.where(live & ~measure.set_aside, inside, -1), domains.count),
            self._ranks(np.where(live & measure.answered, inside, -1), domains.count),
        )

    @property
    def has_design(self) -> bool:
        """Whether degrees of freedom can be counted on PSUs; given replicates may come without."""
        design = self.sample.design
        return self.replicates.name != "given" or design.is_clustered or design.is_stratified

    def _ranks(self, of_row: Ints, count: int) -> Ints:
        weights = self.replicates.multiplier
        return np.array([np.linalg.matrix_rank(weights[of_row == k]) - 1 for k in range(count)], dtype=np.int64)

    def _logit_se(self, theta: Floats, full: Floats) -> Floats:
        """Standard error of the replicates' logits, which R's svyciprop(method = "logit") uses."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inner = np.where((theta > 0) & (theta < 1), np.log(theta / (1 - theta)), np.nan)
            centre = np.log(full / (1 - full))
        return np.asarray(np.sqrt((self._deviations(inner, centre) ** 2).sum(axis=1)))

    def covariance(self, measures: Sequence[tuple[Measure, DomainSet]]) -> tuple[Floats, Floats]:
        values, parts = [], []
        for measure, domains in measures:
            full = tabulate(self.sample, measure, domains).sums.estimate
            values.append(full)
            parts.append(self._deviations(self.replicate_estimates(measure, domains), full))
        deviations = np.vstack(parts)
        return np.concatenate(values), deviations @ deviations.T
