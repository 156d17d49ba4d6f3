"""Raking: margins are met in turn until all hold (Deming and Stephan 1940, iterative proportional fitting). Step 5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.frame import Bools, Floats, Ints
from analysis.weights.classes import Grouping


@dataclass(frozen=True)
class Raked:
    """Factors (classes, k), the largest relative error after each full sweep, and where it stands at the end."""

    factor: Floats
    history: tuple[float, ...]
    converged: bool
    worst_margin: int
    worst_level: int


def rake(
    totals: Floats, margins: Sequence[Grouping], populations: Sequence[Floats], tolerance: float, cap: int
) -> Raked:
    """Rakes class totals (classes, k) to every margin; each of the k columns on its own; populations are (levels, k).

    Stops when no level of any margin is off by more than `tolerance`, relatively, after a full sweep.
    A level without weight in a column is left out of that column.
    """
    current = totals.astype(np.float64).copy()
    history: list[float] = []
    held = [margin.sums(current) > 0 for margin in margins]
    worst = (0, 0)
    for _ in range(cap):
        for margin, population in zip(margins, populations, strict=True):
            sums = margin.sums(current)
            current *= np.divide(population, sums, out=np.ones_like(sums), where=sums > 0)[margin.level]
        error, worst = _largest_error(current, margins, populations, held)
        history.append(error)
        if error < tolerance:
            break
    factor = np.divide(current, totals, out=np.ones_like(current), where=totals > 0)
    return Raked(factor, tuple(history), history[-1] < tolerance, *worst)


def _largest_error(
    current: Floats, margins: Sequence[Grouping], populations: Sequence[Floats], held: Sequence[Bools]
) -> tuple[float, tuple[int, int]]:
    largest, place = -1.0, (0, 0)
    for k, (margin, population) in enumerate(zip(margins, populations, strict=True)):
        sums = margin.sums(current)
        wanted = np.where(population > 0, population, 1.0)
        error: Floats = np.where(held[k], np.abs(sums / wanted - (population > 0)), 0.0)
        by_level: Floats = error.max(axis=1)
        level: Ints = np.asarray(by_level.argmax())
        if by_level[level] > largest:
            largest, place = float(by_level[level]), (k, int(level))
    return largest, place
