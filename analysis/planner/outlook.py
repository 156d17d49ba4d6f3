"""What the interval of a share will be when fieldwork ends, from what it is now. Beside step 7; it decides nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.decision import korn_graubard_limits, present


@dataclass(frozen=True)
class Outlook:
    """`width`: of the interval at `level` with `n` answers; `shown`: whether it will pass the publication rules."""

    n: int
    level: float
    width: float
    shown: bool
    reason: str


def outlook(p: float, deff: float, df: float, n: int, level: float = 0.90) -> Outlook:
    """The share `p` on `n` answers with design effect `deff` (against replacement) and `df` degrees of freedom.

    Korn-Graubard limits with the NCHS cap, se = sqrt(p(1-p) deff / n): rate and design effect are taken to stay as they
    are, and new answers to come from the communities that are in the sample (df stays). The rules are those of Parker
    et al. (2017), on the 95 % interval.

    >>> found = outlook(0.85, 1.5, 20, 400)
    >>> round(found.width, 4), found.shown
    (0.0792, True)
    >>> outlook(0.85, 1.5, 20, 24).reason
    'n<30'
    """
    if n < 1 or not 0 <= p <= 1 or not deff > 0:
        return Outlook(n, level, math.nan, False, "no answers")
    se = math.sqrt(p * (1 - p) * deff / n)
    low, high = korn_graubard_limits(p, se, df, n, level)
    shown = present(p, se, df, n)
    return Outlook(n, level, high - low, shown.shown, shown.reason)
