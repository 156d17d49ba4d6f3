"""The two samples as arrays, and what calibrates one. Step 6."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.two_samples.participation import Vector

Rake = Callable[[Vector], Vector]
"""Takes base weights of one sample, shape (n, R), a column for each replicate, and returns them calibrated.

Weights of 0 must stay 0.
"""
NO_SOLUTION = (
    "participation model: no solution; some group of volunteers has nobody like it in the drawn sample, "
    "or outnumbers that group's population: merge groups of the matching variables"
)


class TwoSamplesError(ValueError):
    """Samples that do not fit together, or for which the participation model has no solution."""


@dataclass(frozen=True)
class DrawnSample:
    """The probability sample: x (m, p) matching variables with a column of ones, y (m, q) 0/1 or NaN for no answer.

    NaN in x: somebody who did not tell; the rates of the drawn sample count them, the models do without.
    """

    x: Vector
    y: Vector
    weights: Vector
    strata: NDArray[np.generic]
    psu: NDArray[np.generic]


@dataclass(frozen=True)
class VolunteerSample:
    """The self-selected sample: the same matching variables x (n, p) and items y (n, q), and no weights."""

    x: Vector
    y: Vector
