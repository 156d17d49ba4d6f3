"""Honest answers made by a common opinion, areas that differ, and items of unequal popularity; seeded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HonestSurvey:
    """Codes 1-5 and 8 for don't know, shape (n, k), with the area of every answer."""

    answers: NDArray[np.int64]
    area: NDArray[np.int64]


def honest_survey(
    n: int,
    k: int,
    seed: int,
    *,
    strength: float = 1.2,
    dont_know: float = 0.03,
    people_per_area: int | None = None,
    area_effect: float = 0.3,
    style: float = 0.0,
) -> HonestSurvey:
    """Graded responses to one latent opinion plus an area effect per item (Samejima's model).

    Ten areas, or as many as have `people_per_area`; `area_effect` is the standard deviation over areas of each item's
    level (logistic scale, error 1.8), `style` that of the logarithm of how far people keep from the ends of a scale.
    """
    rng = np.random.default_rng(seed)
    areas = 10 if people_per_area is None else max(2, n // people_per_area)
    area = rng.integers(0, areas, n)
    opinion = rng.normal(size=n) + rng.normal(0, 0.4, areas)[area]
    steps = np.array([-2.2, -1.4, -0.6, 0.9]) + rng.normal(0, 0.15, (k, 4))
    cuts = np.sort(rng.normal(0, 0.3, (k, 1)) + steps, axis=1)
    latent = strength * opinion[:, None] + rng.normal(0, area_effect, (areas, k))[area] + rng.logistic(size=(n, k))
    reserve = np.exp(style * rng.normal(size=n)) if style else np.ones(n)
    codes = 1 + (latent[:, :, None] > strength * cuts[None] * reserve[:, None, None]).sum(axis=2)
    return HonestSurvey(np.where(rng.random((n, k)) < dont_know, 8, codes), area)
