"""Pseudo-weights of volunteers: one over the chance to take part, estimated against a drawn sample. Step 6.

Source: Chen, Li & Wu 2020, JASA 115:2011.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.two_samples.cells import Cells, by_cell
from analysis.two_samples.participation import Vector, participation
from analysis.two_samples.samples import NO_SOLUTION, TwoSamplesError


def pseudo_weights(
    x_volunteers: ArrayLike, x_drawn: ArrayLike, weights_drawn: ArrayLike, *, multiplicity: ArrayLike | None = None
) -> Vector:
    """Weights 1/pi, shape (n,), of volunteers under a logistic model of taking part.

    theta solves sum_volunteers x_i = sum_drawn d_j pi(x_j, theta) x_j, pi = expit(x'theta) (participation.py).
    `multiplicity`, shape (n,), counts how often a volunteer stands in a bootstrap sample. Raises TwoSamplesError when a
    group of volunteers has nobody like it in the drawn sample, or outnumbers its population.

    >>> pseudo_weights([[1.0]] * 4, [[1.0]] * 2, [100.0, 60.0]).round(9).tolist()
    [40.0, 40.0, 40.0, 40.0]
    """
    x, reference = np.asarray(x_volunteers, dtype=np.float64), np.asarray(x_drawn, dtype=np.float64)
    d = np.asarray(weights_drawn, dtype=np.float64)
    times = np.ones(len(x)) if multiplicity is None else np.asarray(multiplicity, dtype=np.float64)
    cells = Cells.of(reference, x)
    numbers, people = by_cell(times[:, None], cells.volunteers, cells), by_cell(d[:, None], cells.drawn, cells)
    theta, solved = participation(cells.x, numbers, people)
    if not solved[0]:
        raise TwoSamplesError(NO_SOLUTION)
    return np.asarray(1 + np.exp(-(x @ theta[:, 0])))
