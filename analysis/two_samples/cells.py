"""Combinations of the matching variables, on which the participation model works. Step 6."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.two_samples.participation import Vector


@dataclass(frozen=True)
class Cells:
    """Combinations of the matching variables: x (C, p), and the cell of every row, -1 for one that did not tell."""

    x: Vector
    drawn: NDArray[np.int64]
    volunteers: NDArray[np.int64]

    @classmethod
    def of(cls, drawn: Vector, volunteers: Vector) -> "Cells":
        known = np.isfinite(drawn).all(axis=1)
        x, place = np.unique(np.vstack([drawn[known], volunteers]), axis=0, return_inverse=True)
        of_drawn = np.full(len(drawn), -1)
        of_drawn[known] = place[: known.sum()]
        return cls(x, of_drawn, place[known.sum() :])


def by_cell(values: Vector, cell: NDArray[np.int64], cells: Cells) -> Vector:
    """Sums (C, R) of values (n, R) in the cells of their rows."""
    count, replicates = len(cells.x) + 1, values.shape[1]
    key = (cell[:, None] + 1) * replicates + np.arange(replicates)
    sums = np.bincount(key.ravel(), weights=values.ravel(), minlength=count * replicates)
    return np.asarray(sums.reshape(count, replicates)[1:])
