"""A drawn sample and a self-selected (QR) one side by side: pseudo-weights, disagreement, a named blend (step 6).

Source: Chen, Li & Wu 2020, JASA 115:2011 (pseudo-weights); Elliott & Haviland 2007, Survey Methodology 33:211 (blend).
The self-selected sample gets no sampling error of its own as if it were drawn, and neither it nor the blend decides a
target: the probability sample does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from analysis.mass_imputation import model_estimates
from analysis.multiplicity import adjusted_p_values

Vector = NDArray[np.float64]
Rake = Callable[[Vector], Vector]
"""Takes base weights of one sample, shape (n,), and returns them calibrated; weights of 0 must stay 0."""

ASSUMPTIONS = (
    "Given the matching variables, scanning the code has nothing to do with the answer.",
    "Every resident had some chance to scan it.",
    "People in both samples are so few that they do not matter.",
    "The bias that is left is as large as the observed difference; the blend gives the volunteers less weight for it.",
)


class TwoSamplesError(ValueError):
    """Samples that do not fit together, or for which the participation model has no solution."""


@dataclass(frozen=True)
class DrawnSample:
    """The probability sample: x (m, p) matching variables with a column of ones, y (m, q) 0/1 or NaN for no answer."""

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

    theta solves sum_volunteers x_i = sum_drawn d_j pi(x_j, theta) x_j, pi = expit(x'theta) (Chen, Li & Wu 2020):
    the maximum of a concave pseudo-likelihood, found by Newton steps with halving. `multiplicity`, shape (n,), counts
    how often a volunteer stands in a bootstrap sample. Raises TwoSamplesError when a group of volunteers has nobody
    like it in the drawn sample, or outnumbers its population, because then no finite theta exists.

    >>> pseudo_weights([[1.0]] * 4, [[1.0]] * 2, [100.0, 60.0]).round(9).tolist()
    [40.0, 40.0, 40.0, 40.0]
    """
    x, reference = np.asarray(x_volunteers, dtype=np.float64), np.asarray(x_drawn, dtype=np.float64)
    d = np.asarray(weights_drawn, dtype=np.float64)
    times = np.ones(len(x)) if multiplicity is None else np.asarray(multiplicity, dtype=np.float64)
    theta = _participation(times @ x, reference, d)
    return np.asarray(1 + np.exp(-(x @ theta)))


def _participation(total: Vector, x: Vector, d: Vector) -> Vector:
    """theta with sum d expit(x'theta) x = total."""
    theta = np.zeros(x.shape[1])
    scale = 1 + np.abs(total)
    for _ in range(100):
        pi = special.expit(x @ theta)
        gradient = total - (d * pi) @ x
        if np.max(np.abs(gradient) / scale) < 1e-10:
            return theta
        hessian = (x * (d * pi * (1 - pi))[:, None]).T @ x
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        theta = _ascend(theta, np.asarray(step, dtype=np.float64), total, x, d)
        if np.max(np.abs(theta)) > 1e3:
            break
    raise TwoSamplesError(
        "participation model: no solution; some group of volunteers has nobody like it in the drawn sample, "
        "or outnumbers that group's population: merge groups of the matching variables"
    )


