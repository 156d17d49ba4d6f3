"""One pass over the rows: sums of a measure by (unit, domain) and (calibration class, domain). Step 6.

Items with few codes are counted on integer codes, (unit, domain, code) at once; measures of the same item
share the counts. Ratios and items with many values go row by row. Both give the same tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.measure import Coding, Measure
from analysis.estimates.sample import Sample
from analysis.frame import Bools, Floats, Ints

MOST_CELLS = 30_000_000


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

    @cached_property
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


@dataclass(frozen=True)
class Tables:
    """Tables of one measure in a set of domains.

    `y_unit`, `x_unit` (units, domains): weighted sums; `by_class` and `plain_by_class`: y and x summed over classes,
    each (classes, domains), weighted and unweighted, where the residual of a weighting step needs them. `answered_psus`
    and `base_psus` (PSUs, domains): with weighted answers, and with weighted rows that are not set aside;
    `kept_psus`: with answers.
    """

    sums: DomainSums
    y_unit: Floats
    x_unit: Floats
    by_class: tuple[Floats, Floats] | None
    plain_by_class: tuple[Floats, Floats] | None
    answered_psus: Bools
    base_psus: Bools
    kept_psus: Bools


def tabulate(sample: Sample, measure: Measure, domains: DomainSet) -> Tables:
    """The tables of a measure, by codes where it has few, otherwise by rows."""
    coding = measure.coding
    if coding is not None and _cells(sample, domains, coding) <= MOST_CELLS:
        return _from_codes(sample, measure, coding, domains)
    return _from_rows(sample, measure, domains)


def _cells(sample: Sample, domains: DomainSet, coding: Coding) -> int:
    return max(sample.units, sample.weighting.classes.count) * (domains.count + 1) * (coding.levels + 1)


def chunks(sample: Sample, domains: DomainSet) -> Iterator[tuple[int, int]]:
    """Ranges of domains whose (units, domains) tables fit in memory."""
    width = max(1, MOST_CELLS // max(sample.units, sample.weighting.classes.count))
    for start in range(0, domains.count, width):
        yield start, min(start + width, domains.count)


def psus_of_units(sample: Sample, units: Bools) -> Bools:
    """From (units, domains) to (PSUs, domains): PSUs with any such unit."""
    second = sample.design.second
    if second is None:
        return units
    starts = np.searchsorted(second.psu_of_unit, np.arange(sample.design.psus))
    return np.asarray(np.logical_or.reduceat(units, starts, axis=0))


@dataclass(frozen=True)
class CodeCounts:
    """Counts of one item's codes: weighted by unit, unweighted by class; where needed weighted by class, live by unit.

    Shapes (units | classes, domains + 1, codes + 1); the first domain is none, the first code is missing.
    """

    unit: Floats
    group_rows: Floats
    group: Floats | None
    unit_rows: Floats | None
    unit_live: Floats | None


def sums_by(
    sample: Sample, measure: Measure, domains: DomainSet, of_row: Ints, height: int, weight: Floats
) -> tuple[Floats, Floats]:
    """Sums of weight × y and weight × x over the rows with equal `of_row` (n,), each of shape (height, domains)."""
    coding, across = measure.coding, domains.count + 1
    if coding is not None and height * across * (coding.levels + 1) <= 4 * sample.design.n:
        wide = coding.levels + 1
        place = sample.crossed(domains, of_row, wide) + (coding.codes + 1)
        counts = np.bincount(place, weights=weight, minlength=height * across * wide).reshape(-1, wide)
        sums = counts @ np.append(0.0, coding.y), counts @ np.append(0.0, coding.known)
    else:
        place = sample.crossed(domains, of_row)
        sums = (
            np.bincount(place, weights=weight * measure.y, minlength=height * across),
            np.bincount(place, weights=weight * measure.x, minlength=height * across),
        )
    y, x = (part.reshape(height, across)[:, 1:] for part in sums)
    return y, x


def _counts(sample: Sample, coding: Coding, domains: DomainSet) -> CodeCounts:
    return sample.shared(coding.codes, domains, "counts", lambda: _count(sample, coding, domains))


def _count(sample: Sample, coding: Coding, domains: DomainSet) -> CodeCounts:
    wide = coding.levels + 1
    codes = coding.codes + 1

    def table(of_row: Ints, height: int, weights: Floats | None) -> Floats:
        place = sample.crossed(domains, of_row, wide) + codes
        counts = np.bincount(place, weights=weights, minlength=height * (domains.count + 1) * wide)
        return counts.reshape(height, domains.count + 1, wide).astype(np.float64, copy=False)

    units, classes = sample.unit_of_row, sample.weighting.classes
    return CodeCounts(
        table(units, sample.units, sample.weight),
        table(classes.of_row, classes.count, None),
        table(classes.of_row, classes.count, sample.weight) if sample.weighting.needs_weighted else None,
        None if sample.all_positive else table(units, sample.units, None),
        None if sample.all_positive else table(units, sample.units, sample.live.astype(np.float64)),
    )


def _from_codes(sample: Sample, measure: Measure, coding: Coding, domains: DomainSet) -> Tables:
    counts = _counts(sample, coding, domains)
    y, known, aside = (np.append(0.0, of_code) for of_code in (coding.y, coding.known, coding.set_aside))
    rows_by_code, weight_by_code = counts.group_rows.sum(axis=0)[1:], counts.unit.sum(axis=0)[1:]
    unit_rows = counts.unit if counts.unit_rows is None else counts.unit_rows
    unit_live = counts.unit if counts.unit_live is None else counts.unit_live
    answered = rows_by_code @ known
    live = answered if counts.unit_live is None else counts.unit_live.sum(axis=0)[1:] @ known
    total_y, total_w = weight_by_code @ y, weight_by_code @ known
    sums = DomainSums(
        y=total_y,
        x=total_w,
        weight=total_w,
        yy=weight_by_code @ y**2,
        xy=total_y,
        xx=total_w,
        rows=rows_by_code.sum(axis=1),
        answered=answered,
        live=live,
        set_aside=rows_by_code @ aside,
        aside=weight_by_code @ aside,
        is_total=measure.is_total,
    )
    plain = sample.weighting.needs_plain
    kept = psus_of_units(sample, _times(unit_rows, known) > 0)
    return Tables(
        sums=sums,
        y_unit=_times(counts.unit, y),
        x_unit=_times(counts.unit, known),
        by_class=None if counts.group is None else (_times(counts.group, y), _times(counts.group, known)),
        plain_by_class=(_times(counts.group_rows, y), _times(counts.group_rows, known)) if plain else None,
        answered_psus=kept if counts.unit_live is None else psus_of_units(sample, _times(unit_live, known) > 0),
        base_psus=psus_of_units(sample, _times(unit_live, 1 - aside) > 0),
        kept_psus=kept,
    )


def _times(counts: Floats, by_code: Floats) -> Floats:
    """Counts (a, domains + 1, codes) weighed by a value for each code, in one product, shape (a, domains)."""
    return np.asarray((counts.reshape(-1, by_code.shape[0]) @ by_code).reshape(counts.shape[:2])[:, 1:])


def _from_rows(sample: Sample, measure: Measure, domains: DomainSet) -> Tables:
    inside = domains.of_row >= 0
    base = inside & measure.answered
    place, w = domains.of_row[base], sample.weight[base]
    y, x = measure.y[base], measure.x[base]
    wy, wx = w * y, w * x
    out = inside & measure.set_aside

    def by_domain(values: Floats | None, rows: Ints = place) -> Floats:
        return np.bincount(rows, weights=values, minlength=domains.count).astype(np.float64)

    def table(of_row: Ints, height: int, values: Floats) -> Floats:
        cells = np.bincount(of_row[base] * domains.count + place, weights=values, minlength=height * domains.count)
        return np.asarray(cells.reshape(height, -1), dtype=np.float64)

    def by_class(values_y: Floats, values_x: Floats) -> tuple[Floats, Floats]:
        of_row, count = sample.weighting.classes.of_row, sample.weighting.classes.count
        return table(of_row, count, values_y), table(of_row, count, values_x)

    def psus(rows: Bools) -> Bools:
        key = sample.design.psu_of_row[rows] * domains.count + domains.of_row[rows]
        return np.bincount(key, minlength=sample.design.psus * domains.count).reshape(sample.design.psus, -1) > 0

    sums = DomainSums(
        y=by_domain(wy),
        x=by_domain(wx),
        weight=by_domain(w),
        yy=by_domain(wy * y),
        xy=by_domain(wy * x),
        xx=by_domain(wx * x),
        rows=by_domain(None, domains.of_row[inside]),
        answered=by_domain(None),
        live=by_domain(sample.live[base].astype(np.float64)),
        set_aside=by_domain(None, domains.of_row[out]),
        aside=by_domain(sample.weight[out], domains.of_row[out]),
        is_total=measure.is_total,
    )
    weighting = sample.weighting
    return Tables(
        sums=sums,
        y_unit=table(sample.unit_of_row, sample.units, wy),
        x_unit=table(sample.unit_of_row, sample.units, wx),
        by_class=by_class(wy, wx) if weighting.needs_weighted else None,
        plain_by_class=by_class(y, x) if weighting.needs_plain else None,
        answered_psus=psus(base & sample.live),
        base_psus=psus(inside & sample.live & ~measure.set_aside),
        kept_psus=psus(base),
    )
