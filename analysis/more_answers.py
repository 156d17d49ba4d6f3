"""How many more answers would settle an undetermined verdict, if the estimate is the true rate. Step 7.

The planner's formula (statistics.md, section 10; Fleiss, Levin & Paik 2003, §2.5), with the design effect that the
answers so far show: a share needs n = deff [z_{1-a} sqrt(T(1-T)) + z_{b} sqrt(p(1-p))]² / (p - T)² answers to be told
from T with one-sided error a and power b. A mean needs n ((z_{1-a} + z_{b}) se / (mean - T))².
"""

from __future__ import annotations

import math

from scipy.special import ndtri

POWER = 0.8
MOST = 1_000_000  # beyond it the figure says only that the rate is at its target


def more_answers(estimate: float, se: float, n: int, target: float, alpha: float, *, is_share: bool) -> int | None:
    """Answers needed beyond the `n` there are, for a verdict with power 0.8; None where no number can be given.

    At 0 % and 100 % the exact limit decides: a^(1/n) must reach the target. None when the estimate lies on the target,
    without a standard error, and beyond a million.

    >>> more_answers(0.92, 0.012, 920, 0.90, 0.05, is_share=True)
    1425
    >>> more_answers(1.0, 0.0, 40, 0.95, 0.05, is_share=True)
    19
    """
    if estimate == target or n < 1 or math.isnan(se):
        return None
    if is_share and estimate in (0.0, 1.0):
        missed = target if estimate == 1.0 else 1 - target
        needed = math.log(alpha) / math.log(missed) if 0 < missed < 1 else math.inf
    elif not se > 0:
        return None
    else:
        needed = _needed(estimate, se, n, target, alpha, is_share)
    if not needed <= MOST:
        return None
    return max(1, math.ceil(needed - 1e-9) - n)


def _needed(estimate: float, se: float, n: int, target: float, alpha: float, is_share: bool) -> float:
    under_target, under_estimate = -float(ndtri(alpha)), float(ndtri(POWER))
    if not is_share:
        return n * ((under_target + under_estimate) * se / (estimate - target)) ** 2
    deff = n * se**2 / (estimate * (1 - estimate))
    at_target = under_target * math.sqrt(max(target * (1 - target), 0.0))
    spread = at_target + under_estimate * math.sqrt(estimate * (1 - estimate))
    return deff * (spread / (estimate - target)) ** 2
