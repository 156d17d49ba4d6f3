"""The sample design: strata, PSUs, second stage, finite populations, base weights. Second step of an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Codes, Column, Floats, Frame, Ints, cross, smallest_type
from analysis.plan_design import DesignPlan, LonelyPolicy


@dataclass(frozen=True)
class SecondStage:
    """Units drawn within PSUs. `psu_of_unit`, `drawn`, `population` have one entry per unit, shape (m,)."""

    unit_of_row: Codes
    psu_of_unit: Ints
    drawn: Floats
    population: Floats


@dataclass(frozen=True)
class Design:
    """A stratified sample of PSUs. PSU numbers ascend with their stratum.

    `weight`, `psu_of_row` have shape (n,); `stratum_of_psu` (PSUs,); `drawn` and
    `population` (strata,): PSUs in the sample and in the population (infinite without an fpc).
    """

    weight: Floats
    psu_of_row: Codes
    stratum_of_psu: Ints
    strata: tuple[str, ...]
    drawn: Floats
    population: Floats
    second: SecondStage | None
    lonely_psu: LonelyPolicy
    lonely_in_domains: bool
    is_stratified: bool
    is_clustered: bool

    @property
    def n(self) -> int:
        return int(self.weight.shape[0])

    @property
    def psus(self) -> int:
        return int(self.stratum_of_psu.shape[0])

    @property
    def fraction(self) -> Floats:
        """Sampled share of each stratum's PSUs, shape (strata,); 0 without an fpc."""
        return self.drawn / self.population

    @property
    def starts(self) -> Ints:
        """First PSU of each stratum, shape (strata,)."""
        return np.searchsorted(self.stratum_of_psu, np.arange(len(self.strata)))

    @property
    def lonely(self) -> Bools:
        """Strata with one PSU in the sample and more in the population, shape (strata,)."""
        return np.asarray((self.drawn == 1) & (self.fraction < 1 - 1e-7))

    @property
    def lonely_strata(self) -> tuple[str, ...]:
        return tuple(self.strata[h] for h in np.flatnonzero(self.lonely))


def build_design(plan: DesignPlan, frame: Frame, given: Floats | None = None) -> Design:
    """Binds the plan's design to the rows. Raises FaultsFound with every fault of its columns.

    `given` (n,): base weights where they do not stand in a column (weights/base.py).
    """
    faults: list[Fault] = []
    weight = _weights(plan, frame, faults, given)
    stratum = _complete(plan.strata, frame, "stratum", faults)
    psu_column = _complete(plan.psu, frame, "PSU", faults) if plan.psu else None
    if faults or stratum is None:
        raise FaultsFound(faults)
    if psu_column is None:
        order = np.argsort(stratum.codes, kind="stable")
        psu_of_row = np.empty(frame.n, dtype=smallest_type(frame.n))
        psu_of_row[order] = np.arange(frame.n)
        stratum_of_psu = stratum.codes[order].astype(np.int64)
    else:
        psu_of_row, pairs = cross([stratum.codes, psu_column.codes], [len(stratum.labels), len(psu_column.labels)])
        stratum_of_psu = pairs[:, 0]
        _check_nesting(plan, frame, stratum, psu_column, pairs, faults)
    drawn = np.bincount(stratum_of_psu, minlength=len(stratum.labels)).astype(np.float64)
    if stratum_of_psu.shape[0] == 1:
        key = f"column {shortened(plan.psu)}" if plan.psu else "rows"
        faults.append(Fault(frame.file, key, "at least two PSUs", "one"))
    population = _populations(plan.fpc, stratum.codes, drawn, frame, stratum.labels, faults)
    second = _second_stage(plan, frame, psu_of_row, stratum_of_psu.shape[0], faults) if plan.fpc else None
    if faults:
        raise FaultsFound(faults)
    return Design(
        weight, psu_of_row, stratum_of_psu, stratum.labels, drawn, population, second,
        plan.lonely_psu, plan.lonely_in_domains, bool(plan.strata), bool(plan.psu),
    )  # fmt: skip


