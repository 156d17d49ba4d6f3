"""Compares a drawn sample with a self-selected (QR) one: how far they disagree, and a named blend. Step 6.

Source: Chen, Li & Wu 2020, JASA 115:2011 (pseudo-weights); Elliott & Haviland 2007, Survey Methodology 33:211 (blend).
The self-selected sample gets no sampling error of its own as if it were drawn, and neither it nor the blend decides a
target: the probability sample does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from analysis.multiplicity import adjusted_p_values
from analysis.two_samples.cells import Cells
from analysis.two_samples.pair import SamplePair
from analysis.two_samples.participation import Vector
from analysis.two_samples.samples import NO_SOLUTION, DrawnSample, Rake, TwoSamplesError, VolunteerSample

ASSUMPTIONS = (
    "Given the matching variables, scanning the code has nothing to do with the answer.",
    "Every resident had some chance to scan it.",
    "People in both samples are so few that they do not matter.",
    "The bias that is left is as large as the observed difference; the blend gives the volunteers less weight for it.",
)


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
    pair = SamplePair(drawn, volunteers, Cells.of(drawn.x, volunteers.x), rake_drawn, rake_volunteers)
    found, solved = pair.estimate(drawn.weights[:, None], np.ones((len(volunteers.x), 1)))
    if not solved[0]:
        raise TwoSamplesError(NO_SOLUTION)
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
