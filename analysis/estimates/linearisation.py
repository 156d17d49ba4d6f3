"""Variance by linearisation, for all domains of a set or between domains of several. Step 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.linearised import DomainSums, chunks, influence, kept_psus, sum_domains
from analysis.estimates.measure import Measure
from analysis.estimates.sample import Sample
from analysis.estimates.variance import scaled_deviations, variances
from analysis.frame import Floats


@dataclass(frozen=True)
class Estimates:
    """One measure in the domains of a set, each array of shape (domains,). NaN: not defined."""

    sums: DomainSums
    variance: Floats
    logit_se: Floats | None

    @property
    def value(self) -> Floats:
        return self.sums.estimate


class VarianceMethod(Protocol):
    """How variances are found: by linearisation or by replicates."""

    @property
    def name(self) -> str:
        """What the method note calls it."""
        ...

    def estimate(self, measure: Measure, domains: DomainSet) -> Estimates:
        """Estimates and their variances in every domain of the set."""
        ...

    def covariance(self, measures: Sequence[tuple[Measure, DomainSet]]) -> tuple[Floats, Floats]:
        """Estimates (k,) of all the sets' domains one after another, and their covariance matrix (k, k)."""
        ...


@dataclass(frozen=True)
class Linearisation:
    """Taylor linearisation with the residuals of the weighting steps."""

    sample: Sample

    @property
    def name(self) -> str:
        return "linearisation"

    def estimate(self, measure: Measure, domains: DomainSet) -> Estimates:
        sums = sum_domains(self.sample, measure, domains)
        variance = np.empty(domains.count)
        for start, stop in chunks(self.sample, domains):
            whole = stop - start == domains.count
            part = domains if whole else domains.part(start, stop)
            part_sums = sums if whole else sum_domains(self.sample, measure, part)
            totals = influence(self.sample, measure, part, part_sums)
            kept = kept_psus(self.sample, part, measure.answered)
            variance[start:stop] = variances(scaled_deviations(self.sample.design, totals, kept))
        return Estimates(sums, variance, None)

    def covariance(self, measures: Sequence[tuple[Measure, DomainSet]]) -> tuple[Floats, Floats]:
        """As R's svycontrast: all rows of the subset stay in the design."""
        values, columns = [], []
        for measure, domains in measures:
            sums = sum_domains(self.sample, measure, domains)
            values.append(sums.estimate)
            columns.append(influence(self.sample, measure, domains, sums))
        totals = np.hstack(columns)
        everyone = DomainSet(np.where(self.sample.inside, 0, -1), ({},))
        kept = kept_psus(self.sample, everyone, self.sample.inside)
        if kept is not None:
            kept = np.broadcast_to(kept, (kept.shape[0], totals.shape[1]))
        deviations = scaled_deviations(self.sample.design, totals, kept)
        return np.concatenate(values), deviations.T @ deviations
