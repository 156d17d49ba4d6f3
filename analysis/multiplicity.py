"""Many verdicts in one report: adjusted p-values and Holm's stepwise procedure on limits (step 7 of the flow).

A family is every item × district of one report. Published intervals stay unadjusted; verdicts are adjusted.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Method = Literal["bonferroni", "holm", "hochberg", "BH", "BY"]
_FALSE_DISCOVERY: dict[Method, Literal["bh", "by"]] = {"BH": "bh", "BY": "by"}
Key = TypeVar("Key", bound=Hashable)


class MultiplicityError(ValueError):
    """p-values outside 0..1, or an error probability outside 0..1."""


def adjusted_p_values(p: ArrayLike, method: Method = "holm") -> NDArray[np.float64]:
    """p-values, shape (m,), adjusted for their number, in the given order; reject where the result is <= alpha.

    With p(1) <= ... <= p(m):
        bonferroni  m p                               family-wise error
        holm        max over j <= i of (m-j+1) p(j)   family-wise error, never weaker than Bonferroni (Holm 1979)
        hochberg    min over j >= i of (m-j+1) p(j)   family-wise error for independent tests (Hochberg 1988)
        BH          min over j >= i of m p(j)/j       false discovery rate (Benjamini-Hochberg 1995)
        BY          BH times 1 + 1/2 + ... + 1/m      the same under any dependence (Benjamini-Yekutieli 2001)
    all cut at 1. Raises MultiplicityError on a p outside 0..1.

    >>> adjusted_p_values([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = _checked(p)
    m = len(values)
    if method in _FALSE_DISCOVERY:
        from scipy.stats import false_discovery_control  # imported by those who want it: scipy.stats takes long

        return np.asarray(false_discovery_control(values, method=_FALSE_DISCOVERY[method])) if m else values
    if method == "bonferroni":
        return np.minimum(m * values, 1.0)
    order = np.argsort(values, kind="stable")
    steps = (m - np.arange(m)) * values[order]
    running = np.maximum.accumulate(steps) if method == "holm" else np.minimum.accumulate(steps[::-1])[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(running, 1.0)
    return adjusted


def _checked(p: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(p, dtype=np.float64).ravel()
    if not np.all((values >= 0) & (values <= 1)):
        raise MultiplicityError("p-values: expected numbers between 0 and 1; take out the undefined ones first")
    return values


def holm_claims(claims: Mapping[Key, Callable[[float], bool]], alpha: float = 0.05) -> set[Key]:
    """Which claims hold together with family-wise error alpha, when a claim is a limit and not a p-value.

    Each claim answers "does it hold at one-sided error a?", e.g. whether the Korn-Graubard lower limit at level
    1 - 2a reaches the target. With m claims, one that holds at alpha/m is accepted; then one of the rest that holds
    at alpha/(m-1); and so on, until none does (Holm 1979). "Met" and "not met" are two families of their own.
    A claim that holds at some error must hold at every larger one; this is so for any limit.
    Raises MultiplicityError unless 0 < alpha < 1.

    >>> p = {"a": 0.01, "b": 0.04, "c": 0.03}
    >>> holm_claims({k: lambda level, v=v: v <= level for k, v in p.items()}, alpha=0.05)
    {'a'}
    """
    if not 0 < alpha < 1:
        raise MultiplicityError(f"alpha: expected a number between 0 and 1, found {alpha}")
    open_claims = dict(claims)
    accepted: set[Key] = set()
    while open_claims:
        level = alpha / len(open_claims)
        holding = next((key for key, holds in open_claims.items() if holds(level)), None)
        if holding is None:
            break
        accepted.add(holding)
        del open_claims[holding]
    return accepted