def _weights(plan: DesignPlan, frame: Frame, faults: list[Fault], given: Floats | None) -> Floats:
    if given is not None:
        return given
    if plan.weight is None:
        return np.ones(frame.n)
    weight = _numbers(plan.weight, frame, faults)
    if ((weight >= 0) & (weight < np.inf)).all() and weight.any():
        return weight
    for wrong, name in ((np.isnan(weight), "missing"), (weight < 0, "negative"), (np.isinf(weight), "infinite")):
        if wrong.any():
            found = f"{int(wrong.sum())} {name} (first in row {int(np.flatnonzero(wrong)[0]) + 1})"
            faults.append(Fault(frame.file, f"column {plan.weight}", "weights of 0 or more in every row", found))
    if not faults and not (weight > 0).any():
        faults.append(Fault(frame.file, f"column {plan.weight}", "at least one weight above 0", "none"))
    return weight


def _numbers(name: str, frame: Frame, faults: list[Fault]) -> Floats:
    try:
        return frame.numbers(name)
    except FaultsFound as found:
        faults += found.faults
        return np.ones(frame.n)


def _complete(names: Sequence[str], frame: Frame, what: str, faults: list[Fault]) -> Column | None:
    """The crossed column of strata or PSUs; a missing value in it is a fault."""
    for name in names:
        try:
            column = frame.column(name)
        except FaultsFound as found:
            faults += found.faults
            return None
        if not column.is_complete:
            missing = column.missing
            found_text = f"{int(missing.sum())} missing (first in row {int(np.flatnonzero(missing)[0]) + 1})"
            faults.append(Fault(frame.file, f"column {name}", f"a {what} in every row", found_text))
            return None
    return frame.crossed(names)


def _check_nesting(
    plan: DesignPlan, frame: Frame, stratum: Column, psu: Column, pairs: Ints, faults: list[Fault]
) -> None:
    if plan.nest:
        return
    times = np.bincount(pairs[:, 1], minlength=len(psu.labels))
    shared = [psu.labels[code] for code in np.flatnonzero(times > 1)]
    if shared:
        expected = "every PSU in one stratum (or design.nest: true, when ids start anew in each stratum)"
        faults.append(Fault(frame.file, f"column {shortened(plan.psu)}", expected, f"{shortened(shared)} in several"))


def _populations(
    name: str | None, group_of_row: Codes, drawn: Floats, frame: Frame, labels: Sequence[str], faults: list[Fault]
) -> Floats:
    """Units in the population of each group (stratum, or PSU at the second stage), shape (groups,)."""
    if name is None:
        return np.full(drawn.shape[0], np.inf)
    values = _numbers(name, frame, faults)
    key = f"column {name}"
    if np.isnan(values).any() or (values <= 0).any():
        faults.append(Fault(frame.file, key, "population sizes or sampling fractions above 0", "missing or 0 or less"))
        return np.full(drawn.shape[0], np.inf)
    fractions = bool((values <= 1).all())  # 1 is a stratum taken whole; all of them 1, whichever way, are that too
    if not fractions and (values < 1).any():
        faults.append(Fault(frame.file, key, "only sizes (>= 1) or only fractions (<= 1)", "both"))
        return np.full(drawn.shape[0], np.inf)
    low, high = np.full(drawn.shape[0], np.inf), np.full(drawn.shape[0], -np.inf)
    np.minimum.at(low, group_of_row, values)
    np.maximum.at(high, group_of_row, values)
    varying = [labels[int(group)] for group in np.flatnonzero(high > low)]
    if varying:
        faults.append(Fault(frame.file, key, "one value within a group", f"several in {shortened(varying)}"))
    size = drawn / low if fractions else low
    short = np.flatnonzero(size < drawn * (1 - 1e-12))
    for group in short[:20]:
        found = f"{size[group]:g} with {drawn[group]:g} in the sample ({labels[int(group)]})"
        faults.append(Fault(frame.file, key, "a population at least as large as the sample", found))
    return size


def _second_stage(
    plan: DesignPlan, frame: Frame, psu_of_row: Codes, psus: int, faults: list[Fault]
) -> SecondStage | None:
    stage = plan.second_stage
    if stage is None:
        return None
    column = _complete(stage.psu, frame, "second-stage unit", faults)
    if column is None:
        return None
    unit_of_row, pairs = cross([psu_of_row, column.codes], [psus, len(column.labels)])
    psu_of_unit = pairs[:, 0]
    drawn = np.bincount(psu_of_unit, minlength=psus).astype(np.float64)
    labels = [f"PSU {number + 1}" for number in range(psus)]
    population = _populations(stage.fpc, psu_of_row, drawn, frame, labels, faults)
    return SecondStage(unit_of_row, psu_of_unit, drawn, population)
