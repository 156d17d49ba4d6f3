"""What calibration takes away from the variance: the residual of each step (Deville and Särndal 1992). Step 5.

The influence of row i in class c is w_i (z_i - b_c). A step looks at z - b in the scale of its own weights
(ratio = final weight / weight after the step) and takes away x beta: b grows by x beta / ratio. The x of a step
are its controls or the levels of its margins. Every step is linear in sums of z over the rows that a control is
about, so all steps together are one matrix (`Fit`), whatever the estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from analysis.frame import Floats
from analysis.weights.classes import Grouping

RAKE_SWEEPS = 10


class Residual(Protocol):
    """A step's fitted part x beta."""

    @property
    def needs_plain(self) -> bool:
        """Whether beta depends on sums over rows; otherwise on sums weighted by the weights before the step."""
        ...

    @property
    def x(self) -> Any:
        """What is fitted on, a matrix (classes, k), dense or sparse."""
        ...

    def solution(self, before: Floats) -> Floats:
        """The matrix (k, k) that makes beta of x' times those sums; `before` (classes,): weights before the step."""
        ...


def levels(margins: Sequence[Grouping]) -> Any:
    """0/1 columns for all levels of all margins, a sparse matrix (classes, levels)."""
    from scipy.sparse import csr_array

    classes = margins[0].level.shape[0]
    starts = np.cumsum([0, *(margin.levels for margin in margins)])
    places = np.stack([margin.level + start for margin, start in zip(margins, starts, strict=False)], axis=1)
    ends = np.arange(classes + 1) * len(margins)
    return csr_array((np.ones(places.size), places.ravel(), ends), shape=(classes, int(starts[-1])))


def scaled(x: Any, by_row: Floats) -> Any:
    """A sparse matrix with its rows multiplied by `by_row`."""
    from scipy.sparse import csr_array

    return csr_array((x.data * np.repeat(by_row, np.diff(x.indptr)), x.indices, x.indptr), shape=x.shape)


@dataclass(frozen=True)
class CellMeans:
    """Post-stratification: means of the cells, weighted by the weights before the step (Valliant 1993)."""

    cells: Grouping
    needs_plain: bool = False

    @cached_property
    def x(self) -> Any:
        return levels([self.cells])

    def solution(self, before: Floats) -> Floats:
        total = self.cells.sums(before)
        return np.diag(1 / np.where(total > 0, total, 1.0))


@dataclass(frozen=True)
class Regression:
    """Calibration on x (classes, k): regression weighted by the weights before the step (Särndal et al. 1992, §6.6).

    A rank-deficient x is allowed: the pseudo-inverse gives the same fitted values.
    """

    x: Floats
    needs_plain: bool = False

    def solution(self, before: Floats) -> Floats:
        normal = self.x.T @ (self.x * before[:, None])
        scale = np.sqrt(np.where(np.diag(normal) > 0, np.diag(normal), 1.0))
        inverse = np.linalg.pinv(normal / np.outer(scale, scale), rcond=1e-12, hermitian=True)
        return np.asarray(inverse / np.outer(scale, scale))


@dataclass(frozen=True)
class UnweightedSweeps:
    """Raking as R's `rake`: ten sweeps over the margins, each taking away the unweighted mean of every level."""

    margins: tuple[Grouping, ...]
    rows: Floats
    needs_plain: bool = True

    @cached_property
    def x(self) -> Any:
        return levels(self.margins)

    def solution(self, before: Floats) -> Floats:
        """A sweep only moves the means of the levels, so it needs no more than the rows by level and level."""
        counts = np.asarray((self.x.T @ scaled(self.x, self.rows)).toarray())
        held = np.maximum(np.diag(counts), 1.0)[:, None]
        beta, start = np.zeros_like(counts), np.eye(counts.shape[0])
        ends = np.cumsum([margin.levels for margin in self.margins])
        for _ in range(RAKE_SWEEPS):
            for margin, end in zip(self.margins, ends, strict=True):
                block = slice(end - margin.levels, end)
                beta[block] += (start[block] - counts[block] @ beta) / held[block]
        return beta


@dataclass(frozen=True)
class FittedStep:
    """A step that has a residual. `share` is weight before the step / final weight, `ratio` as above; (classes,)."""

    residual: Residual
    share: Floats
    ratio: Floats

    @property
    def scale(self) -> Floats:
        """What sums over the rows of a class, plain or with final weights, are multiplied by for this step."""
        return self.ratio if self.residual.needs_plain else self.share * self.ratio


@dataclass(frozen=True)
class Fit:
    """What all steps take from an influence: b = on @ solution @ s, with s = plain @ sums z + weighted @ sums w z.

    `on` (classes, k); `plain`, `weighted` (k, classes), None where nothing needs such sums; `solution` (k, k). Sums
    by the levels of `also` follow after the k: g more rows of plain and weighted.
    """

    on: Any
    plain: Any | None
    weighted: Any | None
    solution: Floats

    def looked_at(self, plain: Floats | None, weighted: Floats | None) -> Floats:
        """s of class sums (classes, …), plain and weighted, each where a step needs it; shape (k, …)."""
        found = []
        for look, sums in ((self.plain, plain), (self.weighted, weighted)):
            if look is not None and sums is not None:
                seen = np.asarray(look @ sums.reshape(sums.shape[0], -1))
                found.append(seen.reshape(-1, *sums.shape[1:]))
        return found[0] if len(found) == 1 else found[0] + found[1]


def fit_of(steps: Sequence[FittedStep], weight: Floats, rows: Floats, also: Grouping | None = None) -> Fit:
    """The steps as one; `weight` and `rows` (classes,) are sums of final weights and counts."""
    from scipy.sparse import csr_array, hstack, vstack

    xs = [csr_array(step.residual.x) for step in steps]
    ons = [scaled(x, 1 / step.ratio) for x, step in zip(xs, steps, strict=True)]
    looks = [scaled(x, step.scale).T for x, step in zip(xs, steps, strict=True)]
    sizes = [x.shape[1] for x in xs]
    ends = np.cumsum([0, *sizes])
    blocks = [slice(start, stop) for start, stop in pairwise(ends.tolist())]
    solution = np.zeros((ends[-1], ends[-1]))
    for k, (step, block) in enumerate(zip(steps, blocks, strict=True)):
        left = np.eye(ends[-1])[block]
        for on, before in zip(ons[:k], blocks, strict=False):
            taken = looks[k] @ scaled(on, rows if step.residual.needs_plain else weight)
            left -= taken @ solution[before]
        solution[block] = step.residual.solution(step.share * weight) @ left

    looks += [] if also is None else [also.members]
    unweighted = [step.residual.needs_plain for step in steps] + ([] if also is None else [False])

    def stacked(plain: bool) -> Any | None:
        if plain not in unweighted:
            return None
        return _together(
            vstack, [look if kind == plain else look * 0.0 for look, kind in zip(looks, unweighted, strict=True)]
        )

    on = _together(hstack, ons) if ons else csr_array((rows.shape[0], 0))
    return Fit(on, stacked(True), stacked(False), solution)


def _together(stack: Callable[[Sequence[Any]], Any], parts: Sequence[Any]) -> Any:
    return parts[0] if len(parts) == 1 else stack(parts).tocsr()
