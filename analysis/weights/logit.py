"""Logit calibration: ratios stay strictly between two bounds. Step 5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.frame import Floats


@dataclass(frozen=True)
class Logit:
    """g = [L(U-1) + U(1-L) e^(Au)] / [U-1 + (1-L) e^(Au)] (Deville and Särndal 1992, case 6).

    A = (U-L) / ((1-L)(U-1)).
    """

    lower: float
    upper: float

    @property
    def _a(self) -> float:
        return (self.upper - self.lower) / ((1 - self.lower) * (self.upper - 1))

    def _upper_part(self, u: Floats) -> Floats:
        """The share (1-L) e^(Au) / (U-1 + (1-L) e^(Au)), computed without overflow."""
        shift = np.log((self.upper - 1) / (1 - self.lower))
        return np.asarray(1 / (1 + np.exp(np.clip(shift - self._a * u, -700, 700))))

    def ratio(self, u: Floats) -> Floats:
        return self.lower + (self.upper - self.lower) * self._upper_part(u)

    def slope(self, u: Floats) -> Floats:
        part = self._upper_part(u)
        return np.asarray((self.upper - self.lower) * self._a * part * (1 - part))

    def integral(self, u: Floats) -> Floats:
        shift = np.log((1 - self.lower) / (self.upper - 1))
        return np.asarray(self.lower * u + (self.upper - self.lower) / self._a * np.logaddexp(0.0, self._a * u + shift))
