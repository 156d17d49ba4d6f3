"""Variance by linearisation, for all domains of a set or between domains of several. Step 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.estimates.domains import DomainSet, one_domain
from analysis.estimates.linearised import degrees_of_freedom, influence, kept_psus, psus_with
from analysis.estimates.measure import Measure
from analysis.estimates.sample import Sample
from analysis.estimates.tables import DomainSums, Tables, joined_sums, without
from analysis.estimates.tabulate import batches, tabulate
from analysis.estimates.variance import scaled_deviations, variances
from analysis.frame import Floats, Ints


@dataclass(frozen=True)
class Estimates:
    """Measures in the domains of a set, one measure after the other, each array of shape (q,). NaN: not defined.

    `df` counts the rows that are not set aside, before missing answers are dropped (R's degf);
    `answered_df` the answered rows, never more.
    """

    sums: DomainSums
    variance: Floats
    df: Ints
    answered_df: Ints
    logit_se: Floats | None

    @property
    def value(self) -> Floats:
        return self.sums.estimate


@dataclass(frozen=True)
class Gaps:
    """A measure in the domains of a set and outside each, arrays of shape (q,). NaN: not defined.

    `value`: in the domain; `rest`: in all others of the set; `variance` of their difference; `df` of its own answers.
    """

    value: Floats
    rest: Floats
    variance: Floats
    df: Ints


class VarianceMethod(Protocol):
    """How variances are found: by linearisation or by replicates."""

    @property
    def name(self) -> str:
        """What the method note calls it."""
        ...

    def estimate(self, measures: Sequence[Measure], domains: DomainSet) -> Estimates:
        """Estimates and their variances in every domain of the set. The measures are all shares, or none is."""
        ...

    def covariance(self, measures: Sequence[tuple[Measure, DomainSet]]) -> tuple[Floats, Floats]:
        """Estimates (k,) of all the sets' domains one after another, and their covariance matrix (k, k)."""
        ...

    def against_rest(self, measure: Measure, domains: DomainSet) -> Gaps:
        """Every domain and all others of the set."""
        ...


@dataclass(frozen=True)
class Linearisation:
    """Taylor linearisation with the residuals of the weighting steps."""

    sample: Sample

    @property
    def name(self) -> str:
        return "linearisation"

    def estimate(self, measures: Sequence[Measure], domains: DomainSet) -> Estimates:
        found = [self._estimate(tabulate(self.sample, *batch)) for batch in batches(self.sample, measures, domains)]
        return joined(found)

    def _estimate(self, tables: Tables) -> Estimates:
        kept = kept_psus(self.sample, tables.kept_psus)
        deviations = scaled_deviations(self.sample.design, influence(self.sample, tables), kept)
        return Estimates(tables.sums, variances(deviations), *self._degrees(tables), None)

    def covariance(self, measures: Sequence[tuple[Measure, DomainSet]]) -> tuple[Floats, Floats]:
        """As R's svycontrast: all rows of the subset stay in the design."""
        tables = [tabulate(self.sample, [measure], domains) for measure, domains in measures]
        totals = np.hstack([influence(self.sample, table) for table in tables])
        everyone = one_domain(self.sample.inside)
        kept = kept_psus(self.sample, psus_with(self.sample, everyone, self.sample.inside))
        if kept is not None:
            kept = np.broadcast_to(kept, (kept.shape[0], totals.shape[1]))
        deviations = scaled_deviations(self.sample.design, totals, kept)
        return np.concatenate([table.sums.estimate for table in tables]), deviations.T @ deviations

    def against_rest(self, measure: Measure, domains: DomainSet) -> Gaps:
        """As R's svycontrast of a domain and its complement: all rows of the subset stay in the design."""
        whole = tabulate(self.sample, [measure], one_domain(domains.of_row >= 0))
        everyone = kept_psus(self.sample, psus_with(self.sample, one_domain(self.sample.inside), self.sample.inside))
        found = []
        for _, part in batches(self.sample, [measure], domains):
            own = tabulate(self.sample, [measure], part)
            rest = without(whole, own)
            gap = influence(self.sample, own) - influence(self.sample, rest)
            kept = None if everyone is None else np.broadcast_to(everyone, (everyone.shape[0], gap.shape[1]))
            deviations = scaled_deviations(self.sample.design, gap, kept)
            found.append((own.sums.estimate, rest.sums.estimate, variances(deviations), self._degrees(own)[1]))
        value, others, variance, df = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Gaps(value, others, variance, df)

    def _degrees(self, tables: Tables) -> tuple[Ints, Ints]:
        """Of the base, and of the answers, never more."""
        df = degrees_of_freedom(self.sample, tables.base_psus)
        return df, np.minimum(df, degrees_of_freedom(self.sample, tables.answered_psus))


def joined(parts: Sequence[Estimates]) -> Estimates:
    """The estimates of several sets of domains, or of several measures, as those of one."""
    if len(parts) == 1:
        return parts[0]
    logit_se = [part.logit_se for part in parts if part.logit_se is not None]
    return Estimates(
        joined_sums([part.sums for part in parts]),
        np.concatenate([part.variance for part in parts]),
        np.concatenate([part.df for part in parts]),
        np.concatenate([part.answered_df for part in parts]),
        np.concatenate(logit_se) if logit_se else None,
    )
