"""The same code all the way down a battery whose items do not all point the same way (step 5).

In a battery of items that all point the same way, "satisfied" throughout may be what somebody thinks; there, nobody is
flagged. With reversed items among them the same code contradicts itself.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag


def same_code_throughout(
    answers: ArrayLike, *, missing: tuple[int, ...] = (-1,), minimum: int = 3
) -> NDArray[np.bool_]:
    """Whose substantive answers, shape (n, k) of codes, are all the same: a fact about each, shape (n,), no finding.

    At least `minimum` items must be answered. Use it with `concentration` to compare interviewers.

    >>> same_code_throughout([[4, 4, 4], [4, 4, 5], [4, -1, 4]]).tolist()
    [True, False, False]
    """
    codes = np.asarray(answers)
    counted = ~np.isin(codes, missing)
    low = np.where(counted, codes, np.iinfo(np.int32).max).min(axis=1)
    high = np.where(counted, codes, np.iinfo(np.int32).min).max(axis=1)
    return np.asarray((low == high) & (counted.sum(axis=1) >= minimum))


def straight_lining(
    answers: ArrayLike,
    reversed_items: ArrayLike,
    *,
    midpoint: int | None = None,
    missing: tuple[int, ...] = (-1,),
    minimum: int = 4,
) -> Pattern:
    """Answers, shape (n, k), with one code throughout although items of both directions were answered.

    `reversed_items`, shape (k,), marks the items on which a high code means the opposite. The `midpoint` ("neither")
    says the same in both directions and is not flagged. At least `minimum` items, one of each direction, must be
    answered. `observed` is the number of items answered alike. Raises PatternError for a battery without reversed
    items.
    """
    codes, turned = np.asarray(answers), np.asarray(reversed_items, dtype=bool)
    if codes.ndim != 2 or turned.shape != (codes.shape[1],):
        raise PatternError(f"expected answers (n, k) and k marks, found {codes.shape} and {turned.shape}")
    if turned.all() or not turned.any():
        raise PatternError(
            "straight-lining: expected items of both directions; one code throughout is a possible opinion otherwise"
        )
    counted = ~np.isin(codes, missing)
    both = counted[:, turned].any(axis=1) & counted[:, ~turned].any(axis=1)
    alike = same_code_throughout(codes, missing=missing, minimum=minimum) & both
    code = np.where(counted, codes, np.iinfo(np.int32).min).max(axis=1)
    if midpoint is not None:
        alike &= code != midpoint
    evidence = [
        Evidence(f"answer {row + 1}", (int(row),), float(counted[row].sum()), details={"code": float(code[row])})
        for row in np.flatnonzero(alike)
    ]
    rule = f"one code on {minimum} or more items of both directions"
    return flag("straight_lining", "items answered alike", rule, evidence, len(codes))
