"""Control limits of a funnel plot: how far a share of n cases strays from the overall one by chance alone (step 5).

A funnel is no league table: nobody is ranked, and few cases give wide limits. Source: Spiegelhalter 2005, Statistics
in Medicine 24:1185, appendix A.1.1 (exact binomial limits, interpolated).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.patterns.evidence import PatternError


@dataclass(frozen=True)
class FunnelLimits:
    """Lower and upper limit for every number of cases, shares in 0..1, at one two-sided `level`."""

    n: NDArray[np.int64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    level: float


def funnel_limits(share: float, n: ArrayLike, *, level: float = 0.95) -> FunnelLimits:
    """Limits around the overall `share` for groups of `n` cases, shape (k,), n >= 1.

    The quantile r of the binomial distribution is interpolated between r - 1 and r, so that the limits move smoothly:
    alpha = (F(r) - p)/(F(r) - F(r - 1)), limit = (r - alpha)/n. Raises PatternError.

    >>> limits = funnel_limits(0.5, [10, 100])
    >>> limits.lower.round(3).tolist(), limits.upper.round(3).tolist()
    ([0.132, 0.397], [0.768, 0.593])
    """
    sizes = np.asarray(n, dtype=np.int64)
    if not 0 <= share <= 1 or not 0 < level < 1 or (sizes < 1).any():
        raise PatternError(f"expected a share in 0..1, a level inside 0..1 and n >= 1, found {share}, {level}")
    tail = (1 - level) / 2
    return FunnelLimits(sizes, _limit(share, sizes, tail), _limit(share, sizes, 1 - tail), level)


def _limit(share: float, n: NDArray[np.int64], p: float) -> NDArray[np.float64]:
    r = stats.binom.ppf(p, n, share)
    above, below = stats.binom.cdf(r, n, share), stats.binom.cdf(r - 1, n, share)
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha = np.where(above > below, (above - p) / (above - below), 0.0)
    return np.asarray(np.clip((r - alpha) / n, 0.0, 1.0), dtype=np.float64)
