"""What calibration takes away from the variance: the residual of each step (Deville and Särndal 1992). Step 5.

The influence of row i in class c is w_i (z_i - b_c). A step looks at z - b in the scale of its own weights
(ratio = final weight / weight after the step) and takes away x beta: b grows by x beta / ratio. The x of a step
are its controls or the levels of its margins, so that a residual is a few coefficients and not a value per class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from analysis.frame import Floats
from analysis.weights.classes import Grouping

RAKE_SWEEPS = 10


@dataclass(frozen=True)
class ClassInfluence:
    """Sums over the rows of each class: of w z and of z, shape (classes, q), of w and of rows, shape (classes,)."""

    weighted: Floats | None
    plain: Floats | None
    weight: Floats
    rows: Floats


class Residual(Protocol):
    """A step's fitted part. `share` is weight before the step / final weight, `ratio` as above; shape (classes,)."""

    @property
    def needs_plain(self) -> bool:
        """Whether unweighted sums are needed; otherwise the weighted ones are."""
        ...

    @property
    def x(self) -> Any:
        """What is fitted on, a matrix (classes, k), dense or sparse."""
        ...

    def coefficients(self, sums: ClassInfluence, b: Floats | None, share: Floats, ratio: Floats) -> Floats:
        """The beta of the fitted values x beta in the scale of the step's weights, shape (k, q); b None is 0."""
        ...


def levels(margins: Sequence[Grouping]) -> Any:
    """0/1 columns for all levels of all margins, a sparse matrix (classes, levels)."""
    from scipy.sparse import csr_array

    classes = margins[0].level.shape[0]
    starts = np.cumsum([0, *(margin.levels for margin in margins)])
    places = np.stack([margin.level + start for margin, start in zip(margins, starts, strict=False)], axis=1)
    ends = np.arange(classes + 1) * len(margins)
    return csr_array((np.ones(places.size), places.ravel(), ends), shape=(classes, int(starts[-1])))


def _before(sums: ClassInfluence, b: Floats | None, share: Floats, ratio: Floats) -> Floats:
    """Weighted influence of each class in the scale of the weights before the step."""
    if sums.weighted is None:
        raise ValueError("weighted class sums are needed for the residual of this step")
    weighted = sums.weighted if b is None else sums.weighted - sums.weight[:, None] * b
    return (share * ratio)[:, None] * weighted


@dataclass(frozen=True)
class CellMeans:
    """Post-stratification: means of the cells, weighted by the weights before the step (Valliant 1993)."""

    cells: Grouping
    needs_plain: bool = False

    @cached_property
    def x(self) -> Any:
        return levels([self.cells])

    def coefficients(self, sums: ClassInfluence, b: Floats | None, share: Floats, ratio: Floats) -> Floats:
        total = self.cells.sums(share * sums.weight)
        return self.cells.sums(_before(sums, b, share, ratio)) / np.where(total > 0, total, 1.0)[:, None]


@dataclass(frozen=True)
class Regression:
    """Calibration on x (classes, k): regression weighted by the weights before the step (Särndal et al. 1992, §6.6).

    A rank-deficient x is allowed: the pseudo-inverse gives the same fitted values.
    """

    x: Floats
    needs_plain: bool = False

    def coefficients(self, sums: ClassInfluence, b: Floats | None, share: Floats, ratio: Floats) -> Floats:
        normal = self.x.T @ (self.x * (share * sums.weight)[:, None])
        scale = np.sqrt(np.where(np.diag(normal) > 0, np.diag(normal), 1.0))
        inverse = np.linalg.pinv(normal / np.outer(scale, scale), rcond=1e-12, hermitian=True)
        before = _before(sums, b, share, ratio)
        return np.asarray((inverse @ ((self.x.T @ before) / scale[:, None])) / scale[:, None])


@dataclass(frozen=True)
class UnweightedSweeps:
    """Raking as R's `rake`: ten sweeps over the margins, each taking away the unweighted mean of every level."""

    margins: tuple[Grouping, ...]
    rows: Floats
    needs_plain: bool = True

    @cached_property
    def x(self) -> Any:
        return levels(self.margins)

    @cached_property
    def by_level(self) -> Any:
        """The transpose of x, with its rows in order."""
        return self.x.T.tocsr()

    @cached_property
    def sweeps(self) -> Floats:
        """What the ten sweeps make of sums of z by level: a matrix (k, k), because every sweep is linear in them.

        A sweep only moves the means of the levels, so it needs no more than the rows by level and level.
        """
        counts = np.asarray((self.by_level @ (self.x * self.rows[:, None])).toarray())
        held = np.maximum(np.diag(counts), 1.0)[:, None]
        beta, start = np.zeros_like(counts), np.eye(counts.shape[0])
        ends = np.cumsum([margin.levels for margin in self.margins])
        for _ in range(RAKE_SWEEPS):
            for margin, end in zip(self.margins, ends, strict=True):
                block = slice(end - margin.levels, end)
                beta[block] += (start[block] - counts[block] @ beta) / held[block]
        return beta

    def coefficients(self, sums: ClassInfluence, b: Floats | None, share: Floats, ratio: Floats) -> Floats:
        if sums.plain is None:
            raise ValueError("unweighted class sums are needed for the residual of a raking step")
        plain = sums.plain if b is None else sums.plain - self.rows[:, None] * b
        return np.asarray(self.sweeps @ (self.by_level @ (ratio[:, None] * plain)))
