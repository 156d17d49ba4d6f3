"""Linear calibration, the generalised regression estimator: g = 1 + u, clipped to bounds if given. Step 5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.frame import Floats


@dataclass(frozen=True)
class Linear:
    """Chi-square distance (Deville and Särndal 1992, case 1; with bounds, case 7)."""

    lower: float = -np.inf
    upper: float = np.inf

    def ratio(self, u: Floats) -> Floats:
        return np.clip(1 + u, self.lower, self.upper)

    def slope(self, u: Floats) -> Floats:
        return ((1 + u > self.lower) & (1 + u < self.upper)).astype(np.float64)

    def integral(self, u: Floats) -> Floats:
        inner = np.clip(u, self.lower - 1, self.upper - 1)
        outer = np.where(u > inner, self.upper, self.lower)
        tail = np.where(u == inner, 0.0, np.where(np.isfinite(outer), outer, 0.0) * (u - inner))
        return inner + inner**2 / 2 + tail
