"""Tables of ratios and of items with many values, summed row by row. Step 6."""

from __future__ import annotations

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.measure import Measure
from analysis.estimates.sample import Sample
from analysis.estimates.tables import DomainSums, Tables
from analysis.frame import Bools, Codes, Floats, paired


def from_rows(sample: Sample, measure: Measure, domains: DomainSet) -> Tables:
    """The tables of any measure; the same as from codes, where an item has few."""
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
