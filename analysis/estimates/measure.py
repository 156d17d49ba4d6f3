"""Turns the rule of an indicator into numerator and denominator of every row. Step 6.

Every estimate is a ratio sum(w y) / sum(w x), or a total sum(w y); y and x are 0 for rows outside the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Floats, Frame
from analysis.plan import Indicator


@dataclass(frozen=True)
class Measure:
    """`y`, `x` (n,): numerator and denominator. `answered`, `set_aside` (n,): in the base; excluded by a code."""

    indicator: Indicator
    category: str | None
    y: Floats
    x: Floats
    answered: Bools
    set_aside: Bools

    @property
    def is_total(self) -> bool:
        return self.indicator.rule == "total"

    @property
    def is_share(self) -> bool:
        return self.indicator.is_share

    @property
    def is_plain(self) -> bool:
        """Whether x is 1 for every row of the base: all rules but the ratio."""
        return self.indicator.rule != "ratio"


def measures_of(indicator: Indicator, frame: Frame) -> list[Measure]:
    """The figures of one indicator: one, or one for each category of a distribution. Raises FaultsFound."""
    if indicator.rule == "ratio":
        return [_ratio(indicator, frame)]
    if indicator.rule == "any":
        return [_any(indicator, frame)]
    if indicator.rule == "distribution":
        return _distribution(indicator, frame)
    value, known = _values_by_code(indicator, frame)
    return [_single(indicator, frame, value, known)]


def _single(indicator: Indicator, frame: Frame, value: Floats, known: Bools) -> Measure:
    column = frame.column(str(indicator.item))
    aside = np.array([label in indicator.exclude for label in column.labels] + [False])
    answered: Bools = np.append(known, False)[column.codes]
    y = np.append(value, 0.0)[column.codes]
    return _checked(Measure(indicator, None, y, answered.astype(np.float64), answered, aside[column.codes]), frame)


def _values_by_code(indicator: Indicator, frame: Frame) -> tuple[Floats, Bools]:
    """The numeric value of each level of the item, 0 where excluded, and whether the level is in the base."""
    labels = frame.column(str(indicator.item)).labels
    known = np.array([label not in indicator.exclude for label in labels], dtype=np.bool_)
    if indicator.count is not None:
        return np.array([float(label in indicator.count) for label in labels]) * known, known
    values = np.zeros(len(labels))
    wrong = []
    for k in np.flatnonzero(known):
        try:
            number = indicator.values[labels[k]] if indicator.values is not None else float(labels[k])
        except (KeyError, ValueError):
            wrong.append(labels[k])
            continue
        values[k] = number
        if indicator.rule == "share" and number not in (0.0, 1.0):
            wrong.append(labels[k])
    if wrong:
        expected = {"share": "0 or 1 (or codes in `count`)", "mean": "numbers", "total": "numbers"}[indicator.rule]
        if indicator.values is not None:
            expected = "a value for every code (in `values` or `exclude`)"
        key = f"column {indicator.item}, indicator {indicator.id}"
        raise FaultsFound([Fault(frame.file, key, expected, shortened(wrong))])
    return values, known


def _any(indicator: Indicator, frame: Frame) -> Measure:
    """Share with at least one listed code in any item; in the base: an answer to at least one item."""
    items = indicator.items or (str(indicator.item),)
    chosen, answered, aside = (np.zeros(frame.n, dtype=np.bool_) for _ in range(3))
    for item in items:
        column = frame.column(item)
        excluded = np.array([label in indicator.exclude for label in column.labels] + [False])[column.codes]
        counted = np.array([label in (indicator.count or ()) for label in column.labels] + [False])[column.codes]
        valid = ~column.missing & ~excluded
        chosen |= counted & valid
        answered |= valid
        aside |= excluded
    return _checked(
        Measure(indicator, None, chosen.astype(np.float64), answered.astype(np.float64), answered, aside & ~answered),
        frame,
    )


def _distribution(indicator: Indicator, frame: Frame) -> list[Measure]:
    column = frame.column(str(indicator.item))
    known = np.array([label not in indicator.exclude for label in column.labels], dtype=np.bool_)
    return [_single_category(indicator, frame, label, k, known) for k, label in enumerate(column.labels) if known[k]]


def _single_category(indicator: Indicator, frame: Frame, label: str, place: int, known: Bools) -> Measure:
    value = np.zeros(known.shape[0])
    value[place] = 1.0
    whole = _single(indicator, frame, value, known)
    return Measure(indicator, label, whole.y, whole.x, whole.answered, whole.set_aside)


def _ratio(indicator: Indicator, frame: Frame) -> Measure:
    numbers: Sequence[Floats] = [
        _numbers_without(indicator, str(name), frame) for name in (indicator.numerator, indicator.denominator)
    ]
    answered = ~(np.isnan(numbers[0]) | np.isnan(numbers[1]))
    y, x = (np.where(answered, values, 0.0) for values in numbers)
    return _checked(Measure(indicator, None, y, x, answered, np.zeros(frame.n, dtype=np.bool_)), frame)


def _numbers_without(indicator: Indicator, name: str, frame: Frame) -> Floats:
    column = frame.column(name)
    aside = np.array([label in indicator.exclude for label in column.labels] + [False])[column.codes]
    return np.where(aside, np.nan, frame.numbers(name))


def _checked(measure: Measure, frame: Frame) -> Measure:
    if not measure.answered.any():
        key = f"indicator {measure.indicator.id} ({shortened(measure.indicator.columns)})"
        raise FaultsFound([Fault(frame.file, key, "at least one answer in the base", "none: all missing or excluded")])
    return measure
