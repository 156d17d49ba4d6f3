"""Trimming: weights are cut to bounds and the excess is shared equally by the rows that were not cut. Step 5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.frame import Floats


@dataclass(frozen=True)
class Trimmed:
    """New weights (classes,), how many rows were cut, and whether all lie within the bounds."""

    weight: Floats
    rows_cut: int
    within: bool


def trim(weight: Floats, rows: Floats, lower: float, upper: float, strict: bool) -> Trimmed:
    """Trims the weight of one row of each class (classes,); `rows` counts them. The sum stays the same.

    Rows without weight are left alone. `strict` repeats until all hold and never gives excess to a row
    that was cut before; without it one pass is made, as in R's trimWeights.

    >>> trim(np.array([1.0, 2.0, 9.0]), np.ones(3), 0.0, 6.0, strict=True).weight
    array([2.5, 3.5, 6. ])
    """
    new = weight.copy()
    free = weight > 0
    cut = np.zeros(weight.shape[0], dtype=np.bool_)
    while True:
        outside = (free | cut) & ((new < lower) | (new > upper))
        if not outside.any():
            return Trimmed(new, int(rows[cut].sum()), True)
        clipped = np.clip(new, lower, upper)
        excess = float((rows * (new - clipped))[outside].sum())
        cut |= outside
        free &= ~outside
        new[outside] = clipped[outside]
        if not rows[free].sum():
            return Trimmed(new, int(rows[cut].sum()), abs(excess) <= 1e-9 * float(rows @ weight))
        new[free] += excess / rows[free].sum()
        if not strict:
            live = free | cut
            within = bool(((new >= lower) & (new <= upper))[live].all())
            return Trimmed(new, int(rows[cut].sum()), within)
