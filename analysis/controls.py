"""Population controls: the margins that weights are calibrated to, checked against the sample. Third step.

The sample comes as classes of rows that the margins treat alike, so that a check costs nothing with a million rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from analysis.encoding import text_of
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Column, Floats, Ints, as_one
from analysis.plan_keys import as_code
from analysis.plan_weighting import CalibrationStep, Margin

FREQUENCY_NAMES = ("total", "Freq")
MISSING_LEVEL = "(missing)"


@dataclass(frozen=True)
class MarginControl:
    """Totals of the levels of one margin: `level` of each class, `totals` (known levels,), names for messages.

    With `keeps_missing` the last of `levels` holds the classes without a value. They keep their share of the
    weights, so the totals of the other levels shrink by it.
    """

    name: str
    level: Ints
    levels: tuple[str, ...]
    totals: Floats
    keeps_missing: bool = False

    def population(self, held: Floats) -> Floats:
        """Totals of all levels (levels, k) for weights that now sum to `held` (levels, k)."""
        if not self.keeps_missing:
            return np.broadcast_to(self.totals[:, None], held.shape)
        share = held[-1] / held.sum(axis=0)
        return np.vstack([self.totals[:, None] * (1 - share), self.totals.sum() * share])


@dataclass(frozen=True)
class NumericControl:
    """The population total of a numeric column: `values` of the classes."""

    name: str
    values: Floats
    total: float


@dataclass(frozen=True)
class Controls:
    """What one step calibrates to; the margins have equal sums, every level with a total has sample weight."""

    margins: tuple[MarginControl, ...]
    numeric: tuple[NumericControl, ...]


class Collapsed(Protocol):
    """The sample in classes: how many rows and how much base weight each has, and its values in the columns named."""

    @property
    def rows(self) -> Floats: ...

    @property
    def base(self) -> Floats: ...

    @property
    def columns(self) -> Mapping[str, Column]: ...

    @property
    def numbers(self) -> Mapping[str, Floats]: ...


def build_controls(
    step: CalibrationStep, where: str, file: str, sample: Collapsed, folder: Path, counted: Bools | None = None
) -> Controls:
    """Checks one step's margins against the sample. Raises FaultsFound.

    `where` is the step's key in the plan, such as `calibration[0]`; `file` is the name of the data. `counted`: classes
    that weights are made for, all if left out; a nonrespondent needs no level.
    """
    if counted is None:
        counted = np.ones(sample.rows.shape[0], dtype=np.bool_)
    faults: list[Fault] = []
    margins: list[MarginControl] = []
    numeric: list[NumericControl] = []
    for k, margin in enumerate(step.margins):
        key = f"{where}.margins[{k}]"
        try:
            if margin.numeric is not None:
                numeric.append(_numeric(margin, key, file, sample, counted))
            else:
                margins.append(_margin(margin, key, file, sample, counted, step.missing == "keep", folder))
        except FaultsFound as found:
            faults += found.faults
    if not faults:
        faults += _unequal(margins, where)
    if faults:
        raise FaultsFound(faults)
    return Controls(tuple(margins), tuple(numeric))


def _numeric(margin: Margin, key: str, file: str, sample: Collapsed, counted: Bools) -> NumericControl:
    name = str(margin.numeric)
    values = np.where(counted, sample.numbers[name], 0.0)
    absent = int(sample.rows @ np.isnan(values))
    if absent:
        raise FaultsFound([Fault(file, f"column {name}", f"a number in every row (for {key})", f"{absent} missing")])
    return NumericControl(name, values, float(margin.total or 0.0))


def _margin(
    margin: Margin, key: str, file: str, sample: Collapsed, counted: Bools, keep: bool, folder: Path
) -> MarginControl:
    """One margin with a level for every class. With `keep`, rows without a level keep their share of the weights."""
    source, totals = read_totals(margin, key, folder)
    crossed = as_one([sample.columns[name] for name in margin.by])
    place = {" × ".join(level): k for k, level in enumerate(totals)}
    level_of_code = np.array([place.get(label, -1) for label in crossed.labels] + [-2], dtype=np.int64)
    level = level_of_code[np.where(counted, crossed.codes, -1)]
    control = MarginControl(" × ".join(margin.by), level, tuple(place), np.array(list(totals.values())))
    unknown = [crossed.labels[code] for code in np.unique(crossed.codes[level == -1])]
    faults = list(_level_faults(control, source, key, np.where(counted, sample.base, 0.0), unknown))
    absent = (level == -2) & counted
    if absent.any() and not keep:
        found = f"{int(sample.rows @ absent)} rows without (calibration missing: keep leaves them their share)"
        faults.append(Fault(file, f"column {shortened(margin.by)}", f"a level in every row (for {key})", found))
    if faults:
        raise FaultsFound(faults)
    control = replace(control, level=np.where(counted, level, 0))  # without weight no level counts
    if not absent.any():
        return control
    return replace(
        control,
        level=np.where(absent, len(control.levels), control.level),
        levels=(*control.levels, MISSING_LEVEL),
        keeps_missing=True,
    )


def _level_faults(control: MarginControl, source: str, key: str, base: Floats, unknown: list[str]) -> Iterator[Fault]:
    if unknown:
        yield Fault(
            source, key, f"a total for every level of {control.name} in the data", f"none for {shortened(unknown)}"
        )
    for level, total in zip(control.levels, control.totals, strict=True):
        if not total >= 0 or np.isinf(total):
            yield Fault(source, f"{key}, level {level}", "a total of 0 or more", f"{total:g}")
    held = np.bincount(control.level + 2, weights=base, minlength=len(control.levels) + 2)[2:]
    for k, level in enumerate(control.levels):
        if control.totals[k] > 0 and held[k] <= 0:
            expected = "sample weight in every level with a total (or collapse the level with a neighbour)"
            yield Fault(
                source, f"{key}, level {level}", expected, f"total {control.totals[k]:g}, no weight in the sample"
            )
        if control.totals[k] == 0 and held[k] > 0:
            yield Fault(source, f"{key}, level {level}", "a total above 0 for a level in the sample", "0")


def _unequal(margins: list[MarginControl], where: str) -> list[Fault]:
    sums = [float(margin.totals.sum()) for margin in margins]
    if not sums or max(sums) - min(sums) <= 1e-9 * max(sums):
        return []
    found = ", ".join(f"{margin.name} {total:.10g}" for margin, total in zip(margins, sums, strict=True))
    return [Fault("plan", f"{where}.margins", "margins with equal sums", found)]


def read_totals(margin: Margin, key: str, folder: Path) -> tuple[str, dict[tuple[str, ...], float]]:
    """Source name and totals by level, from the plan itself or from the margin's file."""
    if margin.file is not None:
        return margin.file, _totals_of_file(margin, key, folder)
    totals: dict[tuple[str, ...], float] = {}
    faults: list[Fault] = []
    for level, value in _leaves(margin.totals or {}, ()):
        if len(level) != len(margin.by):
            found = f"{len(level)} in {' × '.join(level)}"
            faults.append(Fault("plan", f"{key}.totals", f"{len(margin.by)} nested levels", found))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            faults.append(Fault("plan", f"{key}.totals, level {' × '.join(level)}", "a number", repr(value)))
        else:
            totals[level] = float(value)
    if faults:
        raise FaultsFound(faults)
    return "plan", totals


