"""How far coders agree who coded the same texts without seeing each other's work. Step 6.

Cohen's kappa for two coders, with the standard error of Fleiss, Cohen and Everitt (1969), and Krippendorff's alpha for
any number of coders and texts that not everybody coded.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats


class AgreementError(ValueError):
    """Ratings of unequal number, or none."""


@dataclass(frozen=True)
class Kappa:
    """`kappa` of `n` units, `agreed`: share of units on which both agree; `lower` and `upper` at `level`.

    `kappa` is None where both gave one and the same rating to everything: nothing can be told beyond chance.
    """

    n: int
    agreed: float
    kappa: float | None
    se: float | None
    lower: float | None
    upper: float | None
    level: float


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable], *, level: float = 0.95) -> Kappa:
    """Agreement of two raters beyond chance (Cohen 1960); se by Fleiss, Cohen & Everitt (1969, eq. 13).

    `first[k]` and `second[k]`: nominal ratings of unit k. The limits are cut at -1 and 1. Raises AgreementError.

    >>> found = cohen_kappa(["yes"] * 25 + ["no"] * 25, ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15)
    >>> round(found.agreed, 2), round(found.kappa, 2)
    (0.7, 0.4)
    """
    if len(first) != len(second) or not first:
        raise AgreementError(f"ratings: expected as many of both raters, found {len(first)} and {len(second)}")
    table = _cross_classified(first, second)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    agreed, by_chance = float(np.trace(table)), float(rows @ columns)
    n = len(first)
    if math.isclose(by_chance, 1.0):
        return Kappa(n, agreed, None, None, None, None, level)
    kappa = (agreed - by_chance) / (1 - by_chance)
    se = math.sqrt(max(_kappa_variance(table, rows, columns, kappa, by_chance), 0.0) / n)
    half = float(stats.norm.ppf((1 + level) / 2)) * se
    return Kappa(n, agreed, kappa, se, max(kappa - half, -1.0), min(kappa + half, 1.0), level)


def _cross_classified(first: Sequence[Hashable], second: Sequence[Hashable]) -> np.ndarray:
    """Shares of the units by both ratings, shape (ratings, ratings)."""
    ratings = {rating: k for k, rating in enumerate(dict.fromkeys([*first, *second]))}
    table = np.zeros((len(ratings), len(ratings)))
    for one, other in zip(first, second, strict=True):
        table[ratings[one], ratings[other]] += 1
    return table / len(first)


def _kappa_variance(table: np.ndarray, rows: np.ndarray, columns: np.ndarray, kappa: float, by_chance: float) -> float:
    """n times the large-sample variance."""
    diagonal = np.diag(table)
    together = 1 - (rows + columns) * (1 - kappa)
    on = float((diagonal * together**2).sum())
    apart = table * (columns[:, None] + rows[None, :]) ** 2
    off = (1 - kappa) ** 2 * float(apart.sum() - np.trace(apart))
    return (on + off - (kappa - by_chance * (1 - kappa)) ** 2) / (1 - by_chance) ** 2


def krippendorff_alpha(units: Sequence[Mapping[Hashable, Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal ratings (Krippendorff 2011, "Computing Krippendorff's alpha-reliability", D).

    `units[k]`: rating of unit k by rater; units with fewer than two ratings tell nothing and are passed over. None
    where no unit has two, or every rating is the same.

    >>> round(krippendorff_alpha([{"a": 0, "b": 0}, {"a": 1, "b": 1}, {"a": 0, "b": 1}]), 3)
    0.444
    """
    disagreed = 0.0
    totals: Counter[Hashable] = Counter()
    for unit in units:
        counts = Counter(unit.values())
        m = counts.total()
        if m < 2:
            continue
        totals.update(counts)
        disagreed += (m * m - sum(n * n for n in counts.values())) / (m - 1)
    n = totals.total()
    expected = n * n - sum(count * count for count in totals.values())
    if n < 2 or expected == 0:
        return None
    return 1 - (n - 1) * disagreed / expected
