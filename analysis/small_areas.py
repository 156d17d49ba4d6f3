"""Fay-Herriot model for small domains: direct estimates borrow strength from area figures (step 6 of the flow).

The result is model-based, says so, and never decides a target. Source: Fay & Herriot 1979; Rao & Molina 2015, ch. 6.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]


class SmallAreaError(ValueError):
    """Inputs of unequal length, variances that are not positive, or too few areas for the model."""


@dataclass(frozen=True)
class FayHerriot:
    """A fitted area model for m areas: y_m = x_m'beta + v_m + e_m, v ~ (0, sigma2_v), e ~ (0, D_m) with D_m known.

    `eblup`, `gamma` and `mse` have shape (m,), `beta` shape (p,). `gamma` is the weight of the direct estimate. With
    `sigma2_v` = 0 the estimates are the regression alone: the areas do not differ more than their sampling errors.
    """

    sigma2_v: float
    beta: Vector
    eblup: Vector
    gamma: Vector
    mse: Vector
    iterations: int
    label: str = "model-based"


def smoothed_variances(rate: float, deff: float, n: ArrayLike) -> Vector:
    """Sampling variances D, shape (m,), from a pooled rate and design effect: p(1-p) deff / n_m.

    Direct variances from a few communities are too noisy to be taken as known. Raises SmallAreaError unless
    0 < rate < 1, deff > 0, n > 0.

    >>> smoothed_variances(0.9, 1.5, [90, 45]).round(6).tolist()
    [0.0015, 0.003]
    """
    sizes = np.asarray(n, dtype=np.float64)
    if not (0 < rate < 1 and deff > 0 and np.all(sizes > 0)):
        raise SmallAreaError("smoothed variances: expected 0 < rate < 1, deff > 0 and every n > 0")
    return rate * (1 - rate) * deff / sizes


def fay_herriot(y: ArrayLike, D: ArrayLike, X: ArrayLike, *, tolerance: float = 1e-12) -> FayHerriot:
    """EBLUPs with sigma2_v by restricted maximum likelihood, and their mean squared errors.

    y, D: shape (m,), direct estimates and sampling variances; X: shape (m, p), area figures, with a column of ones.
    REML by Fisher scoring: with V = diag(sigma2_v + D), P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1,
        score = (y'PPy - tr P)/2,  information = tr(PP)/2,  sigma2_v cut at 0.
    EBLUP = gamma y + (1-gamma) x'beta, gamma = sigma2_v/(sigma2_v + D).
    MSE = g1 + g2 + 2 g3 (Prasad & Rao 1990; Datta & Lahiri 2000 for REML):
        g1 = gamma D,  g2 = (1-gamma)² x'(X'V^-1 X)^-1 x,  g3 = D² (sigma2_v + D)^-3 · 2 / sum (sigma2_v + D)^-2.
    Raises SmallAreaError; 20 or more areas are advisable, m > p is required.

    >>> fit = fay_herriot([0.85, 0.95, 0.90, 0.70], [0.001, 0.001, 0.001, 0.001], [[1], [1], [1], [1]])
    >>> round(fit.sigma2_v, 6), round(float(fit.eblup[3]), 4)
    (0.010667, 0.7129)
    """
    direct, variances, design = _checked(y, D, X)
    sigma2, iterations = _reml(direct, variances, design, tolerance)
    total = sigma2 + variances
    inverse = np.linalg.inv(design.T @ (design / total[:, None]))
    beta = inverse @ (design.T @ (direct / total))
    gamma = sigma2 / total
    synthetic = design @ beta
    g1 = gamma * variances
    g2 = (1 - gamma) ** 2 * np.einsum("ij,jk,ik->i", design, inverse, design)
    g3 = variances**2 / total**3 * (2 / np.sum(total**-2.0))
    eblup = gamma * direct + (1 - gamma) * synthetic
    return FayHerriot(sigma2, beta, eblup, gamma, g1 + g2 + 2 * g3, iterations)


def _checked(y: ArrayLike, D: ArrayLike, X: ArrayLike) -> tuple[Vector, Vector, Vector]:
    direct = np.asarray(y, dtype=np.float64)
    variances = np.asarray(D, dtype=np.float64)
    design = np.asarray(X, dtype=np.float64)
    if direct.ndim != 1 or variances.shape != direct.shape or design.ndim != 2 or len(design) != len(direct):
        raise SmallAreaError(
            f"expected y (m,), D (m,), X (m, p), found {direct.shape}, {variances.shape}, {design.shape}"
        )
    if not (np.isfinite(direct).all() and np.isfinite(design).all() and np.all(variances > 0)):
        raise SmallAreaError("expected finite y and X and every D > 0; leave areas without a direct estimate out")
    if np.linalg.matrix_rank(design) < design.shape[1] or len(direct) <= design.shape[1]:
        raise SmallAreaError("expected X of full column rank and more areas than columns; drop or merge columns of X")
    return direct, variances, design


def _reml(y: Vector, D: Vector, X: Vector, tolerance: float) -> tuple[float, int]:
    sigma2 = float(np.median(D))
    for iteration in range(1, 201):
        score, information = _score(y, D, X, sigma2)
        step = score / information
        new = max(0.0, sigma2 + step)
        # Scoring can jump over the maximum when the areas are few: halve until the likelihood does not fall.
        while new > 0 and _log_likelihood(y, D, X, new) < _log_likelihood(y, D, X, sigma2) - 1e-12:
            step /= 2
            new = max(0.0, sigma2 + step)
        if abs(new - sigma2) <= tolerance * (sigma2 + float(np.min(D))):
            return new, iteration
        sigma2 = new
    raise SmallAreaError("REML: no convergence in 200 iterations; check D and X for extreme values")


def _score(y: Vector, D: Vector, X: Vector, sigma2: float) -> tuple[float, float]:
    scaled = X / (sigma2 + D)[:, None]
    P = np.diag(1 / (sigma2 + D)) - scaled @ np.linalg.solve(X.T @ scaled, scaled.T)
    residual = P @ y
    return float(residual @ residual - np.trace(P)) / 2, float(np.sum(P * P)) / 2


def _log_likelihood(y: Vector, D: Vector, X: Vector, sigma2: float) -> float:
    total = sigma2 + D
    gram = X.T @ (X / total[:, None])
    residual = y - X @ np.linalg.solve(gram, X.T @ (y / total))
    return -0.5 * float(np.sum(np.log(total)) + np.linalg.slogdet(gram)[1] + np.sum(residual**2 / total))
