"""Rates of both samples, and their bootstrap: the model fitted and both samples calibrated each time. Step 6."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.two_samples.cells import Cells, by_cell
from analysis.two_samples.mass_imputation import model_estimates
from analysis.two_samples.participation import Vector, participation
from analysis.two_samples.samples import DrawnSample, Rake, VolunteerSample

MOST_NUMBERS = 2_000_000  # rows times replicates that are worked on at once


@dataclass(frozen=True)
class SamplePair:
    """Both samples with their cells, and what calibrates each."""

    drawn: DrawnSample
    volunteers: VolunteerSample
    cells: Cells
    rake_drawn: Rake
    rake_volunteers: Rake
    psu: "_Psus" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "psu", _Psus.of(self.drawn))

    def estimate(self, weights: Vector, times: Vector) -> tuple[Vector, NDArray[np.bool_]]:
        """Rates (4, q, R) and whether the participation model has a solution (R,).

        In this order: drawn, volunteers pseudo-weighted, mass-imputed, doubly robust. weights (m, R) before
        calibration; times (n, R): how often each volunteer counts.
        """
        cells, final = self.cells, self.rake_drawn(weights)
        reference = by_cell(final, cells.drawn, cells)
        theta, solved = participation(cells.x, by_cell(times, cells.volunteers, cells), reference)
        pseudo = self.rake_volunteers((1 + np.exp(np.clip(-(cells.x @ theta), -500, 500)))[cells.volunteers] * times)
        with np.errstate(invalid="ignore", divide="ignore"):  # a replicate may hold nobody who answered an item
            items = [self._of_item(k, reference, final, times, pseudo) for k in range(self.drawn.y.shape[1])]
        rates = np.stack(items, axis=1)
        return rates, solved & np.isfinite(rates).all(axis=(0, 1))

    def _of_item(self, k: int, reference: Vector, final: Vector, times: Vector, pseudo: Vector) -> Vector:
        y = self.volunteers.y[:, k, None]
        answered, yes = np.isfinite(y).astype(np.float64), np.where(np.isfinite(y), y, 0.0)
        sums = (times * answered, times * yes, pseudo * answered, pseudo * yes)
        answers, positive, weighted, weighted_yes = (by_cell(one, self.cells.volunteers, self.cells) for one in sums)
        modelled = model_estimates(self.cells.x, reference, answers, positive, weighted, weighted_yes)
        direct = np.stack([_rates(self.drawn.y[:, k], final), weighted_yes.sum(axis=0) / weighted.sum(axis=0)])
        return np.concatenate([direct, modelled])

    def bootstrap(self, replicates: int, rng: np.random.Generator) -> Vector:
        """Rates (4, q, up to `replicates`) of the replicates that have a solution."""
        n = len(self.volunteers.x)
        together = max(1, MOST_NUMBERS // max(n, len(self.drawn.x)))
        found = []
        for start in range(0, replicates, together):
            size = min(together, replicates - start)
            weights = self.drawn.weights[:, None] * self.psu.multipliers(size, rng)
            chosen = rng.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
            times = np.bincount(chosen.ravel(), minlength=n * size).reshape(size, n).T.astype(np.float64)
            rates, solved = self.estimate(weights, times)
            found.append(rates[:, :, solved])
        return np.concatenate(found, axis=2)


@dataclass(frozen=True)
class _Psus:
    """The PSUs of the drawn sample: of every row (m,), and the number in each stratum, in the same order."""

    of_row: NDArray[np.int64]
    drawn: tuple[int, ...]

    @classmethod
    def of(cls, sample: DrawnSample) -> "_Psus":
        _, stratum = np.unique(sample.strata, return_inverse=True)
        _, psu = np.unique(sample.psu, return_inverse=True)
        units, of_row = np.unique(stratum * (psu.max() + 1) + psu, return_inverse=True)
        return cls(of_row, tuple(np.bincount(units // (psu.max() + 1)).tolist()))

    def multipliers(self, size: int, rng: np.random.Generator) -> Vector:
        """Rao & Wu's, shape (m, size): how often each PSU was drawn again, times n/(n - 1)."""
        parts = [rng.multinomial(n - 1, np.full(n, 1 / n), size) * (n / (n - 1)) for n in self.drawn]
        return np.asarray(np.concatenate(parts, axis=1).T[self.of_row])


def _rates(y: Vector, weights: Vector) -> Vector:
    """Shares (R,) of an item y (m,) with weights (m, R)."""
    answered = np.isfinite(y)
    return np.asarray((np.where(answered, y, 0.0) @ weights) / (answered.astype(np.float64) @ weights))
