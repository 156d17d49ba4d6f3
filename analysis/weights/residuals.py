"""What calibration takes away from the variance: the residual of each step (Deville and Särndal 1992). Step 5.

The influence of row i in class c is w_i (z_i - b_c). A step looks at z - b in the scale of its own weights
(ratio = final weight / weight after the step), takes away a fitted value, and adds that to b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.frame import Floats
from analysis.weights.classes import Grouping

RAKE_SWEEPS = 10


@dataclass(frozen=True)
class ClassInfluence:
    """Sums over the rows of each class: of w z and of z, shape (classes, q), of w and of rows, shape (classes,)."""

    weighted: Floats
    plain: Floats | None
    weight: Floats
    rows: Floats


class Residual(Protocol):
    """A step's fitted part. `share` is weight before the step / final weight, `ratio` as above; shape (classes,)."""

    @property
    def needs_plain(self) -> bool:
        """Whether unweighted sums are needed beside the weighted ones."""
        ...

    def fitted(self, sums: ClassInfluence, b: Floats, share: Floats, ratio: Floats) -> Floats:
        """The fitted value of every class in the scale of the step's weights, shape (classes, q)."""
        ...


@dataclass(frozen=True)
class CellMeans:
    """Post-stratification: means of the cells, weighted by the weights before the step (Valliant 1993)."""

    cells: Grouping
    needs_plain: bool = False

    def fitted(self, sums: ClassInfluence, b: Floats, share: Floats, ratio: Floats) -> Floats:
        before = (share * ratio)[:, None] * (sums.weighted - sums.weight[:, None] * b)
        total = self.cells.sums(share * sums.weight)
        return (self.cells.sums(before) / np.where(total > 0, total, 1.0)[:, None])[self.cells.level]


@dataclass(frozen=True)
class Regression:
    """Calibration on x (classes, k): regression weighted by the weights before the step (Särndal et al. 1992, §6.6).

    A rank-deficient x is allowed: the pseudo-inverse gives the same fitted values.
    """

    x: Floats
    needs_plain: bool = False

    def fitted(self, sums: ClassInfluence, b: Floats, share: Floats, ratio: Floats) -> Floats:
        before = (share * ratio)[:, None] * (sums.weighted - sums.weight[:, None] * b)
        normal = self.x.T @ (self.x * (share * sums.weight)[:, None])
        scale = np.sqrt(np.where(np.diag(normal) > 0, np.diag(normal), 1.0))
        inverse = np.linalg.pinv(normal / np.outer(scale, scale), rcond=1e-12, hermitian=True)
        beta = (inverse @ ((self.x.T @ before) / scale[:, None])) / scale[:, None]
        fitted: Floats = self.x @ beta
        return fitted


@dataclass(frozen=True)
class UnweightedSweeps:
    """Raking as R's `rake`: ten sweeps over the margins, each taking away the unweighted mean of every level."""

    margins: tuple[Grouping, ...]
    needs_plain: bool = True

    def fitted(self, sums: ClassInfluence, b: Floats, share: Floats, ratio: Floats) -> Floats:
        if sums.plain is None:
            raise ValueError("unweighted class sums are needed for the residual of a raking step")
        start = ratio[:, None] * (sums.plain - sums.rows[:, None] * b)
        taken = np.zeros_like(b)
        rows = [np.maximum(margin.sums(sums.rows), 1.0)[:, None] for margin in self.margins]
        for _ in range(RAKE_SWEEPS):
            for margin, count in zip(self.margins, rows, strict=True):
                taken += (margin.sums(start - sums.rows[:, None] * taken) / count)[margin.level]
        return taken
