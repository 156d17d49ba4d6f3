"""Rank sets: which places of a ranking the data cannot rule out. Step 7.

Rank 1 is the highest estimate. The set of k runs from 1 + (units surely better) to K - (units surely worse).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analysis.frame import Bools, Floats, Ints
from analysis.plan_comparisons import RankPlan
from analysis.result import Ranked, Ranking

DRAWS = 20_000
SEED = 20_240_229


@dataclass(frozen=True)
class RankSets:
    """Lowest and highest possible rank of each unit, shape (K,); `better[j, k]`: j is surely better than k."""

    lowest: Ints
    highest: Ints
    better: Bools


def rank_sets(better: Bools) -> RankSets:
    """`better[j, k]`: j is surely better than k."""
    units = better.shape[0]
    return RankSets(1 + better.sum(axis=0), units - better.sum(axis=1), better)


def alike_groups(better: Bools) -> list[tuple[int, ...]]:
    """The largest sets of units of which none is surely better than another, by insert and absorb (Piepho 2004).

    >>> alike_groups(np.array([[False, False, True], [False, False, False], [False, False, False]]))
    [(0, 1), (1, 2)]
    """
    groups = [frozenset(range(better.shape[0]))]
    for j, k in zip(*np.nonzero(better), strict=True):
        split: set[frozenset[int]] = set()
        for group in groups:
            split |= {group - {int(j)}, group - {int(k)}} if {int(j), int(k)} <= group else {group}
        groups = [group for group in split if not any(group < other for other in split)]
    return sorted(tuple(sorted(group)) for group in groups)


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


def _p_values(z: Floats, covariance: Floats, df: Floats | None) -> Floats:
    """Two-sided p-values of the differences, by Student's t with Welch's degrees of freedom where they are few."""
    if df is None:
        return np.asarray(2 * ndtr(-np.abs(z)))
    return np.asarray(2 * stdtr(pair_df(covariance, df), -np.abs(z)))


def pair_df(covariance: Floats, df: Floats) -> Floats:
    """Degrees of freedom of every difference, shape (K, K) (Satterthwaite 1946, Welch 1947).

    (S_jj + S_kk)^2 / (S_jj^2 / df_j + S_kk^2 / df_k); NaN for units without degrees of freedom.

    >>> float(pair_df(np.diag([4.0, 4.0]), np.array([5.0, 5.0]))[0, 1])
    10.0
    """
    variance, own = np.diag(covariance), np.where(df > 0, df, np.nan)
    share = variance**2 / own
    below = share[:, None] + share[None, :]
    return np.divide(
        (variance[:, None] + variance[None, :]) ** 2, below, out=np.full_like(below, np.inf), where=below != 0
    )


def pairwise_bonferroni(estimates: Floats, covariance: Floats, alpha: float, df: Floats | None = None) -> RankSets:
    """All K(K-1)/2 differences tested at alpha divided by their number."""
    z = _z(estimates, covariance)
    pairs = estimates.shape[0] * (estimates.shape[0] - 1) / 2
    return rank_sets((z > 0) & (_p_values(z, covariance, df) < alpha / max(pairs, 1)))


def pairwise_holm(estimates: Floats, covariance: Floats, alpha: float, df: Floats | None = None) -> RankSets:
    """The same tests, step by step: the k-th smallest p-value at alpha / (pairs - k + 1) (Holm 1979)."""
    z = _z(estimates, covariance)
    j, k = np.triu_indices(estimates.shape[0], 1)
    p = np.nan_to_num(_p_values(z, covariance, df)[j, k], nan=1.0)
    order = np.argsort(p, kind="stable")
    passed = p[order] <= alpha / np.arange(p.shape[0], 0, -1)
    count = p.shape[0] if passed.all() else int(np.argmin(passed))
    better = np.zeros_like(z, dtype=np.bool_)
    for pair in order[:count]:
        first, second = int(j[pair]), int(k[pair])
        upper, lower = (first, second) if z[first, second] > 0 else (second, first)
        better[upper, lower] = True
    return rank_sets(better)


def klein_wright_wieczorek(
    estimates: Floats, covariance: Floats, alpha: float, df: Floats | None = None, sidak: bool = False
) -> RankSets:
    """Joint intervals that do not overlap (Klein, Wright and Wieczorek 2020), by Bonferroni or Šidák."""
    units = estimates.shape[0]
    tail = (1 - (1 - alpha) ** (1 / units)) / 2 if sidak else alpha / (2 * units)
    factor = -ndtri(tail) if df is None else -stdtrit(np.where(df > 0, df, np.nan), tail)
    half = factor * np.sqrt(np.diag(covariance))
    return rank_sets((estimates - half)[:, None] > (estimates + half)[None, :])


@dataclass(frozen=True)
class Noise:
    """Simulated errors of the estimates and standard errors relative to the true ones, shape (draws, K)."""

    error: Floats
    scale: Floats | None

    def largest(self, covariance: Floats, pairs: Bools) -> Floats:
        """The largest |Z_j - Z_k| / sd_jk over `pairs` (K, K) in each draw, shape (draws,)."""
        largest = np.zeros(self.error.shape[0])
        for j, k in zip(*np.nonzero(np.triu(pairs | pairs.T)), strict=True):
            own: Floats | float = 1.0 if self.scale is None else self.scale[:, j]
            other: Floats | float = 1.0 if self.scale is None else self.scale[:, k]
            variance = own**2 * covariance[j, j] + other**2 * covariance[k, k] - 2 * own * other * covariance[j, k]
            np.maximum(largest, np.abs(self.error[:, j] - self.error[:, k]) / np.sqrt(variance), out=largest)
        return largest


def _noise(covariance: Floats, df: Floats | None, draws: int, seed: int) -> Noise:
    """Z ~ N(0, S); with few degrees of freedom the standard errors vary too, as roots of chi-square / df."""
    random = np.random.default_rng(seed)
    normal = random.standard_normal((draws, covariance.shape[0]))
    values, vectors = np.linalg.eigh(covariance)
    error = normal @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    if df is None:
        return Noise(error, None)
    known = np.maximum(df, 1.0)
    return Noise(error, np.sqrt(random.chisquare(known, (draws, known.shape[0])) / known))


def mogstad_romano_shaikh_wilhelm(
    estimates: Floats,
    covariance: Floats,
    alpha: float,
    df: Floats | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> RankSets:
    """Simultaneous rank sets by the largest simulated difference, step-down (REStud 91:476, 2024)."""
    z, noise = _z(estimates, covariance), _noise(covariance, df, draws, seed)
    open_pairs = spread(covariance) > 0
    better = np.zeros_like(open_pairs)
    while open_pairs.any():
        largest = noise.largest(covariance, open_pairs)
        rejected = open_pairs & (z > np.quantile(largest, 1 - alpha))
        if not rejected.any():
            break
        better |= rejected
        open_pairs = open_pairs & ~rejected & ~rejected.T
    return rank_sets(better)


def marginal_rank_sets(
    estimates: Floats,
    covariance: Floats,
    alpha: float,
    df: Floats | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> RankSets:
    """Rank sets that hold for each unit on its own: only differences with that unit are tested (same source)."""
    z, sd, noise = _z(estimates, covariance), spread(covariance), _noise(covariance, df, draws, seed)
    lowest, highest = np.ones(estimates.shape[0], dtype=np.int64), np.full(estimates.shape[0], estimates.shape[0])
    better = np.zeros_like(sd, dtype=np.bool_)
    for unit in range(estimates.shape[0]):
        pairs = np.zeros_like(sd, dtype=np.bool_)
        pairs[unit] = sd[unit] > 0
        while pairs.any():
            rejected = pairs & (np.abs(z) > np.quantile(noise.largest(covariance, pairs), 1 - alpha))
            if not rejected.any():
                break
            lowest[unit] += int((rejected[unit] & (z[unit] < 0)).sum())
            highest[unit] -= int((rejected[unit] & (z[unit] > 0)).sum())
            better[unit] |= rejected[unit] & (z[unit] > 0)
            pairs &= ~rejected
    return RankSets(lowest, highest, better)


def goldstein_healey_multiplier(covariance: Floats, alpha: float) -> float:
    """Multiplier of standard errors for bars that overlap, on average over pairs, when a pair does not differ.

    For pairwise visual comparison only (Goldstein and Healy 1995); 1.386 for equal independent errors.
    """
    from scipy.optimize import brentq

    se = np.sqrt(np.diag(covariance))
    j, k = np.triu_indices(se.shape[0], 1)
    ratio = (se[j] + se[k]) / spread(covariance)[j, k]
    return float(brentq(lambda q: float((2 * ndtr(-q * ratio)).mean()) - alpha, 1e-6, 10.0, xtol=1e-13))


_METHODS: dict[str, Callable[[Floats, Floats, float, Floats], RankSets]] = {
    "holm": pairwise_holm,
    "bonferroni": pairwise_bonferroni,
    "klein-wright-wieczorek": klein_wright_wieczorek,
    "mogstad-romano-shaikh-wilhelm": mogstad_romano_shaikh_wilhelm,
    "marginal": marginal_rank_sets,
}


def rank_domains(
    plan: RankPlan, where: Sequence[Mapping[str, str]], estimates: Floats, covariance: Floats, df: Floats
) -> Ranking:
    """The ranking of all domains with an estimate, or of those of `plan.among`; the others are named as left out.

    `df` (K,): degrees of freedom of each domain; with normal quantiles the sets of streets with five
    communities would hold in four of five cases instead of nineteen of twenty (docs/simulation.md).
    """
    asked = np.array([not plan.among or one[plan.over[0]] in plan.among for one in where], dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(estimates) & np.isfinite(np.diag(covariance)) & asked)
    theta, cov = estimates[known], covariance[np.ix_(known, known)]
    sets = _METHODS[plan.method](theta, cov, 1 - plan.level, df[known])
    rank, se = places(theta), np.sqrt(np.diag(cov))
    ranked = [
        Ranked(where[int(unit)], float(theta[k]), float(se[k]), int(rank[k]), int(sets.lowest[k]), int(sets.highest[k]))
        for k, unit in enumerate(known)
    ]
    left_out = tuple(where[k] for k in np.flatnonzero(asked).tolist() if k not in set(known.tolist()))
    order = sorted(range(len(ranked)), key=lambda k: rank[k])
    best_first = sets.better[np.ix_(order, order)]
    ordered = tuple(ranked[k] for k in order)
    groups = tuple(tuple(ordered[k].domain for k in group) for group in alike_groups(best_first))
    return Ranking(
        plan.indicator, tuple(plan.over), plan.method, plan.level, ordered, left_out, groups, tuple(plan.among)
    )