def _leaves(tree: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _totals_of_file(margin: Margin, key: str, folder: Path) -> dict[tuple[str, ...], float]:
    import csv
    import io

    name = str(margin.file)
    try:
        rows = list(csv.DictReader(io.StringIO(text_of(folder / name), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FaultsFound([Fault(name, f"{key}.file", "a csv file that can be read", str(error))]) from error
    header = list(rows[0]) if rows else []
    amount = next((column for column in FREQUENCY_NAMES if column in header), None)
    if amount is None or not set(margin.by) <= set(header):
        expected = f"the columns {', '.join(margin.by)}, total"
        raise FaultsFound([Fault(name, f"{key}.file", expected, ", ".join(header) or "no rows")])
    totals: dict[tuple[str, ...], float] = {}
    faults: list[Fault] = []
    for line, row in enumerate(rows, start=2):
        level = tuple(as_code(row[column]) for column in margin.by)
        try:
            number = float(row[amount])
        except (TypeError, ValueError):
            faults.append(Fault(name, f"line {line}, column {amount}", "a number", repr(row[amount])))
            continue
        if level in totals:
            faults.append(Fault(name, f"line {line}", "each level once", f"{' × '.join(level)} again"))
        totals[level] = number
    if faults:
        raise FaultsFound(faults)
    return totals
