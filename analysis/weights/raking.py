"""Multiplicative calibration (R's calibrate(calfun = "raking")): g = exp(u), clipped to bounds if given. Step 5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.frame import Floats


@dataclass(frozen=True)
class Raking:
    """Multiplicative distance (Deville and Särndal 1992, case 2)."""

    lower: float = 0.0
    upper: float = np.inf

    def ratio(self, u: Floats) -> Floats:
        return np.clip(np.exp(np.minimum(u, 700.0)), self.lower, self.upper)

    def slope(self, u: Floats) -> Floats:
        g = np.exp(np.minimum(u, 700.0))
        return np.where((g > self.lower) & (g < self.upper), g, 0.0)

    def integral(self, u: Floats) -> Floats:
        low = np.log(self.lower) if self.lower > 0 else -np.inf
        high = np.log(self.upper) if np.isfinite(self.upper) else np.inf
        inner = np.clip(u, low, high)
        outside = np.where(u == inner, 0.0, u - inner)
        return np.asarray(np.exp(np.minimum(inner, 700.0)) * (1 + outside))
