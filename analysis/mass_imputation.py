"""Two more estimates from volunteers and a drawn sample: mass imputation and the doubly robust one. Step 6.

Mass imputation (Kim, Park, Chen & Wu 2021, JRSS A 184:941): a logistic model of the answer, fitted on the volunteers,
predicts everybody in the drawn sample. Doubly robust (Chen, Li & Wu 2020, §3): the predictions, corrected by the
pseudo-weighted mean of what they miss among the volunteers; right if either model is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
STEPS = 30


def model_estimates(
    x_volunteers: Vector, y: Vector, times: Vector, pseudo: Vector, x_drawn: Vector, final: Vector
) -> Vector:
    """Mass-imputed and doubly robust shares of every item, shape (2, q).

    x_volunteers (n, p), y (n, q) 0/1 or NaN, `times` (n,): how often each counts, `pseudo` (n,) pseudo-weights with
    `times` in them; x_drawn (m, p), `final` (m,) weights of the drawn sample.
    """
    found = np.empty((2, y.shape[1]))
    for k in range(y.shape[1]):
        answered = np.isfinite(y[:, k])
        value = np.where(answered, y[:, k], 0.0)
        beta = logistic(x_volunteers, value, times * answered)
        predicted = expit(x_drawn @ beta)
        missed = pseudo * answered @ (value - expit(x_volunteers @ beta)) / (pseudo @ answered)
        found[0, k] = final @ predicted / final.sum()
        found[1, k] = found[0, k] + missed
    return found


def expit(u: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-np.clip(u, -500, 500))))


def logistic(x: Vector, y: Vector, weight: Vector) -> Vector:
    """Coefficients of a logistic regression, shape (p,), by Newton steps; y in 0..1, weights (n,) of 0 or more.

    A group in which everybody answers alike has no finite coefficient: the steps then end at one that predicts it to
    many digits.

    >>> beta = logistic(np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]), np.ones(4))
    >>> float(expit(beta)[0].round(9))
    0.75
    """
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = expit(x @ beta)
        gradient = x.T @ (weight * (y - p))
        if np.abs(gradient).max(initial=0.0) < 1e-9 * (1 + weight.sum()):
            break
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x
        beta = np.clip(beta + np.linalg.lstsq(hessian, gradient, rcond=1e-10)[0], -30, 30)
    return np.asarray(beta)
