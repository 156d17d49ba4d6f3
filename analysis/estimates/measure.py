"""Turns the rule of an indicator into numerator and denominator of every row. Step 6.

Every estimate is a ratio sum(w y) / sum(w x), or a total sum(w y); y and x are 0 for rows outside the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Codes, Floats, Frame
from analysis.plan_indicator import Indicator

MOST_LEVELS = 64
SLICE = 10_000


@dataclass(frozen=True)
class Coding:
    """A measure by the codes of one item: `codes` (n,), -1 missing; by code (levels,): y, in the base, set aside."""

    codes: Codes
    y: Floats
    known: Bools
    set_aside: Bools

    @property
    def levels(self) -> int:
        return int(self.y.shape[0])


@dataclass(frozen=True)
class Rows:
    """A measure row by row: `y`, `x` (n,): numerator and denominator; in the base; excluded by a code."""

    y: Floats
    x: Floats
    answered: Bools
    set_aside: Bools


@dataclass(frozen=True)
class Measure:
    """One figure of an indicator; `coding` where the item has few codes. Rows are filled in when they are asked for."""

    indicator: Indicator
    category: str | None
    coding: Coding | None = None
    given: Rows | None = None

    @cached_property
    def rows(self) -> Rows:
        if self.given is not None:
            return self.given
        assert self.coding is not None  # noqa: S101 - a measure has one of the two
        codes = self.coding.codes
        known = np.append(self.coding.known, False)[codes]
        aside = np.append(self.coding.set_aside, False)[codes]
        return Rows(np.append(self.coding.y, 0.0)[codes], known.astype(np.float64), known, aside)

    @property
    def y(self) -> Floats:
        return self.rows.y

    @property
    def x(self) -> Floats:
        return self.rows.x

    @property
    def answered(self) -> Bools:
        return self.rows.answered

    @property
    def set_aside(self) -> Bools:
        return self.rows.set_aside

    @property
    def is_total(self) -> bool:
        return self.indicator.rule == "total"

    @property
    def is_share(self) -> bool:
        return self.indicator.is_share


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


def _single(indicator: Indicator, frame: Frame, value: Floats, known: Bools, category: str | None = None) -> Measure:
    column = frame.column(str(indicator.item))
    aside = np.array([label in indicator.exclude for label in column.labels], dtype=np.bool_)
    measure = Measure(indicator, category, Coding(column.codes, value, known, aside))
    if not _any_answer(column.codes, known):
        raise FaultsFound([_no_answers(indicator, frame)])
    if len(column.labels) > MOST_LEVELS:
        return Measure(indicator, category, None, measure.rows)
    return measure


def _any_answer(codes: Codes, known: Bools) -> bool:
    """Whether any row is in the base; nearly always the first slice of rows tells."""
    in_base = np.append(known, False)
    return any(in_base[codes[start : start + SLICE]].any() for start in range(0, codes.shape[0], SLICE))


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
        excluded, counted = column.flags(indicator.exclude), column.flags(indicator.count or ())
        valid = ~column.missing & ~excluded
        chosen |= counted & valid
        answered |= valid
        aside |= excluded
    if not answered.any():
        raise FaultsFound([_no_answers(indicator, frame)])
    codes = np.where(answered, chosen.astype(np.int8), np.where(aside, np.int8(2), np.int8(-1)))
    known, apart = np.array([True, True, False]), np.array([False, False, True])
    return Measure(indicator, None, Coding(codes, np.array([0.0, 1.0, 0.0]), known, apart))


def _distribution(indicator: Indicator, frame: Frame) -> list[Measure]:
    column = frame.column(str(indicator.item))
    known = np.array([label not in indicator.exclude for label in column.labels], dtype=np.bool_)
    return [
        _single(indicator, frame, (np.arange(known.shape[0]) == k).astype(np.float64), known, label)
        for k, label in enumerate(column.labels)
        if known[k]
    ]


def _ratio(indicator: Indicator, frame: Frame) -> Measure:
    numbers: Sequence[Floats] = [
        _numbers_without(indicator, str(name), frame) for name in (indicator.numerator, indicator.denominator)
    ]
    answered = ~(np.isnan(numbers[0]) | np.isnan(numbers[1]))
    y, x = (np.where(answered, values, 0.0) for values in numbers)
    if not answered.any():
        raise FaultsFound([_no_answers(indicator, frame)])
    return Measure(indicator, None, None, Rows(y, x, answered, np.zeros(frame.n, dtype=np.bool_)))


def _numbers_without(indicator: Indicator, name: str, frame: Frame) -> Floats:
    return np.where(frame.column(name).flags(indicator.exclude), np.nan, frame.numbers(name))


def _no_answers(indicator: Indicator, frame: Frame) -> Fault:
    key = f"indicator {indicator.id} ({shortened(indicator.columns)})"
    return Fault(frame.file, key, "at least one answer in the base", "none: all missing or excluded")
