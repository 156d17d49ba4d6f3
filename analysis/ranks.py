"""Rank sets: which places of a ranking the data cannot rule out. Step 7.

Rank 1 is the highest estimate. The set of k runs from 1 + (units surely better) to K - (units surely worse).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.frame import Bools, Floats, Ints
from analysis.plan import RankPlan
from analysis.result import Ranked, Ranking

DRAWS = 20_000
SEED = 20_240_229


@dataclass(frozen=True)
class RankSets:
    """Lowest and highest possible rank of each unit, shape (K,)."""

    lowest: Ints
    highest: Ints


def rank_sets(better: Bools) -> RankSets:
    """`better[j, k]`: j is surely better than k."""
    units = better.shape[0]
    return RankSets(1 + better.sum(axis=0), units - better.sum(axis=1))


def places(estimates: Floats) -> Ints:
    """Rank of each estimate, 1 for the highest; equal estimates share the best place."""
    return np.asarray(1 + (estimates[None, :] > estimates[:, None]).sum(axis=1))


def spread(covariance: Floats) -> Floats:
    """Standard errors of all differences, shape (K, K)."""
    diagonal = np.diag(covariance)
    return np.sqrt(np.maximum(diagonal[:, None] + diagonal[None, :] - 2 * covariance, 0.0))


def _z(estimates: Floats, covariance: Floats) -> Floats:
    """(θ_j - θ_k) / sd_jk, 0 on the diagonal and for pairs without any spread."""
    sd = spread(covariance)
    difference = estimates[:, None] - estimates[None, :]
    return np.divide(difference, sd, out=np.zeros_like(sd), where=sd > 0)


def pairwise_bonferroni(estimates: Floats, covariance: Floats, alpha: float) -> RankSets:
    """All K(K-1)/2 differences tested at alpha divided by their number."""
    pairs = estimates.shape[0] * (estimates.shape[0] - 1) / 2
    return rank_sets(_z(estimates, covariance) > -ndtri(alpha / 2 / max(pairs, 1)))


def pairwise_holm(estimates: Floats, covariance: Floats, alpha: float) -> RankSets:
    """The same tests, step by step: the k-th smallest p-value at alpha / (pairs - k + 1) (Holm 1979)."""
    z = _z(estimates, covariance)
    j, k = np.triu_indices(estimates.shape[0], 1)
    p = 2 * ndtr(-np.abs(z[j, k]))
    order = np.argsort(p, kind="stable")
    passed = p[order] <= alpha / np.arange(p.shape[0], 0, -1)
    count = p.shape[0] if passed.all() else int(np.argmin(passed))
    better = np.zeros_like(z, dtype=np.bool_)
    for pair in order[:count]:
        first, second = int(j[pair]), int(k[pair])
        upper, lower = (first, second) if z[first, second] > 0 else (second, first)
        better[upper, lower] = True
    return rank_sets(better)


def klein_wright_wieczorek(estimates: Floats, covariance: Floats, alpha: float, sidak: bool = False) -> RankSets:
    """Joint intervals that do not overlap (Klein, Wright and Wieczorek 2020), by Bonferroni or Šidák."""
    units = estimates.shape[0]
    tail = (1 - (1 - alpha) ** (1 / units)) / 2 if sidak else alpha / (2 * units)
    half = -ndtri(tail) * np.sqrt(np.diag(covariance))
    return rank_sets((estimates - half)[:, None] > (estimates + half)[None, :])


def mogstad_romano_shaikh_wilhelm(
    estimates: Floats, covariance: Floats, alpha: float, draws: int = DRAWS, seed: int = SEED
) -> RankSets:
    """Simultaneous rank sets by the largest simulated difference, step-down (REStud 91:476, 2024)."""
    z = _z(estimates, covariance)
    sd = spread(covariance)
    open_pairs = sd > 0
    better = np.zeros_like(open_pairs)
    normal = np.random.default_rng(seed).standard_normal((draws, estimates.shape[0]))
    values, vectors = np.linalg.eigh(covariance)
    noise = normal @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    while open_pairs.any():
        largest = _largest_differences(noise, sd, open_pairs)
        rejected = open_pairs & (z > np.quantile(largest, 1 - alpha))
        if not rejected.any():
            break
        better |= rejected
        open_pairs = open_pairs & ~rejected & ~rejected.T
    return rank_sets(better)


def marginal_rank_sets(
    estimates: Floats, covariance: Floats, alpha: float, draws: int = DRAWS, seed: int = SEED
) -> RankSets:
    """Rank sets that hold for each unit on its own: only differences with that unit are tested (same source)."""
    z, sd = _z(estimates, covariance), spread(covariance)
    normal = np.random.default_rng(seed).standard_normal((draws, estimates.shape[0]))
    values, vectors = np.linalg.eigh(covariance)
    noise = normal @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    lowest, highest = np.ones(estimates.shape[0], dtype=np.int64), np.full(estimates.shape[0], estimates.shape[0])
    for unit in range(estimates.shape[0]):
        pairs = np.zeros_like(sd, dtype=np.bool_)
        pairs[unit] = sd[unit] > 0
        while pairs.any():
            largest = _largest_differences(noise, sd, pairs)
            rejected = pairs & (np.abs(z) > np.quantile(largest, 1 - alpha))
            if not rejected.any():
                break
            lowest[unit] += int((rejected[unit] & (z[unit] < 0)).sum())
            highest[unit] -= int((rejected[unit] & (z[unit] > 0)).sum())
            pairs &= ~rejected
    return RankSets(lowest, highest)


def _largest_differences(noise: Floats, sd: Floats, pairs: Bools) -> Floats:
    """The largest |Z_j - Z_k| / sd_jk over the open pairs in each draw, shape (draws,)."""
    largest = np.zeros(noise.shape[0])
    for j, k in zip(*np.nonzero(np.triu(pairs | pairs.T)), strict=True):
        np.maximum(largest, np.abs(noise[:, j] - noise[:, k]) / sd[j, k], out=largest)
    return largest


def goldstein_healey_multiplier(covariance: Floats, alpha: float) -> float:
    """Multiplier of standard errors for bars that overlap, on average over pairs, when a pair does not differ.

    For pairwise visual comparison only (Goldstein and Healy 1995); 1.386 for equal independent errors.
    """
    from scipy.optimize import brentq

    se = np.sqrt(np.diag(covariance))
    j, k = np.triu_indices(se.shape[0], 1)
    ratio = (se[j] + se[k]) / spread(covariance)[j, k]
    return float(brentq(lambda q: float((2 * ndtr(-q * ratio)).mean()) - alpha, 1e-6, 10.0, xtol=1e-13))


_METHODS: dict[str, Callable[[Floats, Floats, float], RankSets]] = {
    "holm": pairwise_holm,
    "bonferroni": pairwise_bonferroni,
    "klein-wright-wieczorek": klein_wright_wieczorek,
    "mogstad-romano-shaikh-wilhelm": mogstad_romano_shaikh_wilhelm,
}


def rank_domains(plan: RankPlan, where: Sequence[Mapping[str, str]], estimates: Floats, covariance: Floats) -> Ranking:
    """The ranking of all domains with an estimate; the others are named as left out."""
    known = np.flatnonzero(np.isfinite(estimates) & np.isfinite(np.diag(covariance)))
    theta, cov = estimates[known], covariance[np.ix_(known, known)]
    sets = _METHODS[plan.method](theta, cov, 1 - plan.level)
    rank, se = places(theta), np.sqrt(np.diag(cov))
    ranked = [
        Ranked(where[int(unit)], float(theta[k]), float(se[k]), int(rank[k]), int(sets.lowest[k]), int(sets.highest[k]))
        for k, unit in enumerate(known)
    ]
    left_out = tuple(where[k] for k in range(len(where)) if k not in set(known.tolist()))
    ordered = tuple(sorted(ranked, key=lambda item: item.rank))
    return Ranking(plan.indicator, tuple(plan.over), plan.method, plan.level, ordered, left_out)
