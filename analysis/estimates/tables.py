"""One pass over the rows: sums of a measure by (unit, domain) and by what the weighting steps look at. Step 6.

Items with few codes are counted on integer codes, (unit, domain, code) at once; measures of the same item
share the counts. Ratios and items with many values go row by row. Both give the same tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.measure import Coding, Measure
from analysis.estimates.sample import Sample
from analysis.frame import Bools, Codes, Floats, paired

MOST_CELLS = 30_000_000
BATCH_CELLS = 1_000_000


@dataclass(frozen=True)
class DomainSums:
    """Weighted sums by domain, shape (q,), of one measure or several in turn: the estimate and what its deff needs.

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
    is_total: Bools

    @cached_property
    def estimate(self) -> Floats:
        """Ratio or total, NaN without a base."""
        ratio = np.divide(self.y, self.x, out=np.full_like(self.y, np.nan), where=self.x != 0)
        return np.where(self.is_total, np.where(self.answered > 0, self.y, np.nan), ratio)

    @property
    def squares(self) -> Floats:
        """sum w (y - R x)^2 / X^2, for a total sum w (y - mean)^2: the spread in a simple random sample."""
        mean = self.y / np.where(self.weight != 0, self.weight, np.nan)
        ratio = self.estimate
        spread = self.yy - 2 * ratio * self.xy + ratio**2 * self.xx
        of_ratio = spread / np.where(self.x != 0, self.x, np.nan) ** 2
        return np.where(self.is_total, self.yy - mean * self.y, of_ratio)

    def deff(self, variance: Floats) -> Floats:
        """Variance against a simple random sample with replacement of as many answered rows (R: deff = "replace")."""
        spread = self.weight * self.squares
        safe = (self.live > 1) & (spread > 1e-20 * np.maximum(self.yy, 1e-300))
        return np.divide(variance * (self.live - 1), spread, out=np.full_like(variance, np.nan), where=safe)


@dataclass(frozen=True)
class Tables:
    """Tables of measures in a set of domains, one column for each measure and domain.

    `y_unit`, `x_unit` (units, q): weighted sums; `y_fit`, `x_fit` (k, q): what the weighting steps look at, None
    without such steps. `answered_psus` and `base_psus` (PSUs, q): with weighted answers, and with weighted rows that
    are not set aside; `kept_psus`: with answers.
    """

    sums: DomainSums
    y_unit: Floats
    x_unit: Floats
    y_fit: Floats | None
    x_fit: Floats | None
    answered_psus: Bools
    base_psus: Bools
    kept_psus: Bools


def tabulate(sample: Sample, measures: Sequence[Measure], domains: DomainSet) -> Tables:
    """The tables of measures side by side, by codes where an item has few, otherwise by rows."""
    found = []
    height = max(sample.units, sample.weighting.classes.count)
    for measure in measures:
        coding = measure.coding
        few = coding is not None and _cells(height, domains, coding) <= MOST_CELLS
        found.append((_from_codes if few else _from_rows)(sample, measure, domains))
    return found[0] if len(found) == 1 else _side_by_side(found)


def without(whole: Tables, parts: Tables) -> Tables:
    """For each domain of `parts` the tables of all others, with what an estimate and its influence need.

    `whole`: one domain, all of `parts` together. Counts tell where nothing is left, because sums leave rounding.
    """
    answered = whole.sums.answered - parts.sums.answered
    some = answered > 0
    sums = replace(
        parts.sums,
        y=np.where(some, whole.sums.y - parts.sums.y, 0.0),
        x=np.where(some, whole.sums.x - parts.sums.x, 0.0),
        answered=answered,
    )
    return replace(
        parts,
        sums=sums,
        y_unit=whole.y_unit - parts.y_unit,
        x_unit=whole.x_unit - parts.x_unit,
        y_fit=None if whole.y_fit is None or parts.y_fit is None else whole.y_fit - parts.y_fit,
        x_fit=None if whole.x_fit is None or parts.x_fit is None else whole.x_fit - parts.x_fit,
    )


def _side_by_side(parts: Sequence[Tables]) -> Tables:
    def beside(name: str) -> Any:
        arrays = [getattr(part, name) for part in parts]
        return None if arrays[0] is None else np.hstack(arrays)

    names = [name for name in Tables.__dataclass_fields__ if name != "sums"]
    return Tables(joined_sums([part.sums for part in parts]), **{name: beside(name) for name in names})


def joined_sums(parts: Sequence[DomainSums]) -> DomainSums:
    """The sums of several sets of domains, or of several measures, as those of one."""
    return DomainSums(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in DomainSums.__dataclass_fields__}
    )


def _cells(height: int, domains: DomainSet, coding: Coding) -> int:
    return height * (domains.count + 1) * (coding.levels + 1)


