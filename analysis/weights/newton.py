"""Calibration as minimisation: damped Newton steps on the dual problem (Deville and Särndal 1992, §2). Step 5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.frame import Floats

RESCALE_ABOVE = 20.0  # R's grake: base weights this far off are first multiplied by one number
MISFIT = 1e-12


class Distance(Protocol):
    """A distance between old and new weights, by its inverse derivative F: g = F(x'λ)."""

    def ratio(self, u: Floats) -> Floats:
        """F(u), the ratio of new to old weight."""
        ...

    def slope(self, u: Floats) -> Floats:
        """F'(u); 0 where the ratio is at a bound."""
        ...

    def integral(self, u: Floats) -> Floats:
        """The antiderivative of F, the term of the convex dual objective."""
        ...


@dataclass(frozen=True)
class Calibrated:
    """Ratios (classes,) and the relative misfit after each step."""

    factor: Floats
    history: tuple[float, ...]
    converged: bool
    rescaled_by: float


def calibrate(
    weight: Floats, x: Floats, population: Floats, distance: Distance, tolerance: float, cap: int
) -> Calibrated:
    """Finds ratios g with sum(weight g x) = population, g = F(x'λ).

    `weight` (classes,), `x` (classes, k), `population` (k,). Not converged means that no such ratios were
    found: bounds are then too narrow or the totals contradict each other.
    """
    sample = x.T @ weight
    quotients = population / np.where(sample == 0, np.nan, sample)
    smallest = np.nanmin(quotients) if np.isfinite(quotients).any() else 1.0
    scale = float(np.nanmean(quotients)) if smallest > RESCALE_ABOVE else 1.0
    weight = weight * scale
    column = np.sqrt(np.maximum((x * x).T @ weight, 1e-300))  # unit columns keep the normal matrix well scaled
    z, goal = x / column, population / column
    scaled = 1.0 + np.abs(population)
    tolerance = min(tolerance, MISFIT)

    lam = np.zeros(x.shape[1])
    history: list[float] = []
    misfit = goal - z.T @ (weight * distance.ratio(z @ lam))
    for _ in range(cap):
        step = _step(z, weight, distance.slope(z @ lam), misfit)
        lam, moved = _damped(lam, step, misfit, weight, z, goal, distance)
        misfit = goal - z.T @ (weight * distance.ratio(z @ lam))
        relative = np.abs(misfit * column) / scaled
        history.append(float(relative.max()))
        if history[-1] < tolerance or not moved:
            break
    relative = np.abs(misfit * column) / scaled
    factor = distance.ratio(z @ lam) * scale
    met = bool(relative.max() < max(tolerance, 1e-9))
    return Calibrated(factor, tuple(history), met, scale)


def _step(z: Floats, weight: Floats, slope: Floats, misfit: Floats) -> Floats:
    """Newton's step; where whole levels stand at a bound, and it knows no way back, one that takes them as free.

    At a bound the slope is 0: a first step too long would leave such a level there for ever, although ratios within the
    bounds exist. The objective is convex, so that every positive definite matrix points downhill.
    """
    normal = z.T @ (z * (weight * slope)[:, None])
    step = np.linalg.pinv(normal, rcond=1e-13, hermitian=True) @ misfit
    if np.abs(misfit - normal @ step).max() > 1e-6 * np.abs(misfit).max():
        free = z.T @ (z * (weight * np.where(slope > 0, slope, 1.0))[:, None])
        step = np.linalg.pinv(free, rcond=1e-13, hermitian=True) @ misfit
    return np.asarray(step)


def full_steps(weight: Floats, x: Floats, population: Floats, distance: Distance, cap: int) -> Floats:
    """Ratios (classes,) after undamped Newton steps, where R's calibrate stands with totals that cannot be met.

    For replicates only: no ratios meet the totals, and R keeps these (survey:::grake, maxit = `cap`). They stay within
    the bounds. Ends early when the steps have come to rest.
    """
    lam = np.zeros(x.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(cap):
            u = x @ lam
            normal = x.T @ (x * (weight * distance.slope(u))[:, None])
            misfit = population - x.T @ (weight * distance.ratio(u))
            step = np.linalg.pinv(normal, rcond=256 * np.finfo(float).eps, hermitian=True) @ misfit
            if not np.isfinite(step).all() or np.abs(step).max() <= 1e-14 * np.abs(lam).max(initial=1e-14):
                break
            lam = lam + step
    return distance.ratio(x @ lam)


def _damped(
    lam: Floats, step: Floats, misfit: Floats, weight: Floats, z: Floats, goal: Floats, distance: Distance
) -> tuple[Floats, bool]:
    """The longest halved step that lowers the dual objective or the misfit; False when none does."""
    with np.errstate(over="ignore", invalid="ignore"):
        start = float(weight @ distance.integral(z @ lam) - goal @ lam)
        size = float(np.abs(misfit).max())
        descent = float(misfit @ step)
        length = 1.0
        for _ in range(60):
            trial = lam + length * step
            u = z @ trial
            value = float(weight @ distance.integral(u) - goal @ trial)
            left = float(np.abs(goal - z.T @ (weight * distance.ratio(u))).max())
            lower = value <= start - 1e-4 * length * descent
            if np.isfinite(value) and np.isfinite(left) and (lower or left < size * (1 - 0.1 * length)):
                return trial, True
            length /= 2
    return lam, False
