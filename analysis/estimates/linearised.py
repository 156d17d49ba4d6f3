"""Point estimates and linearised influence of a measure in all domains of a set at once. Step 6.

Woodruff 1971, Binder 1983: the variance of a ratio is that of the total of z_i = (y_i - R x_i) / X;
after calibration, of its residual (Deville and Särndal 1992). Everything is a table of sums over
(unit, domain) and (calibration class, domain), taken in one pass over the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.measure import Measure
from analysis.estimates.sample import Sample
from analysis.frame import Bools, Floats, Ints
from analysis.weights.residuals import ClassInfluence

CHUNK_CELLS = 20_000_000


@dataclass(frozen=True)
class DomainSums:
    """Weighted sums of one measure by domain, shape (domains,): the estimate and what its deff needs.

    `rows`, `answered`, `set_aside`: unweighted counts; `live`: answered rows with a weight; `aside`: weight set aside.
    """

    y: Floats
    x: Floats
    weight: Floats
    yy: Floats
    xy: Floats
    xx: Floats
    rows: Floats
    answered: Floats
    live: Floats
    set_aside: Floats
    aside: Floats
    is_total: bool

    @property
    def estimate(self) -> Floats:
        """Ratio or total, NaN without a base."""
        if self.is_total:
            return np.where(self.answered > 0, self.y, np.nan)
        return np.divide(self.y, self.x, out=np.full_like(self.y, np.nan), where=self.x != 0)

    @property
    def squares(self) -> Floats:
        """sum w (y - R x)^2 / X^2, for a total sum w (y - mean)^2: the spread in a simple random sample."""
        if self.is_total:
            mean = self.y / np.where(self.weight != 0, self.weight, np.nan)
            return np.asarray(self.yy - mean * self.y)
        ratio = self.estimate
        spread = self.yy - 2 * ratio * self.xy + ratio**2 * self.xx
        return np.asarray(spread / np.where(self.x != 0, self.x, np.nan) ** 2)

    def deff(self, variance: Floats) -> Floats:
        """Variance against a simple random sample with replacement of as many answered rows (R: deff = "replace")."""
        spread = self.weight * self.squares
        safe = (self.live > 1) & (spread > 1e-20 * np.maximum(self.yy, 1e-300))
        return np.divide(variance * (self.live - 1), spread, out=np.full_like(variance, np.nan), where=safe)


def sum_domains(sample: Sample, measure: Measure, domains: DomainSet) -> DomainSums:
    """One pass over the rows for each sum."""
    inside = domains.of_row >= 0
    base = inside & measure.answered
    place = domains.of_row[base]
    w, y, x = sample.weight[base], measure.y[base], measure.x[base]

    def by_domain(values: Floats | None, rows: Ints = place) -> Floats:
        return np.bincount(rows, weights=values, minlength=domains.count).astype(np.float64)

    wy = w * y
    total_y, total_w = by_domain(wy), by_domain(w)
    out = inside & measure.set_aside
    aside = domains.of_row[out]
    plain = measure.is_plain
    return DomainSums(
        y=total_y,
        x=total_w if plain else by_domain(w * x),
        weight=total_w,
        yy=total_y if measure.is_share else by_domain(wy * y),
        xy=total_y if plain else by_domain(wy * x),
        xx=total_w if plain else by_domain(w * x * x),
        rows=by_domain(None, domains.of_row[inside]),
        answered=by_domain(None),
        live=by_domain(sample.live[base].astype(np.float64)),
        set_aside=by_domain(None, aside),
        aside=by_domain(sample.weight[out], aside),
        is_total=measure.is_total,
    )


def chunks(sample: Sample, domains: DomainSet) -> Iterator[tuple[int, int]]:
    """Ranges of domains whose (units, domains) tables fit in memory."""
    width = max(1, CHUNK_CELLS // max(sample.units, sample.weighting.classes.count))
    for start in range(0, domains.count, width):
        yield start, min(start + width, domains.count)


def influence(sample: Sample, measure: Measure, domains: DomainSet, sums: DomainSums) -> Floats:
    """Sums of w e over the units, shape (units, domains); NaN columns for domains without a base."""
    base = (domains.of_row >= 0) & measure.answered
    place, w = domains.of_row[base], sample.weight[base]
    y, x = measure.y[base], measure.x[base]
    wy = w * y
    wx = w if measure.is_plain else w * x

    def table(of_row: Ints, height: int, values_y: Floats, values_x: Floats) -> Floats:
        key = of_row[base] * domains.count + place
        size = height * domains.count
        numerator = np.bincount(key, weights=values_y, minlength=size).reshape(height, -1)
        if measure.is_total:
            return np.asarray(numerator, dtype=np.float64)
        denominator = np.bincount(key, weights=values_x, minlength=size).reshape(height, -1)
        return np.asarray((numerator - sums.estimate * denominator) / np.where(sums.x != 0, sums.x, np.nan))

    totals = table(sample.unit_of_row, sample.units, wy, wx)
    if not sample.weighting.is_calibrated:
        return totals
    classes = sample.weighting.classes
    plain = table(classes.of_row, classes.count, y, x) if sample.weighting.needs_plain else None
    weighted = table(classes.of_row, classes.count, wy, wx)
    taken = sample.weighting.fitted(ClassInfluence(weighted, plain, sample.class_weight, classes.rows))
    return np.asarray(totals - sample.unit_class_weight @ taken)


def kept_psus(sample: Sample, domains: DomainSet, rows: Bools) -> Bools | None:
    """PSUs with `rows` (n,) in each domain, shape (PSUs, domains); None in calibrated designs, which keep all rows."""
    if sample.weighting.is_calibrated:
        return None
    design = sample.design
    if not (design.lonely.any() or design.lonely_in_domains):
        return None
    return present_psus(sample, domains, rows)


def present_psus(sample: Sample, domains: DomainSet, rows: Bools) -> Bools:
    """PSUs with at least one of `rows` (n,) in each domain, shape (PSUs, domains)."""
    inside = (domains.of_row >= 0) & rows
    key = sample.design.psu_of_row[inside] * domains.count + domains.of_row[inside]
    return np.bincount(key, minlength=sample.design.psus * domains.count).reshape(sample.design.psus, -1) > 0


def degrees_of_freedom(sample: Sample, domains: DomainSet, rows: Bools) -> Ints:
    """PSUs minus strata among `rows` (n,) of each domain, shape (domains,) (R's degf of the subset)."""
    present = present_psus(sample, domains, rows)
    strata = np.logical_or.reduceat(present, sample.design.starts, axis=0)
    return np.asarray(present.sum(axis=0) - strata.sum(axis=0), dtype=np.int64)
