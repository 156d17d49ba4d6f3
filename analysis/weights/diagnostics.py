"""What weighting did to the weights: range, Kish's design effect, effective sample size. Step 5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.frame import Floats


def kish_deff(weights: Floats, rows: Floats | None = None) -> float:
    """Variance inflation from unequal weights, shape (n,) (Kish 1965, §11.2). 1 for equal weights.

    `rows` counts how often each weight occurs; rows without weight do not count.

    >>> kish_deff(np.array([1.0, 1.0, 2.0]))
    1.125
    """
    if rows is None:
        total = float(weights.sum())
        return float(np.count_nonzero(weights) * (weights @ weights) / total**2) if total else float("nan")
    counts = np.where(weights != 0, rows, 0.0)
    total = float(counts @ weights)
    return float(counts.sum() * (counts @ weights**2) / total**2) if total else float("nan")


@dataclass(frozen=True)
class Spread:
    """How the weights of all rows with a weight spread, and what that costs (Kish 1965)."""

    sum: float
    min: float
    max: float
    kish_deff: float
    effective_n: float

    @classmethod
    def of(cls, weight: Floats) -> Spread:
        """The spread of weights (n,), at least one of them not 0."""
        live = weight if weight.all() else weight[weight != 0]
        deff = kish_deff(live)
        return cls(float(live.sum()), float(live.min()), float(live.max()), deff, float(live.shape[0] / deff))


@dataclass(frozen=True)
class StepDiagnostics:
    """One step: its method, how it ended, and the weights after it. `residual` names the form of its variance.

    `deff_factor`: by how much the step changed Kish's design effect; `thin_levels`: levels on fewer than 20 rows.
    """

    method: str
    residual: str
    iterations: int
    converged: bool
    history: tuple[float, ...]
    largest_misfit: float
    smallest_ratio: float
    largest_ratio: float
    rows_trimmed: int
    sum: float
    min: float
    max: float
    kish_deff: float
    effective_n: float
    deff_factor: float
    thin_levels: tuple[str, ...]
