"""Confidence intervals for shares, means and totals. Step 6.

All functions take arrays of shape (k,) and return (lower, upper) of shape (k,). `t` is the quantile of
Student's t with the design's degrees of freedom. Only scipy.special is imported, because scipy.stats takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, expit, logit, stdtrit, xlogy

from analysis.frame import Bools, Floats
from analysis.plan_indicator import IntervalMethod

Limits = tuple[Floats, Floats]
NO_VARIANCE = 1e-7


@dataclass(frozen=True)
class Proportions:
    """Estimated shares with what their intervals need, each of shape (k,).

    `rows`: rows of the domain's design (R's nrow); `answered`: rows in the base; `logit_se`: standard
    error on the logit scale where replicates give one of their own.
    """

    p: Floats
    se: Floats
    df: Floats
    rows: Floats
    answered: Floats
    logit_se: Floats | None = None

    @property
    def effective_n(self) -> Floats:
        """p (1-p) / V, infinite for a zero variance."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.p * (1 - self.p) / self.se**2


def t_quantile(level: float, df: Floats) -> Floats:
    """Upper quantile of Student's t for a two-sided interval; NaN without degrees of freedom.

    Found once for each number of degrees of freedom: nearly all figures of a table share a few.
    """
    several, place = np.unique(df, return_inverse=True)
    return np.asarray(stdtrit(np.where(several > 0, several, np.nan), (1 + level) / 2)[place])


def t_interval(estimate: Floats, se: Floats, df: Floats, level: float) -> Limits:
    """estimate ± t se, for means, totals and ratios."""
    half = t_quantile(level, df) * se
    return estimate - half, estimate + half


def share_interval(method: IntervalMethod, level: float, share: Proportions) -> Limits:
    """The interval of a share by the named method; NaN where it is not defined."""
    inner = _INTERVALS[method]
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = inner(share, level)
    edge = (share.p <= 0) | (share.p >= 1)
    low, high = boundary_interval(share.p, share.answered, level)
    known = share.df > 0
    fixed = has_no_variance(share.p, share.se) & ~edge
    return (
        np.where(known & ~fixed, np.where(edge, low, lower), np.nan),
        np.where(known & ~fixed, np.where(edge, high, upper), np.nan),
    )


def has_no_variance(estimate: Floats, se: Floats) -> Bools:
    """Whether a standard error is zero up to rounding."""
    return np.asarray(se < NO_VARIANCE * np.maximum(np.abs(estimate), 1e-3))


def boundary_interval(p: Floats, n: Floats, level: float) -> Limits:
    """Exact one-sided limits at 0 % and 100 % of n answers: [(a/2)^(1/n), 1] and its mirror."""
    limit = ((1 - level) / 2) ** (1 / np.maximum(n, 1))
    return np.where(p >= 1, limit, 0.0), np.where(p >= 1, 1.0, 1 - limit)


def _mean(share: Proportions, level: float) -> Limits:
    return t_interval(share.p, share.se, share.df, level)


def _xlogit(share: Proportions, level: float) -> Limits:
    centre = logit(share.p)
    half = t_quantile(level, share.df) * share.se / (share.p * (1 - share.p))
    return np.asarray(expit(centre - half)), np.asarray(expit(centre + half))


def _logit(share: Proportions, level: float) -> Limits:
    """As xlogit; with replicates the standard error of the replicates' logits, as R's svyglm has it."""
    if share.logit_se is None:
        return _xlogit(share, level)
    half = t_quantile(level, share.df) * share.logit_se
    centre = logit(share.p)
    return np.asarray(expit(centre - half)), np.asarray(expit(centre + half))


def _asin(share: Proportions, level: float) -> Limits:
    centre = np.arcsin(np.sqrt(share.p))
    half = t_quantile(level, share.df) * share.se / (2 * np.sqrt(share.p * (1 - share.p)))
    return np.sin(centre - half) ** 2, np.sin(centre + half) ** 2


def _wilson(share: Proportions, level: float) -> Limits:
    """Wilson 1927 with the effective sample size, as R's survey 4.5."""
    t2 = t_quantile(level, share.df) ** 2
    n = share.effective_n
    middle = share.p + t2 / (2 * n)
    half = np.sqrt(t2) * np.sqrt(share.p * (1 - share.p) / n + t2 / (4 * n**2))
    return (middle - half) / (1 + t2 / n), (middle + half) / (1 + t2 / n)


def _beta(share: Proportions, level: float) -> Limits:
    """Korn and Graubard 1998 as R has it: t with rows - 1 degrees of freedom above, no cap."""
    ratio = t_quantile(level, share.rows - 1) / t_quantile(level, share.df)
    return clopper_pearson(share.p, share.effective_n * ratio**2, level)


def _korn_graubard(share: Proportions, level: float) -> Limits:
    return clopper_pearson(share.p, korn_graubard_n(share, level), level)


def korn_graubard_n(share: Proportions, level: float) -> Floats:
    """Effective n adjusted for degrees of freedom and capped at the answered rows (NCHS, Parker et al. 2017)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = t_quantile(level, share.answered - 1) / t_quantile(level, share.df)
        adjusted = np.minimum(share.answered, share.effective_n * ratio**2)
    return np.where((share.p <= 0) | (share.p >= 1), share.answered, adjusted)


def clopper_pearson(p: Floats, n: Floats, level: float) -> Limits:
    """Exact binomial limits for a share p of n, n not necessarily whole (Clopper and Pearson 1934)."""
    tail = (1 - level) / 2
    safe = np.where(np.isfinite(n) & (n > 0), n, np.nan)
    lower = betaincinv(safe * p, safe * (1 - p) + 1, tail)
    upper = betaincinv(safe * p + 1, safe * (1 - p), 1 - tail)
    return np.asarray(lower), np.asarray(upper)


def _likelihood(share: Proportions, level: float) -> Limits:
    """Roots of the scaled binomial deviance (Rao and Scott 1984 scaling), by bisection."""
    t2 = t_quantile(level, share.df) ** 2
    n = share.effective_n

    def excess(q: Floats) -> Floats:
        inner = xlogy(share.p, share.p / q) + xlogy(1 - share.p, (1 - share.p) / (1 - q))
        return np.asarray(2 * n * inner - t2)

    def root(inside: Floats, outside: Floats) -> Floats:
        for _ in range(200):
            middle = (inside + outside) / 2
            within = excess(middle) < 0
            inside, outside = np.where(within, middle, inside), np.where(within, outside, middle)
        return (inside + outside) / 2

    limits = root(share.p, np.zeros_like(share.p)), root(share.p, np.ones_like(share.p))
    known = np.isfinite(t2) & np.isfinite(n)
    return np.where(known, limits[0], np.nan), np.where(known, limits[1], np.nan)


_INTERVALS = {
    "mean": _mean,
    "xlogit": _xlogit,
    "logit": _logit,
    "asin": _asin,
    "wilson": _wilson,
    "beta": _beta,
    "korn-graubard": _korn_graubard,
    "likelihood": _likelihood,
}
