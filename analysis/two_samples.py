"""A drawn sample and a self-selected (QR) one side by side: pseudo-weights, disagreement, a named blend (step 6).

Source: Chen, Li & Wu 2020, JASA 115:2011 (pseudo-weights); Elliott & Haviland 2007, Survey Methodology 33:211 (blend).
The self-selected sample gets no sampling error of its own as if it were drawn, and neither it nor the blend decides a
target: the probability sample does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from analysis.mass_imputation import model_estimates
from analysis.multiplicity import adjusted_p_values
from analysis.participation import participation

Vector = NDArray[np.float64]
Rake = Callable[[Vector], Vector]
"""Takes base weights of one sample, shape (n, R), a column for each replicate, and returns them calibrated.

Weights of 0 must stay 0.
"""
MOST_NUMBERS = 2_000_000  # rows times replicates that are worked on at once

ASSUMPTIONS = (
    "Given the matching variables, scanning the code has nothing to do with the answer.",
    "Every resident had some chance to scan it.",
    "People in both samples are so few that they do not matter.",
    "The bias that is left is as large as the observed difference; the blend gives the volunteers less weight for it.",
)

_NO_SOLUTION = (
    "participation model: no solution; some group of volunteers has nobody like it in the drawn sample, "
    "or outnumbers that group's population: merge groups of the matching variables"
)


class TwoSamplesError(ValueError):
    """Samples that do not fit together, or for which the participation model has no solution."""


@dataclass(frozen=True)
class DrawnSample:
    """The probability sample: x (m, p) matching variables with a column of ones, y (m, q) 0/1 or NaN for no answer.

    NaN in x: somebody who did not tell; the rates of the drawn sample count them, the models do without.
    """

    x: Vector
    y: Vector
    weights: Vector
    strata: NDArray[np.generic]
    psu: NDArray[np.generic]


@dataclass(frozen=True)
class VolunteerSample:
    """The self-selected sample: the same matching variables x (n, p) and items y (n, q), and no weights."""

    x: Vector
    y: Vector


@dataclass(frozen=True)
class Comparison:
    """One indicator in both samples. Rates are shares, `se_*` come from the bootstrap of both samples.

    `difference` = volunteers (pseudo-weighted) - drawn is the estimate of the bias that pseudo-weights leave;
    `p_value` tests 0, `p_holm` is adjusted over the indicators. `blend` = share_drawn · drawn + rest · volunteers has
    the root mean squared error `rmse_blend`, which counts the difference as bias. `mass_imputed` and `doubly_robust`
    (mass_imputation.py) use the same matching variables in a model of the answer.
    """

    indicator: str
    drawn: float
    se_drawn: float
    volunteers_unweighted: float
    volunteers: float
    se_volunteers: float
    difference: float
    se_difference: float
    p_value: float
    p_holm: float
    blend: float
    share_drawn: float
    rmse_blend: float
    mass_imputed: float
    se_mass_imputed: float
    doubly_robust: float
    se_doubly_robust: float
    assumptions: tuple[str, ...] = ASSUMPTIONS


def pseudo_weights(
    x_volunteers: ArrayLike, x_drawn: ArrayLike, weights_drawn: ArrayLike, *, multiplicity: ArrayLike | None = None
) -> Vector:
    """Weights 1/pi, shape (n,), of volunteers under a logistic model of taking part.

    theta solves sum_volunteers x_i = sum_drawn d_j pi(x_j, theta) x_j, pi = expit(x'theta) (participation.py).
    `multiplicity`, shape (n,), counts how often a volunteer stands in a bootstrap sample. Raises TwoSamplesError when a
    group of volunteers has nobody like it in the drawn sample, or outnumbers its population.

    >>> pseudo_weights([[1.0]] * 4, [[1.0]] * 2, [100.0, 60.0]).round(9).tolist()
    [40.0, 40.0, 40.0, 40.0]
    """
    x, reference = np.asarray(x_volunteers, dtype=np.float64), np.asarray(x_drawn, dtype=np.float64)
    d = np.asarray(weights_drawn, dtype=np.float64)
    times = np.ones(len(x)) if multiplicity is None else np.asarray(multiplicity, dtype=np.float64)
    cells = _Cells.of(reference, x)
    numbers, people = _by_cell(times[:, None], cells.volunteers, cells), _by_cell(d[:, None], cells.drawn, cells)
    theta, solved = participation(cells.x, numbers, people)
    if not solved[0]:
        raise TwoSamplesError(_NO_SOLUTION)
    return np.asarray(1 + np.exp(-(x @ theta[:, 0])))


@dataclass(frozen=True)
class _Cells:
    """Combinations of the matching variables: x (C, p), and the cell of every row, -1 for one that did not tell."""

    x: Vector
    drawn: NDArray[np.int64]
    volunteers: NDArray[np.int64]

    @classmethod
    def of(cls, drawn: Vector, volunteers: Vector) -> "_Cells":
        known = np.isfinite(drawn).all(axis=1)
        x, place = np.unique(np.vstack([drawn[known], volunteers]), axis=0, return_inverse=True)
        of_drawn = np.full(len(drawn), -1)
        of_drawn[known] = place[: known.sum()]
        return cls(x, of_drawn, place[known.sum() :])


def _by_cell(values: Vector, cell: NDArray[np.int64], cells: _Cells) -> Vector:
    """Sums (C, R) of values (n, R) in the cells of their rows."""
    count, replicates = len(cells.x) + 1, values.shape[1]
    key = (cell[:, None] + 1) * replicates + np.arange(replicates)
    sums = np.bincount(key.ravel(), weights=values.ravel(), minlength=count * replicates)
    return np.asarray(sums.reshape(count, replicates)[1:])


def compare_samples(
    drawn: DrawnSample,
    volunteers: VolunteerSample,
    indicators: Sequence[str],
    *,
    rake_drawn: Rake,
    rake_volunteers: Rake,
    replicates: int = 200,
    seed: int = 1,
) -> tuple[Comparison, ...]:
    """Each indicator in both samples, how far they disagree, and the blend, with bootstrap standard errors.

    One replicate: n_h - 1 PSUs of every stratum of the drawn sample with replacement, multipliers r n_h/(n_h - 1)
    (Rao & Wu 1988); as many volunteers as there are with replacement, as multiplicities in numerator and denominator;
    both raked again, the participation model fitted again. Replicates without a solution are left out; more than one in
    twenty is an error. Volunteers are taken as independent of each other: clusters of friends make the true error
    larger. The blend's share of the drawn sample minimises l² V_d + (1-l)² (V_v + b²) + 2 l (1-l) C with b the observed
    difference (Elliott & Haviland 2007). Raises TwoSamplesError.
    """
    _check(drawn, volunteers, indicators)
    pair = _Pair(drawn, volunteers, _Cells.of(drawn.x, volunteers.x), rake_drawn, rake_volunteers)
    found, solved = pair.estimate(drawn.weights[:, None], np.ones((len(volunteers.x), 1)))
    if not solved[0]:
        raise TwoSamplesError(_NO_SOLUTION)
    spread = pair.bootstrap(replicates, np.random.default_rng(seed))
    failed = replicates - spread.shape[2]
    if failed > 0.05 * replicates:
        raise TwoSamplesError(f"bootstrap: the model failed in {failed} of {replicates} replicates")
    unweighted = np.nanmean(volunteers.y, axis=0)
    compared = [
        _comparison(name, found[:, k, 0], float(unweighted[k]), np.cov(spread[:, k]))
        for k, name in enumerate(indicators)
    ]
    adjusted = adjusted_p_values([c.p_value for c in compared])
    return tuple(replace(c, p_holm=float(p)) for c, p in zip(compared, adjusted, strict=True))


def _check(drawn: DrawnSample, volunteers: VolunteerSample, indicators: Sequence[str]) -> None:
    if not len(volunteers.x):
        raise TwoSamplesError("no volunteer can be matched")
    if not indicators:
        raise TwoSamplesError("no indicator was answered in both samples")
    shapes = (drawn.x.shape[1], drawn.y.shape[1]), (volunteers.x.shape[1], volunteers.y.shape[1])
    if shapes[0] != shapes[1] or shapes[0][1] != len(indicators):
        raise TwoSamplesError(
            f"expected the same matching variables and {len(indicators)} items in both, found {shapes[0]}, {shapes[1]}"
        )
    if not np.isfinite(volunteers.x).all():
        raise TwoSamplesError("volunteers: expected matching variables without gaps")
    if not np.isfinite(drawn.x).all(axis=1).any():
        raise TwoSamplesError("drawn: expected somebody with every matching variable, found nobody")
    for name, y in (("drawn", drawn.y), ("volunteers", volunteers.y)):
        silent = np.flatnonzero(~np.isfinite(y).any(axis=0))
        if silent.size:
            raise TwoSamplesError(f"{name}: expected answers to {indicators[int(silent[0])]}, found none")
    pairs = np.unique(np.stack([drawn.strata.astype(str), drawn.psu.astype(str)]), axis=1)
    strata, psus = np.unique(pairs[0], return_counts=True)
    if (psus < 2).any():
        raise TwoSamplesError(f"stratum {strata[psus < 2][0]}: one PSU; merge it with another for the bootstrap")


@dataclass(frozen=True)
class _Pair:
    """Both samples with their cells, and what calibrates each."""

    drawn: DrawnSample
    volunteers: VolunteerSample
    cells: _Cells
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
        reference = _by_cell(final, cells.drawn, cells)
        theta, solved = participation(cells.x, _by_cell(times, cells.volunteers, cells), reference)
        pseudo = self.rake_volunteers((1 + np.exp(np.clip(-(cells.x @ theta), -500, 500)))[cells.volunteers] * times)
        with np.errstate(invalid="ignore", divide="ignore"):  # a replicate may hold nobody who answered an item
            items = [self._of_item(k, reference, final, times, pseudo) for k in range(self.drawn.y.shape[1])]
        rates = np.stack(items, axis=1)
        return rates, solved & np.isfinite(rates).all(axis=(0, 1))

    def _of_item(self, k: int, reference: Vector, final: Vector, times: Vector, pseudo: Vector) -> Vector:
        y = self.volunteers.y[:, k, None]
        answered, yes = np.isfinite(y).astype(np.float64), np.where(np.isfinite(y), y, 0.0)
        sums = (times * answered, times * yes, pseudo * answered, pseudo * yes)
        answers, positive, weighted, weighted_yes = (_by_cell(one, self.cells.volunteers, self.cells) for one in sums)
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


def _comparison(name: str, rates: Vector, unweighted: float, covariance: Vector) -> Comparison:
    drawn, volunteers = float(rates[0]), float(rates[1])
    v_d, v_v, c = float(covariance[0, 0]), float(covariance[1, 1]), float(covariance[0, 1])
    difference, v_difference = volunteers - drawn, v_d + v_v - 2 * c
    bias2 = difference**2
    spread = v_difference + bias2
    share = min(1.0, max(0.0, (v_v + bias2 - c) / spread)) if spread > 0 else 1.0
    mse = share**2 * v_d + (1 - share) ** 2 * (v_v + bias2) + 2 * share * (1 - share) * c
    z = abs(difference) / v_difference**0.5 if v_difference > 0 else (np.inf if difference else 0.0)
    return Comparison(
        indicator=name,
        drawn=drawn,
        se_drawn=v_d**0.5,
        volunteers_unweighted=unweighted,
        volunteers=volunteers,
        se_volunteers=v_v**0.5,
        difference=difference,
        se_difference=max(0.0, v_difference) ** 0.5,
        p_value=float(2 * ndtr(-z)),
        p_holm=1.0,
        blend=share * drawn + (1 - share) * volunteers,
        share_drawn=share,
        rmse_blend=max(0.0, mse) ** 0.5,
        mass_imputed=float(rates[2]),
        se_mass_imputed=float(covariance[2, 2]) ** 0.5,
        doubly_robust=float(rates[3]),
        se_doubly_robust=float(covariance[3, 3]) ** 0.5,
    )
