"""Rows that every weighting step treats alike are collapsed into classes once. Step 5.

Rows of one class have the same margin levels and numeric controls, and the same base weight where weights
are trimmed, so a step multiplies all of them by one factor: the steps work on class totals, not on rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analysis.frame import Floats, Ints, cross


@dataclass(frozen=True)
class Classes:
    """`of_row` (n,) numbers the classes; `rows` and `base` (classes,) are counts and sums of base weights."""

    of_row: Ints
    rows: Floats
    base: Floats

    @property
    def count(self) -> int:
        return int(self.rows.shape[0])

    @cached_property
    def first_row(self) -> Ints:
        """A row of each class, shape (classes,): what is constant in a class is read there."""
        first = np.zeros(self.count, dtype=np.int64)
        first[self.of_row[::-1]] = np.arange(self.of_row.shape[0])[::-1]
        return first


def collapse(codes: Sequence[Ints], numbers: Sequence[Floats], weight: Floats) -> Classes:
    """Classes of rows with equal `codes` (>= 0) and equal `numbers`, each of shape (n,)."""
    parts, sizes = list(codes), [int(code.max()) + 1 for code in codes]
    for values in numbers:
        distinct, code = np.unique(values, return_inverse=True)
        parts.append(code.astype(np.int64))
        sizes.append(distinct.shape[0])
    of_row = cross(parts, sizes)[0] if parts else np.zeros(weight.shape[0], dtype=np.int64)
    rows = np.bincount(of_row).astype(np.float64)
    return Classes(of_row, rows, np.bincount(of_row, weights=weight).astype(np.float64))


def each_row(weight: Floats) -> Classes:
    """Every row a class of its own: the row-level form of the same arithmetic."""
    return Classes(np.arange(weight.shape[0]), np.ones(weight.shape[0]), weight.copy())


@dataclass(frozen=True)
class Grouping:
    """Sums of class values over the levels of a margin; `level` (classes,) in 0..levels-1."""

    level: Ints
    levels: int

    @cached_property
    def _members(self) -> Any:
        """1 where a class has a level, a sparse matrix (levels, classes)."""
        from scipy.sparse import coo_array

        classes = self.level.shape[0]
        return coo_array((np.ones(classes), (self.level, np.arange(classes))), shape=(self.levels, classes)).tocsr()

    def sums(self, values: Floats) -> Floats:
        """Shape (classes,) to (levels,), or (classes, k) to (levels, k)."""
        if values.ndim == 1:
            return np.bincount(self.level, weights=values, minlength=self.levels).astype(np.float64)
        if values.shape[1] == 1:
            return self.sums(values[:, 0])[:, None]
        return np.asarray(self._members @ values)