def _ascend(theta: Vector, step: Vector, total: Vector, x: Vector, d: Vector) -> Vector:
    def likelihood(at: Vector) -> float:
        return float(total @ at - d @ np.logaddexp(0.0, x @ at))

    now, size = likelihood(theta), 1.0
    floor = now - 1e-11 * (1 + abs(now))  # near the maximum a rise is smaller than rounding
    while size > 1e-8 and likelihood(theta + size * step) < floor:
        size /= 2
    return np.asarray(theta + size * step)


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
    both = _estimate(drawn, volunteers, rake_drawn(drawn.weights), np.ones(len(volunteers.x)), rake_volunteers)
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(replicates):
        d = drawn.weights * _rao_wu_multipliers(drawn, rng)
        times = rng.multinomial(len(volunteers.x), np.full(len(volunteers.x), 1 / len(volunteers.x))).astype(float)
        try:
            draws.append(_estimate(drawn, volunteers, rake_drawn(d), times, rake_volunteers))
        except TwoSamplesError:
            continue
    if len(draws) < 0.95 * replicates:
        raise TwoSamplesError(f"bootstrap: the model failed in {replicates - len(draws)} of {replicates} replicates")
    unweighted = np.nanmean(volunteers.y, axis=0)
    spread = np.stack(draws)
    found = [
        _comparison(name, both[:, k], float(unweighted[k]), np.cov(spread[:, :, k].T))
        for k, name in enumerate(indicators)
    ]
    adjusted = adjusted_p_values([c.p_value for c in found])
    return tuple(replace(c, p_holm=float(p)) for c, p in zip(found, adjusted, strict=True))


def _check(drawn: DrawnSample, volunteers: VolunteerSample, indicators: Sequence[str]) -> None:
    shapes = (drawn.x.shape[1], drawn.y.shape[1]), (volunteers.x.shape[1], volunteers.y.shape[1])
    if shapes[0] != shapes[1] or shapes[0][1] != len(indicators):
        raise TwoSamplesError(
            f"expected the same matching variables and {len(indicators)} items in both, found {shapes[0]}, {shapes[1]}"
        )
    for name, x in (("drawn", drawn.x), ("volunteers", volunteers.x)):
        if not np.isfinite(x).all():
            raise TwoSamplesError(f"{name}: expected matching variables without gaps")
    for name, y in (("drawn", drawn.y), ("volunteers", volunteers.y)):
        silent = np.flatnonzero(~np.isfinite(y).any(axis=0))
        if silent.size:
            raise TwoSamplesError(f"{name}: expected answers to {indicators[int(silent[0])]}, found none")
    pairs = np.unique(np.stack([drawn.strata.astype(str), drawn.psu.astype(str)]), axis=1)
    strata, psus = np.unique(pairs[0], return_counts=True)
    if (psus < 2).any():
        raise TwoSamplesError(f"stratum {strata[psus < 2][0]}: one PSU; merge it with another for the bootstrap")


def _rao_wu_multipliers(drawn: DrawnSample, rng: np.random.Generator) -> Vector:
    multipliers = np.empty(len(drawn.x))
    for stratum in np.unique(drawn.strata):
        rows = drawn.strata == stratum
        psus, position = np.unique(drawn.psu[rows], return_inverse=True)
        n = len(psus)
        multipliers[rows] = rng.multinomial(n - 1, np.full(n, 1 / n))[position] * n / (n - 1)
    return multipliers


def _estimate(drawn: DrawnSample, volunteers: VolunteerSample, final: Vector, times: Vector, rake: Rake) -> Vector:
    """Rates of the drawn sample, of the pseudo-weighted volunteers, mass-imputed and doubly robust, shape (4, q)."""
    pseudo = rake(pseudo_weights(volunteers.x, drawn.x, final, multiplicity=times) * times)
    modelled = model_estimates(volunteers.x, volunteers.y, times, pseudo, drawn.x, final)
    return np.vstack([_rates(drawn.y, final), _rates(volunteers.y, pseudo), modelled])


def _rates(y: Vector, weights: Vector) -> Vector:
    answered = np.isfinite(y)
    return np.asarray((weights @ np.where(answered, y, 0.0)) / (weights @ answered))


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
        p_value=float(2 * stats.norm.sf(z)),
        p_holm=1.0,
        blend=share * drawn + (1 - share) * volunteers,
        share_drawn=share,
        rmse_blend=max(0.0, mse) ** 0.5,
        mass_imputed=float(rates[2]),
        se_mass_imputed=float(covariance[2, 2]) ** 0.5,
        doubly_robust=float(rates[3]),
        se_doubly_robust=float(covariance[3, 3]) ** 0.5,
    )