def batches(
    sample: Sample, measures: Sequence[Measure], domains: DomainSet
) -> Iterator[tuple[Sequence[Measure], DomainSet]]:
    """Measures and domains whose (units, q) tables fit in memory, in the order of measures, then of domains."""
    height = max(sample.units, sample.weighting.classes.count)
    width = max(1, MOST_CELLS // height)
    if domains.count > width:
        for measure in measures:
            for start in range(0, domains.count, width):
                yield [measure], domains.part(start, min(start + width, domains.count))
        return
    together = max(1, BATCH_CELLS // (height * max(1, domains.count)))
    for start in range(0, len(measures), together):
        yield measures[start : start + together], domains


def psus_of_units(sample: Sample, units: Bools) -> Bools:
    """From (units, domains) to (PSUs, domains): PSUs with any such unit."""
    second = sample.design.second
    if second is None:
        return units
    starts = np.searchsorted(second.psu_of_unit, np.arange(sample.design.psus))
    return np.asarray(np.logical_or.reduceat(units, starts, axis=0))


@dataclass(frozen=True)
class CodeCounts:
    """Counts of one item's codes: weighted by unit; where they cannot be told from the weights, rows and live by unit.

    Shapes (units, domains + 1, codes + 1); the first domain is none, the first code is missing. `rows` is their sum
    over the units, unweighted, and `fit` (k, domains + 1, codes + 1) what the weighting steps look at.
    """

    unit: Floats
    unit_rows: Floats | None
    unit_live: Floats | None
    rows: Floats
    fit: Floats | None


def sums_by(
    sample: Sample, measure: Measure, domains: DomainSet, of_row: Codes, height: int, weight: Floats
) -> tuple[Floats, Floats]:
    """Sums of weight × y and weight × x over the rows with equal `of_row` (n,), each of shape (height, domains)."""
    coding, across = measure.coding, domains.count + 1
    if coding is not None and height * across * (coding.levels + 1) <= 4 * sample.design.n:
        counts = _table(sample, coding, domains, of_row, height, weight).reshape(-1, coding.levels + 1)
        sums = counts @ np.append(0.0, coding.y), counts @ np.append(0.0, coding.known)
    else:
        place = sample.crossed(domains, of_row)
        sums = (
            np.bincount(place, weights=weight * measure.y, minlength=height * across),
            np.bincount(place, weights=weight * measure.x, minlength=height * across),
        )
    y, x = (part.reshape(height, across)[:, 1:] for part in sums)
    return y, x


def _table(
    sample: Sample, coding: Coding, domains: DomainSet, of_row: Codes, height: int, weights: Floats | None
) -> Floats:
    """Rows or weights by (`of_row`, domain + 1, code + 1)."""
    place = np.add(sample.crossed(domains, of_row, coding.levels), coding.codes, out=sample.place)
    shape = height, domains.count + 1, coding.levels + 1
    counts = np.bincount(place, weights=weights, minlength=shape[0] * shape[1] * shape[2])
    return counts.reshape(shape).astype(np.float64, copy=False)


def _counts(sample: Sample, coding: Coding, domains: DomainSet) -> CodeCounts:
    return sample.shared(coding.codes, domains, "counts", lambda: _count(sample, coding, domains))


def _count(sample: Sample, coding: Coding, domains: DomainSet) -> CodeCounts:
    def by_unit(weights: Floats | None) -> Floats:
        return _table(sample, coding, domains, sample.unit_of_row, sample.units, weights)

    unit = by_unit(sample.weight)
    unit_rows = None if sample.all_positive else by_unit(None)
    unit_live = None if sample.all_positive else by_unit(sample.live.astype(np.float64))
    rows, fit = _looked_at(sample, coding, domains)
    return CodeCounts(unit, unit_rows, unit_live, rows, fit)


def _looked_at(sample: Sample, coding: Coding, domains: DomainSet) -> tuple[Floats, Floats | None]:
    """Rows by (domain + 1, code + 1), and what the weighting steps look at by (k, domain + 1, code + 1).

    Summed over classes of rows; over the rows themselves where those are fewer than the cells of the classes.
    """
    classes, weighting = sample.weighting.classes, sample.weighting
    if not weighting.changes_influence or _cells(classes.count, domains, coding) <= sample.entries:
        plain = _table(sample, coding, domains, classes.of_row, classes.count, None)
        if not weighting.changes_influence:
            return plain.sum(axis=0), None
        weighted = None
        if weighting.fit.weighted is not None:
            weighted = _table(sample, coding, domains, classes.of_row, classes.count, sample.weight)
        return plain.sum(axis=0), weighting.fit.looked_at(plain, weighted)
    of_row = sample.shared(domains, domains, "everyone", lambda: np.zeros(sample.design.n, dtype=np.int8))
    place = np.add(sample.crossed(domains, of_row, coding.levels), coding.codes, out=sample.place)
    cells = _cells(1, domains, coding)
    rows = np.bincount(place, minlength=cells).astype(np.float64)
    looks = sample.looks
    key = np.repeat(place, np.diff(looks.indptr))
    key += sample.shared(looks, looks, f"cells of {cells}", lambda: looks.indices.astype(np.int64) * cells)
    fit = np.bincount(key, weights=looks.data, minlength=cells * looks.shape[1]).astype(np.float64, copy=False)
    shape = domains.count + 1, coding.levels + 1
    return rows.reshape(shape), fit.reshape(-1, *shape)


def _from_codes(sample: Sample, measure: Measure, domains: DomainSet) -> Tables:
    coding = measure.coding
    assert coding is not None  # noqa: S101 - the caller has looked
    counts = _counts(sample, coding, domains)
    y, known, aside = (np.append(0.0, of_code) for of_code in (coding.y, coding.known, coding.set_aside))
    rows_by_code, weight_by_code = counts.rows[1:], counts.unit.sum(axis=0)[1:]
    total_y, total_w = weight_by_code @ y, weight_by_code @ known
    answered = rows_by_code @ known
    y_unit, x_unit, base = _times(counts.unit, y, known, 1 - aside)
    answered_psus = kept = psus_of_units(sample, x_unit > 0)
    if counts.unit_rows is not None and counts.unit_live is not None:
        (with_rows,) = _times(counts.unit_rows, known)
        with_live, base = _times(counts.unit_live, known, 1 - aside)
        answered_psus, kept = psus_of_units(sample, with_live > 0), psus_of_units(sample, with_rows > 0)
    sums = DomainSums(
        y=total_y,
        x=total_w,
        weight=total_w,
        yy=weight_by_code @ y**2,
        xy=total_y,
        xx=total_w,
        rows=rows_by_code.sum(axis=1),
        answered=answered,
        live=answered if counts.unit_live is None else counts.unit_live.sum(axis=0)[1:] @ known,
        set_aside=rows_by_code @ aside,
        aside=weight_by_code @ aside,
        is_total=np.full(domains.count, measure.is_total),
    )
    y_fit, x_fit = (None, None) if counts.fit is None else _times(counts.fit, y, known)
    base_psus = psus_of_units(sample, base > 0)
    return Tables(sums, y_unit, x_unit, y_fit, x_fit, answered_psus, base_psus, kept)


def _times(counts: Floats, *by_code: Floats) -> Iterator[Floats]:
    """Counts (a, domains + 1, codes) weighed by values for each code, in one product, each of shape (a, domains)."""
    product = np.stack(by_code) @ counts.reshape(-1, counts.shape[2]).T
    for values in product:
        yield values.reshape(counts.shape[:2])[:, 1:]


def _from_rows(sample: Sample, measure: Measure, domains: DomainSet) -> Tables:
    inside = domains.of_row >= 0
    base = inside & measure.answered
    place, w = domains.of_row[base].astype(np.int64), sample.weight[base]
    y, x = measure.y[base], measure.x[base]
    wy, wx = w * y, w * x
    out = inside & measure.set_aside

    def by_domain(values: Floats | None, rows: Codes = place) -> Floats:
        return np.bincount(rows, weights=values, minlength=domains.count).astype(np.float64)

    def table(of_row: Codes, height: int, values: Floats) -> Floats:
        key = paired(of_row[base], place, domains.count)
        cells = np.bincount(key, weights=values, minlength=height * domains.count)
        return np.asarray(cells.reshape(height, -1), dtype=np.float64)

    def looked_at(plain: Floats, weighted: Floats) -> Floats | None:
        classes, fit = sample.weighting.classes, sample.weighting.fit
        return fit.looked_at(
            None if fit.plain is None else table(classes.of_row, classes.count, plain),
            None if fit.weighted is None else table(classes.of_row, classes.count, weighted),
        )

    def psus(rows: Bools) -> Bools:
        key = paired(sample.design.psu_of_row[rows], domains.of_row[rows], domains.count)
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
        is_total=np.full(domains.count, measure.is_total),
    )
    changes = sample.weighting.changes_influence
    return Tables(
        sums=sums,
        y_unit=table(sample.unit_of_row, sample.units, wy),
        x_unit=table(sample.unit_of_row, sample.units, wx),
        y_fit=looked_at(y, wy) if changes else None,
        x_fit=looked_at(x, wx) if changes else None,
        answered_psus=psus(base & sample.live),
        base_psus=psus(inside & sample.live & ~measure.set_aside),
        kept_psus=psus(base),
    )
