"""Honest answers made by a common opinion, areas that differ, and items of unequal popularity; seeded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HonestSurvey:
    """Codes 1-5 and 8 for don't know, shape (n, k), with the area of every answer."""

    answers: NDArray[np.int64]
    area: NDArray[np.int64]


def honest_survey(n: int, k: int, seed: int, *, strength: float = 1.2, dont_know: float = 0.03) -> HonestSurvey:
    """Graded responses to one latent opinion plus an area effect per item (Samejima's model)."""
    rng = np.random.default_rng(seed)
    area = rng.integers(0, 10, n)
    opinion = rng.normal(size=n) + rng.normal(0, 0.4, 10)[area]
    steps = np.array([-2.2, -1.4, -0.6, 0.9]) + rng.normal(0, 0.15, (k, 4))
    cuts = np.sort(rng.normal(0, 0.3, (k, 1)) + steps, axis=1)
    latent = strength * opinion[:, None] + rng.normal(0, 0.3, (10, k))[area] + rng.logistic(size=(n, k))
    codes = 1 + (latent[:, :, None] > strength * cuts[None]).sum(axis=2)
    return HonestSurvey(np.where(rng.random((n, k)) < dont_know, 8, codes), area)
