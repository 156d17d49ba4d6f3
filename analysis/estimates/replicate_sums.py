"""Weighted sums of every domain in every replicate, each weighted again by all steps of the plan. Step 6.

Rows are collapsed once to (unit, calibration class) pairs; a replicate changes only the weights of pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.estimates.code_tables import sums_by
from analysis.estimates.domains import DomainSet
from analysis.estimates.measure import Measure
from analysis.estimates.replicates import Block, ReplicateDesign
from analysis.estimates.sample import Sample
from analysis.frame import Floats, Ints, cross, paired

KEEP_CELLS = 40_000_000
PART_CELLS = 10_000_000
LEFT_CELLS = 5_000_000
NOTHING = 1e-11


@dataclass(frozen=True)
class Pairs:
    """Rows by (unit, class): `order` (n,) sorts them by pair, `ends` (pairs + 1,) are the bounds in that order."""

    order: Ints
    ends: Ints
    unit: Ints
    group: Ints


@dataclass(frozen=True)
class Part:
    """Pairs start..stop-1 and some replicates of a block."""

    start: int
    stop: int
    columns: Ints
    elsewhere: float

    @property
    def cells(self) -> int:
        return (self.stop - self.start) * int(self.columns.shape[0])


@dataclass(frozen=True)
class PairWeights:
    """Weights of a part, shape (pairs, replicates)."""

    part: Part
    value: Floats


@dataclass(frozen=True)
class ReplicateSums:
    """Sums in the replicates of a sample; `replicates` and `sample` are about the same rows."""

    sample: Sample
    replicates: ReplicateDesign

    def of(self, measure: Measure, domains: DomainSet) -> tuple[Floats, Floats]:
        """Numerator and denominator of θ in every replicate, each (domains, replicates)."""
        if self._leaves_one_out(domains):
            return self._sums_left(measure, domains)
        numerator = self._sums(measure.y, domains)
        return numerator, numerator if measure.is_total else self._sums(measure.x, domains)

    @cached_property
    def _pairs(self) -> Pairs:
        classes = self.sample.weighting.classes
        units = self.replicates.multiplier.shape[0]
        of_row, parts = cross([self.replicates.unit_of_row, classes.of_row], [units, classes.count])
        unit, group = parts.T
        ends = np.cumsum(np.bincount(of_row, minlength=unit.shape[0]))
        return Pairs(np.argsort(of_row, kind="stable"), np.append(0, ends), unit, group)

    @cached_property
    def refit(self) -> tuple[Floats, tuple[str, ...]]:
        """Factors of all classes in every replicate, shape (classes, replicates), and what was not met in some."""
        return self.sample.weighting.refactor(self.class_totals)

    @cached_property
    def class_totals(self) -> Floats:
        """Sums of the replicates' weights before calibration, shape (classes, replicates)."""
        from scipy.sparse import coo_array

        base, units = self.replicates.base, self.replicates.unit_of_row
        classes = self.sample.weighting.classes
        shape = (classes.count, self.replicates.multiplier.shape[0])
        table = coo_array((base, (classes.of_row, units)), shape=shape).tocsr()
        return np.asarray(table @ self.replicates.multiplier)

    @cached_property
    def _kept_weights(self) -> list[list[PairWeights]] | None:
        """Pair weights of all blocks, when they fit in memory."""
        cells = sum(part.cells for block in self.replicates.blocks for part in self._parts(block))
        return (
            [list(map(self._weigh, self._parts(block))) for block in self.replicates.blocks]
            if cells < KEEP_CELLS
            else None
        )

    def _parts(self, block: Block) -> list[Part]:
        """A block in parts that fit in memory."""
        start, stop = np.searchsorted(self._pairs.unit, [block.start, block.stop])
        width = max(1, PART_CELLS // max(1, int(stop - start)))
        columns = (block.columns[k : k + width] for k in range(0, block.columns.shape[0], width))
        return [Part(int(start), int(stop), part, block.elsewhere) for part in columns]

    def _weigh(self, part: Part) -> PairWeights:
        """What a row of each pair weighs in each replicate relative to its base, beyond what holds elsewhere."""
        unit, group = self._pairs.unit[part.start : part.stop], self._pairs.group[part.start : part.stop]
        multiplier = self.replicates.multiplier[np.ix_(unit, part.columns)] - part.elsewhere
        return PairWeights(part, multiplier * self.refit[0][np.ix_(group, part.columns)])

    def _weights(self) -> Iterator[PairWeights]:
        if self._kept_weights is not None:
            yield from (weights for block in self._kept_weights for weights in block)
        else:
            yield from (self._weigh(part) for block in self.replicates.blocks for part in self._parts(block))

    @cached_property
    def _elsewhere(self) -> Floats:
        """The multiplier outside the block of each replicate, shape (replicates,)."""
        found = np.zeros(self.replicates.multiplier.shape[1])
        for block in self.replicates.blocks:
            found[block.columns] = block.elsewhere
        return found

    def _leaves_one_out(self, domains: DomainSet) -> bool:
        """Whether every replicate leaves out one unit, and the table of (stratum, class, domain) fits in memory."""
        cells = len(self.sample.design.strata) * self.sample.weighting.classes.count * (domains.count + 1)
        return cells <= LEFT_CELLS and all(block.left_out is not None for block in self.replicates.blocks)

    @cached_property
    def _left_weight(self) -> Floats:
        """What each row would weigh in the replicate that leaves its unit out, shape (n,); 0 where there is none."""
        unit_of_row, units = self.replicates.unit_of_row, self.replicates.multiplier.shape[0]
        column = np.full(units, -1, dtype=np.int64)
        others = np.zeros(units)
        for block in self.replicates.blocks:
            if block.left_out is not None:
                column[block.left_out], others[block.left_out] = block.columns, block.others
        factor = self.refit[0][self.sample.weighting.classes.of_row, column[unit_of_row]]
        return np.asarray(self.replicates.base * others[unit_of_row] * factor)

    @cached_property
    def _stratum_and_class(self) -> Ints:
        """Stratum and class of each row as one number, shape (n,)."""
        design, classes = self.sample.design, self.sample.weighting.classes
        return paired(design.stratum_of_psu[design.psu_of_row], classes.of_row, classes.count)

    def _sums_left(self, measure: Measure, domains: DomainSet) -> tuple[Floats, Floats]:
        """Weighted sums of y and x, each (domains, replicates), when every replicate leaves out one unit.

        With class sums A of all rows, S of the unit's stratum and T of the unit, weights before calibration sum to
        elsewhere A + (others - elsewhere) S - others T: each row is touched twice, however many replicates there are.
        """
        sample, classes = self.sample, self.sample.weighting.classes.count
        strata, units = len(sample.design.strata), self.replicates.multiplier.shape[0]
        by_stratum = sums_by(sample, measure, domains, self._stratum_and_class, strata * classes, self.replicates.base)
        by_unit = sums_by(sample, measure, domains, self.replicates.unit_of_row, units, self._left_weight)
        y, x = (
            self._without_left(table.reshape(strata, classes, -1), left)
            for table, left in zip(by_stratum, by_unit, strict=True)
        )
        return y, x

    def _without_left(self, inside: Floats, left: Floats) -> Floats:
        """From sums by (stratum, class, domain) and by (unit, domain) to sums by (domain, replicate)."""
        everywhere, units = inside.sum(axis=0), self.replicates.multiplier.shape[0]
        total = np.empty((inside.shape[2], self.replicates.multiplier.shape[1]))
        for block in self.replicates.blocks:
            held = block.others * everywhere
            if block.stop - block.start < units:
                stratum = self.sample.design.stratum_of_psu[block.start]
                held = block.elsewhere * everywhere + (block.others - block.elsewhere) * inside[stratum]
            whole = held.T @ self.refit[0][:, block.columns]
            rest = whole - left[block.left_out].T
            # A unit that is all of a domain leaves nothing, not the rounding of a difference.
            total[:, block.columns] = np.where(np.abs(rest) < NOTHING * np.abs(whole), 0.0, rest)
        return total

    def _sums(self, values: Floats, domains: DomainSet) -> Floats:
        """Weighted sums of `values` (n,), 0 outside the base, shape (domains, replicates)."""
        from scipy.sparse import csc_array

        pairs, data, height = self._pairs, self.replicates.base * values, domains.count + 1
        total = np.zeros((height, self.replicates.multiplier.shape[1]))
        steady = np.flatnonzero(self._elsewhere)
        if steady.size:
            total[:, steady] = self._class_sums(data, domains).T @ self.refit[0][:, steady]
        place = self.sample.shared(domains, pairs, "places", lambda: domains.of_row[pairs.order] + np.int64(1))
        data = data[pairs.order]
        for weights in self._weights():
            part = weights.part
            ends = pairs.ends[part.start : part.stop + 1]
            rows = slice(int(ends[0]), int(ends[-1]))
            table = csc_array((data[rows], place[rows], ends - ends[0]), shape=(height, part.stop - part.start))
            total[:, part.columns] += np.asarray(table @ weights.value)
        return total[1:]

    def _class_sums(self, data: Floats, domains: DomainSet) -> Floats:
        """Sums of `data` (n,) by class and domain, the first for rows in none, shape (classes, domains + 1)."""
        classes, height = self.sample.weighting.classes, domains.count + 1
        key = self.sample.crossed(domains, classes.of_row)
        cells = np.bincount(key, weights=data, minlength=classes.count * height)
        return cells.reshape(-1, height).astype(np.float64, copy=False)
