"""The chance to be among the volunteers: a logistic model on cells of matching variables. Step 6.

Many replicates at once. Source: Chen, Li & Wu 2020, JASA 115:2011, equation 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
MOST_STEPS = 100
FARTHEST = 1e3  # a coefficient beyond it belongs to a model without a solution


def participation(x: Vector, volunteers: Vector, reference: Vector) -> tuple[Vector, NDArray[np.bool_]]:
    """Coefficients theta (p, R) with sum_c volunteers x = sum_c reference expit(x'theta) x, and which have one (R,).

    x (C, p): the matching variables of each cell with a column of ones; volunteers, reference (C, R): how many of them
    and how many people of the drawn sample's population are in the cell. theta is the maximum of a concave
    pseudo-likelihood, found by Newton steps with halving. None exists when a group of volunteers has nobody like it
    in the drawn sample, or outnumbers its population.
    """
    theta = np.zeros((x.shape[1], volunteers.shape[1]))
    total = x.T @ volunteers
    solved = np.zeros(theta.shape[1], dtype=np.bool_)
    for _ in range(MOST_STEPS):
        pi = expit(x @ theta)
        gradient = total - x.T @ (reference * pi)
        solved = np.max(np.abs(gradient) / (1 + np.abs(total)), axis=0) < 1e-10
        lost = np.max(np.abs(theta), axis=0) > FARTHEST
        if (solved | lost).all():
            break
        step = newton_step(x, reference * pi * (1 - pi), gradient)
        theta = _ascend(theta, np.where(solved | lost, 0.0, step), total, x, reference)
    return theta, solved


def _ascend(theta: Vector, step: Vector, total: Vector, x: Vector, reference: Vector) -> Vector:
    """Steps halved, each on its own, until the pseudo-likelihood does not fall."""

    def likelihood(at: Vector) -> Vector:
        return np.asarray((total * at).sum(axis=0) - (reference * np.logaddexp(0.0, x @ at)).sum(axis=0))

    now, size = likelihood(theta), np.ones(theta.shape[1])
    floor = now - 1e-11 * (1 + np.abs(now))  # near the maximum a rise is smaller than rounding
    for _ in range(27):
        falls = likelihood(theta + size * step) < floor
        if not falls.any():
            break
        size[falls] /= 2
    return np.asarray(theta + size * step)


def newton_step(x: Vector, weight: Vector, gradient: Vector) -> Vector:
    """Steps (p, R) that solve (x' diag(weight_r) x) step_r = gradient_r; weight (C, R), gradient (p, R).

    A ridge of 1e-12 of the mean diagonal stands in for the directions that the cells say nothing about.
    """
    p = x.shape[1]
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), p * p)
    hessian = (products.T @ weight).T.reshape(-1, p, p)
    ridge = np.maximum(1e-12 * np.trace(hessian, axis1=1, axis2=2) / p, 1e-30)
    return np.asarray(np.linalg.solve(hessian + ridge[:, None, None] * np.eye(p), gradient.T[:, :, None])[:, :, 0].T)


def expit(u: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-np.clip(u, -500, 500))))
