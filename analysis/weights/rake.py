"""Raking: margins are met in turn until all hold (Deming and Stephan 1940, iterative proportional fitting). Step 5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.frame import Bools, Floats
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

    Stops when no level of any margin is off by more than `tolerance`, relatively, after a full sweep. Columns that have
    come so far are put aside when they are half of those still swept, so that slow replicates hold up only themselves.
    A level without weight in a column is left out of that column.
    """
    current = totals.astype(np.float64).copy()
    final = np.empty_like(current)
    columns = np.arange(current.shape[1])
    history: list[float] = []
    held = [margin.sums(current) > 0 for margin in margins]
    wanted = [np.broadcast_to(population, sums.shape) for population, sums in zip(populations, held, strict=True)]
    worst = (0, 0)
    for _ in range(cap):
        for margin, population in zip(margins, wanted, strict=True):
            sums = margin.sums(current)
            current *= np.divide(population, sums, out=np.ones_like(sums), where=sums > 0)[margin.level]
        errors, worst = _largest_errors(current, margins, wanted, held)
        history.append(float(errors.max()))
        met = errors < tolerance
        if met.all():
            break
        if 2 * met.sum() >= met.size:
            final[:, columns[met]] = current[:, met]
            columns, current = columns[~met], current[:, ~met]
            held, wanted = [each[:, ~met] for each in held], [each[:, ~met] for each in wanted]
    final[:, columns] = current
    factor = np.divide(final, totals, out=np.ones_like(final), where=totals > 0)
    return Raked(factor, tuple(history), history[-1] < tolerance, *worst)


def _largest_errors(
    current: Floats, margins: Sequence[Grouping], wanted: Sequence[Floats], held: Sequence[Bools]
) -> tuple[Floats, tuple[int, int]]:
    """The largest relative error of every column (k,), and margin and level of the largest of all."""
    of_column, largest, place = np.zeros(current.shape[1]), -1.0, (0, 0)
    for k, (margin, population) in enumerate(zip(margins, wanted, strict=True)):
        sums = margin.sums(current)
        known = np.where(population > 0, population, 1.0)
        error: Floats = np.where(held[k], np.abs(sums / known - (population > 0)), 0.0)
        of_column = np.maximum(of_column, error.max(axis=0))
        by_level: Floats = error.max(axis=1)
        level = int(by_level.argmax())
        if by_level[level] > largest:
            largest, place = float(by_level[level]), (k, level)
    return of_column, place
