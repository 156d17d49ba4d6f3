"""Base weights: one over the probability with which a person came into a two-stage sample (step 5 of the flow).

Source: Särndal, Swensson & Wretman 1992, §4.3; household selection: Kish 1965, §11.3. The probabilities come from
`analysis.planner.selection`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Frame
from analysis.plan_design import Selection


class BaseWeightError(ValueError):
    """A probability outside 0..1 or a household without an eligible person; the message names the first row."""


def base_weights(
    pi_psu: ArrayLike,
    pi_dwelling: ArrayLike,
    *,
    eligible_persons: ArrayLike | None = None,
    interviewed_persons: ArrayLike = 1,
    cap: float | None = None,
) -> NDArray[np.float64]:
    """Weights, shape (n,): eligible / (interviewed · pi_psu · pi_dwelling).

    `eligible_persons`, shape (n,): persons in the household out of whom `interviewed_persons` were drawn at random;
    left out, every eligible person answers (or the dwelling itself is the unit). `cap` treats larger households as
    having so many persons: smaller variance for a small bias, to be stated with the result.
    Raises BaseWeightError.

    >>> base_weights([0.2, 0.2], [0.1, 0.1], eligible_persons=[1, 3]).round(6).tolist()
    [50.0, 150.0]
    """
    first, second = (np.asarray(p, dtype=np.float64) for p in (pi_psu, pi_dwelling))
    _check("pi_psu: expected a probability above 0 and up to 1", first, (first > 0) & (first <= 1))
    _check("pi_dwelling: expected a probability above 0 and up to 1", second, (second > 0) & (second <= 1))
    weights = np.asarray(1 / (first * second))
    if eligible_persons is None:
        return weights
    eligible = np.asarray(eligible_persons, dtype=np.float64)
    interviewed = np.broadcast_to(np.asarray(interviewed_persons, dtype=np.float64), eligible.shape)
    _check("interviewed_persons: expected at least 1", interviewed, interviewed >= 1)
    _check("eligible_persons: expected at least as many as were interviewed", eligible, eligible >= interviewed)
    counted = eligible if cap is None else np.maximum(np.minimum(eligible, cap), interviewed)
    return np.asarray(weights * counted / interviewed)


def selection_weights(plan: Selection, frame: Frame) -> NDArray[np.float64]:
    """The base weights of a plan's `design.selection`, shape (n,). Raises FaultsFound."""
    columns = {name: frame.numbers(name) for name in plan.columns}
    try:
        return base_weights(
            columns[plan.psu],
            columns[plan.unit],
            eligible_persons=columns[plan.eligible] if plan.eligible else None,
            interviewed_persons=columns[plan.interviewed] if plan.interviewed else 1,
            cap=plan.cap,
        )
    except BaseWeightError as error:
        what, _, rest = str(error).partition(": expected ")
        wanted, _, found = rest.partition(", found ")
        key = f"design.selection, {what} ({shortened(plan.columns)})"
        raise FaultsFound([Fault(frame.file, key, wanted, found)]) from error


def _check(expected: str, values: NDArray[np.float64], fine: NDArray[np.bool_]) -> None:
    if not fine.all():
        row = int(np.flatnonzero(~fine)[0])
        raise BaseWeightError(f"{expected}, found {values.ravel()[row]:g} in row {row + 1}")
