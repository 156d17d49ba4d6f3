"""Tables of items with few codes: rows are counted on (unit, domain, code); measures of one item share them. Step 6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.measure import Coding, Measure
from analysis.estimates.sample import Sample
from analysis.estimates.tables import DomainSums, Tables, psus_of_units
from analysis.frame import Codes, Floats


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
    if not weighting.changes_influence or cells_of(classes.count, domains, coding) <= sample.entries:
        plain = _table(sample, coding, domains, classes.of_row, classes.count, None)
        if not weighting.changes_influence:
            return plain.sum(axis=0), None
        weighted = None
        if weighting.fit.weighted is not None:
            weighted = _table(sample, coding, domains, classes.of_row, classes.count, sample.weight)
        return plain.sum(axis=0), weighting.fit.looked_at(plain, weighted)
    of_row = sample.shared(domains, domains, "everyone", lambda: np.zeros(sample.design.n, dtype=np.int8))
    place = np.add(sample.crossed(domains, of_row, coding.levels), coding.codes, out=sample.place)
    cells = cells_of(1, domains, coding)
    rows = np.bincount(place, minlength=cells).astype(np.float64)
    looks = sample.looks
    key = np.repeat(place, np.diff(looks.indptr))
    key += sample.shared(looks, looks, f"cells of {cells}", lambda: looks.indices.astype(np.int64) * cells)
    fit = np.bincount(key, weights=looks.data, minlength=cells * looks.shape[1]).astype(np.float64, copy=False)
    shape = domains.count + 1, coding.levels + 1
    return rows.reshape(shape), fit.reshape(-1, *shape)


def from_codes(sample: Sample, measure: Measure, domains: DomainSet) -> Tables:
    """The tables of a measure that has a coding."""
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


def cells_of(height: int, domains: DomainSet, coding: Coding) -> int:
    """Cells of a table of codes with `height` rows, units or classes."""
    return height * (domains.count + 1) * (coding.levels + 1)
