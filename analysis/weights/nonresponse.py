"""Nonresponse adjustment in classes: those who answered also stand for those like them who did not (step 5).

Assumes that inside a class answering has nothing to do with the answer. Source: Valliant, Dever & Kreuter 2018,
Practical Tools for Designing and Weighting Survey Samples, §§13.5-13.6.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.dispositions import DispositionClass


class NonresponseError(ValueError):
    """Weights, statuses and classes that do not fit, or nobody who answered."""


class CaseStatus(StrEnum):
    """What weighting needs to know about a sampled case."""

    RESPONDENT = "respondent"
    NONRESPONDENT = "nonrespondent"
    INELIGIBLE = "ineligible"
    UNKNOWN = "unknown eligibility"


_STATUS = {
    DispositionClass.COMPLETE: CaseStatus.RESPONDENT,
    DispositionClass.PARTIAL: CaseStatus.RESPONDENT,
    DispositionClass.REFUSAL: CaseStatus.NONRESPONDENT,
    DispositionClass.NON_CONTACT: CaseStatus.NONRESPONDENT,
    DispositionClass.OTHER: CaseStatus.NONRESPONDENT,
    DispositionClass.UNKNOWN_HOUSEHOLD: CaseStatus.UNKNOWN,
    DispositionClass.UNKNOWN_OTHER: CaseStatus.UNKNOWN,
    DispositionClass.NOT_ELIGIBLE: CaseStatus.INELIGIBLE,
}


def case_status(klass: DispositionClass, *, partial_answers: bool = True) -> CaseStatus:
    """The status of an AAPOR class; partial interviews count as answers unless told otherwise.

    >>> case_status(DispositionClass.REFUSAL).value
    'nonrespondent'
    """
    if klass is DispositionClass.PARTIAL and not partial_answers:
        return CaseStatus.NONRESPONDENT
    return _STATUS[klass]


@dataclass(frozen=True)
class NonresponseAdjustment:
    """Adjusted weights, shape (n,), in the order of the cases, and one row per class as finally used.

    `classes` has columns `class`, `cases`, `respondents`, `response_rate` (weighted, of the eligible), `factor` (what a
    respondent's weight was multiplied by); `collapsed` names the classes that were too thin and merged with siblings.
    `codes` (n,): the place of each case's class in `classes`.
    """

    weights: NDArray[np.float64]
    classes: pd.DataFrame
    collapsed: tuple[str, ...]
    codes: NDArray[np.int64]


def adjust_for_nonresponse(
    weights: ArrayLike,
    status: ArrayLike,
    classes: pd.DataFrame,
    *,
    minimum_respondents: int = 20,
    maximum_factor: float = 4.0,
) -> NonresponseAdjustment:
    """Move the weight of cases without an answer to those of their class that have one.

    weights, status: shape (n,), base weights and `CaseStatus` values of ALL sampled cases; classes: n rows, columns
    from the most to the least important (area, then dwelling type). In a class, with sums of base weights:
        every known case  x (all)/(known)   the unknown are like the known: some of them were never eligible
        respondents       x (respondents + nonrespondents)/(respondents)
    Ineligible cases keep the first factor; nonrespondents and unknown cases get 0, so that the total is unchanged.
    A class with fewer than `minimum_respondents` or a factor above `maximum_factor` loses its last column together with
    its siblings, until it is thick enough (20 and 4 are this project's choice). Raises NonresponseError.

    >>> s = [CaseStatus.RESPONDENT, CaseStatus.RESPONDENT, CaseStatus.NONRESPONDENT]
    >>> adjust_for_nonresponse([10, 20, 15], s, pd.DataFrame({"area": ["a"] * 3})).weights.tolist()
    [15.0, 30.0, 0.0]
    """
    base, states = _checked(weights, status, classes)
    cells, collapsed = _cells(base, states, classes, minimum_respondents, maximum_factor)
    codes, labels = pd.factorize(cells)
    sums = {s: np.bincount(codes, base * (states == s), len(labels)) for s in CaseStatus}
    respondents, eligible = sums[CaseStatus.RESPONDENT], sums[CaseStatus.RESPONDENT] + sums[CaseStatus.NONRESPONDENT]
    known = eligible + sums[CaseStatus.INELIGIBLE]
    for_unknown = (known + sums[CaseStatus.UNKNOWN]) / known
    factor = for_unknown * eligible / respondents
    adjusted = base * np.select(
        [states == CaseStatus.RESPONDENT, states == CaseStatus.INELIGIBLE], [factor[codes], for_unknown[codes]], 0.0
    )
    table = pd.DataFrame(
        {
            "class": labels,
            "cases": np.bincount(codes, minlength=len(labels)),
            "respondents": np.bincount(codes, states == CaseStatus.RESPONDENT, len(labels)).astype(int),
            "response_rate": respondents / eligible,
            "factor": factor,
        }
    )
    return NonresponseAdjustment(adjusted, table, collapsed, codes.astype(np.int64))


def _checked(
    weights: ArrayLike, status: ArrayLike, classes: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    base = np.asarray(weights, dtype=np.float64)
    states = np.asarray(status, dtype=np.str_)
    if base.ndim != 1 or base.shape != states.shape or len(classes) != len(base) or not len(classes.columns):
        raise NonresponseError(
            f"expected n weights, n statuses and n rows of classes, found {base.shape}, {states.shape}, {classes.shape}"
        )
    if not (np.isfinite(base).all() and (base > 0).all()):
        raise NonresponseError("weights: expected finite numbers above 0")
    strange = sorted(set(states.tolist()) - set(CaseStatus))
    if strange:
        raise NonresponseError(f"status: expected {', '.join(CaseStatus)}, found {', '.join(strange)}")
    if not (states == CaseStatus.RESPONDENT).any():
        raise NonresponseError("status: expected at least one respondent, found none")
    if classes.isna().any(axis=None):
        raise NonresponseError(
            "classes: expected a class on every case, found empty cells; give them a code of their own"
        )
    return base, states


def _cells(
    base: NDArray[np.float64], states: NDArray[np.str_], classes: pd.DataFrame, minimum: int, maximum: float
) -> tuple[NDArray[np.str_], tuple[str, ...]]:
    """The class of every case, after thin classes have lost columns from the right together with their siblings."""
    levels = [np.full(len(base), "all", dtype=object)]
    for name in classes.columns:
        levels.append(levels[-1] + f" · {name}=" + classes[name].astype(str).to_numpy(dtype=object))
    current = levels[-1].copy()
    collapsed: list[str] = []
    for depth in range(len(levels) - 1, 0, -1):
        at_depth = current == levels[depth]
        codes, labels = pd.factorize(levels[depth][at_depth])
        thin = _thin(base[at_depth], states[at_depth], codes, minimum, maximum)
        if thin.any():
            collapsed += [str(label) for label in labels[thin]]
            parents = set(levels[depth - 1][at_depth][thin[codes]])
            merged = np.isin(levels[depth - 1].astype(str), sorted(map(str, parents)))
            current[merged] = levels[depth - 1][merged]
    return current.astype(np.str_), tuple(collapsed)


def _thin(
    base: NDArray[np.float64], states: NDArray[np.str_], codes: NDArray[np.intp], minimum: int, maximum: float
) -> NDArray[np.bool_]:
    """Which of the coded classes have too few respondents, or too few against the weight they would have to carry."""
    answered = states == CaseStatus.RESPONDENT
    cells = int(codes.max(initial=-1)) + 1
    respondents = np.bincount(codes, base * answered, cells)
    few = np.bincount(codes, answered, cells) < minimum
    return few | (np.bincount(codes, base, cells) > maximum * respondents)
