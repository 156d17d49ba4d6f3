"""Two more estimates from volunteers and a drawn sample: mass imputation and the doubly robust one. Step 6.

Mass imputation (Kim, Park, Chen & Wu 2021, JRSS A 184:941): a logistic model of the answer, fitted on the volunteers,
predicts everybody in the drawn sample. Doubly robust (Chen, Li & Wu 2020, §3): the predictions, corrected by the
pseudo-weighted mean of what they miss among the volunteers; right if either model is.
"""

from __future__ import annotations

import numpy as np

from analysis.two_samples.participation import Vector, expit, newton_step

STEPS = 30


def model_estimates(
    x: Vector, reference: Vector, answers: Vector, positive: Vector, pseudo: Vector, pseudo_positive: Vector
) -> Vector:
    """Mass-imputed and doubly robust share of one item in every replicate, shape (2, R).

    x (C, p): matching variables of the cells; the others (C, R), sums in the cell: `reference` of the drawn sample's
    weights, `answers` and `positive` of the volunteers' answers, `pseudo` and `pseudo_positive` the same with
    pseudo-weights.
    """
    predicted = expit(x @ logistic(x, positive, answers))
    imputed = (reference * predicted).sum(axis=0) / reference.sum(axis=0)
    missed = (pseudo_positive - pseudo * predicted).sum(axis=0) / pseudo.sum(axis=0)
    return np.stack([imputed, imputed + missed])


def logistic(x: Vector, positive: Vector, answers: Vector) -> Vector:
    """Coefficients of logistic regressions on cells, shape (p, R), by Newton steps; positive of answers, (C, R) each.

    A group in which everybody answers alike has no finite coefficient: the steps then end at one that predicts it to
    many digits.

    >>> beta = logistic(np.ones((1, 1)), np.array([[3.0]]), np.array([[4.0]]))
    >>> float(expit(beta)[0, 0].round(9))
    0.75
    """
    beta = np.zeros((x.shape[1], answers.shape[1]))
    enough = 1e-9 * (1 + answers.sum(axis=0))
    for _ in range(STEPS):
        p = expit(x @ beta)
        gradient = x.T @ (positive - answers * p)
        if (np.abs(gradient).max(axis=0) < enough).all():
            break
        beta = np.clip(beta + newton_step(x, answers * p * (1 - p), gradient), -30, 30)
    return np.asarray(beta)
