"""How a sample is shared out over strata: proportional, Neyman, equal; never below a minimum (step 2 of the flow).

Source: Cochran 1977, §§5.5-5.9.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.planner.sample_size import PlanningError, Stratum

Rule = Literal["proportional", "neyman", "equal"]


def allocate(strata: Sequence[Stratum], total: int, *, rule: Rule = "proportional", minimum: int = 0) -> list[int]:
    """Sample sizes per stratum, in the given order, that add up to `total`.

    proportional: n_h ~ N_h; neyman: n_h ~ N_h S_h (smallest variance of the whole at equal cost); equal: n_h the same.
    No stratum gets fewer than `minimum` (or its whole population if that is smaller) nor more than its population:
    strata at a bound stay there, the rest is shared by the rule, and whole numbers follow by largest remainders.
    For a share, S_h = sqrt(p_h (1-p_h)). Raises PlanningError when the minimum or the populations do not fit the total.

    >>> allocate([Stratum("东", 6000), Stratum("西", 3000), Stratum("港", 1000)], 500)
    [300, 150, 50]
    >>> allocate([Stratum("东", 6000), Stratum("西", 3000), Stratum("港", 1000)], 500, minimum=100)
    [267, 133, 100]
    """
    population = np.array([s.population for s in strata], dtype=np.float64)
    low = np.minimum(minimum, population)
    _check(minimum, total, low, population)
    scaled = _scale(_sizes(strata, population, rule), low, population, total)
    shares = np.clip(scaled, low, population)
    return _whole(shares, population, total)


def _check(minimum: int, total: int, low: NDArray[np.float64], population: NDArray[np.float64]) -> None:
    if not population.size:
        raise PlanningError("strata: expected at least one")
    if minimum < 0:
        raise PlanningError(f"minimum: expected 0 or more, found {minimum}")
    if not low.sum() <= total <= population.sum():
        raise PlanningError(
            f"total: expected between {low.sum():.0f} (the minimum in every stratum) and {population.sum():.0f} "
            f"(everybody), found {total}"
        )


def _sizes(strata: Sequence[Stratum], population: NDArray[np.float64], rule: Rule) -> NDArray[np.float64]:
    if rule == "equal":
        return np.ones(len(strata))
    if rule == "proportional":
        return population
    sizes: NDArray[np.float64] = population * np.array([s.deviation for s in strata])
    if not sizes.any():
        raise PlanningError("neyman: expected a deviation above 0 in at least one stratum")
    return sizes


def _scale(
    sizes: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], total: int
) -> NDArray[np.float64]:
    """sizes times the factor at which the clipped shares add up to the total; the sum grows with the factor."""
    positive = sizes > 0
    below, above = 0.0, float(np.max(high[positive] / sizes[positive]))
    if np.clip(sizes * above, low, high).sum() < total:
        # Only strata without variance are left to take the rest: share it by their populations.
        rest = high.copy()
        left = total - round(high[positive].sum())
        rest[~positive] = _scale(high[~positive], low[~positive], high[~positive], left)
        return rest
    for _ in range(200):
        middle = (below + above) / 2
        if np.clip(sizes * middle, low, high).sum() < total:
            below = middle
        else:
            above = middle
    return sizes * above


def _whole(shares: NDArray[np.float64], population: NDArray[np.float64], total: int) -> list[int]:
    floors = np.floor(shares + 1e-9)
    missing = round(float(total - floors.sum()))
    remainders = np.where(floors < population, shares - floors, -1.0)
    floors[np.argsort(-remainders, kind="stable")[:missing]] += 1
    return [int(n) for n in floors]
