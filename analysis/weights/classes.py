"""Rows that every weighting step treats alike are collapsed into classes once. Step 5.

Rows of one class have the same values in the columns that controls are about, and the same base weight where weights
are trimmed, so a step multiplies all of them by one factor: the steps work on class totals, not on rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analysis.frame import Codes, Column, Floats, Ints, combinations, smallest_type


@dataclass(frozen=True)
class Classes:
    """`of_row` (n,) numbers the classes; `rows` and `base` (classes,) are counts and sums of base weights.

    `columns` and `numbers` hold what the controls are about, `splits` by what else rows differ, one entry per class.
    """

    of_row: Codes
    rows: Floats
    base: Floats
    columns: Mapping[str, Column]
    numbers: Mapping[str, Floats]
    splits: tuple[Ints, ...] = ()

    @property
    def count(self) -> int:
        return int(self.rows.shape[0])


def collapse(
    columns: Mapping[str, Column], numbers: Mapping[str, Floats], weight: Floats, splits: Sequence[Codes] = ()
) -> Classes:
    """Classes of rows with equal columns, `numbers` and `splits`, each of shape (n,)."""
    distinct = {name: np.unique(values, return_inverse=True) for name, values in numbers.items()}
    codes: list[Codes] = [column.codes for column in columns.values()]
    codes += [*(code for _, code in distinct.values()), *splits]
    sizes = [len(column.labels) for column in columns.values()]
    sizes += [*(values.shape[0] for values, _ in distinct.values()), *(int(code.max()) + 1 for code in splits)]
    if not codes:
        of_row, parts = np.zeros(weight.shape[0], dtype=np.int8), np.zeros((1, 0), dtype=np.int64)
    else:
        of_row, parts = combinations(codes, sizes)
    held = {name: Column(part, column.labels) for (name, column), part in zip(columns.items(), parts.T, strict=False)}
    known = parts.T[len(columns) :]
    values = {name: each[part] for (name, (each, _)), part in zip(distinct.items(), known, strict=False)}
    rows, base = np.bincount(of_row), np.bincount(of_row, weights=weight)
    parted = tuple(parts.T[len(columns) + len(numbers) :])
    return Classes(of_row, rows.astype(np.float64), base.astype(np.float64), held, values, parted)


def each_row(
    columns: Mapping[str, Column], numbers: Mapping[str, Floats], weight: Floats, splits: Sequence[Ints] = ()
) -> Classes:
    """Every row a class of its own: the row-level form of the same arithmetic."""
    n = weight.shape[0]
    of_row = np.arange(n, dtype=smallest_type(n))
    return Classes(of_row, np.ones(n), weight.copy(), columns, numbers, tuple(splits))


@dataclass(frozen=True)
class Grouping:
    """Sums of class values over the levels of a margin; `level` (classes,) in 0..levels-1."""

    level: Ints
    levels: int

    @cached_property
    def members(self) -> Any:
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
        return np.asarray(self.members @ values)
