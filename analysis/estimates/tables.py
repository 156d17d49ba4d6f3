"""Tables of measures in domains: weighted sums by unit, and what the weighting steps look at. Step 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from analysis.estimates.sample import Sample
from analysis.frame import Bools, Floats


@dataclass(frozen=True)
class DomainSums:
    """Weighted sums by domain, shape (q,), of one measure or several in turn: the estimate and what its deff needs.

    `rows`, `answered`, `set_aside`: unweighted counts; `live`: answered rows with a weight; `aside`: weight set aside.
    """

    y: Floats
    x: Floats
    weight: Floats
    yy: Floats
    xy: Floats
    xx: Floats
    rows: Floats
    answered: Floats
    live: Floats
    set_aside: Floats
    aside: Floats
    is_total: Bools

    @cached_property
    def estimate(self) -> Floats:
        """Ratio or total, NaN without a base."""
        ratio = np.divide(self.y, self.x, out=np.full_like(self.y, np.nan), where=self.x != 0)
        return np.where(self.is_total, np.where(self.answered > 0, self.y, np.nan), ratio)

    @property
    def squares(self) -> Floats:
        """sum w (y - R x)^2 / X^2, for a total sum w (y - mean)^2: the spread in a simple random sample."""
        mean = self.y / np.where(self.weight != 0, self.weight, np.nan)
        ratio = self.estimate
        spread = self.yy - 2 * ratio * self.xy + ratio**2 * self.xx
        of_ratio = spread / np.where(self.x != 0, self.x, np.nan) ** 2
        return np.where(self.is_total, self.yy - mean * self.y, of_ratio)

    def deff(self, variance: Floats) -> Floats:
        """Variance against a simple random sample with replacement of as many answered rows (R: deff = "replace")."""
        spread = self.weight * self.squares
        safe = (self.live > 1) & (spread > 1e-20 * np.maximum(self.yy, 1e-300))
        return np.divide(variance * (self.live - 1), spread, out=np.full_like(variance, np.nan), where=safe)


@dataclass(frozen=True)
class Tables:
    """Tables of measures in a set of domains, one column for each measure and domain.

    `y_unit`, `x_unit` (units, q): weighted sums; `y_fit`, `x_fit` (k, q): what the weighting steps look at, None
    without such steps. `answered_psus` and `base_psus` (PSUs, q): with weighted answers, and with weighted rows that
    are not set aside; `kept_psus`: with answers.
    """

    sums: DomainSums
    y_unit: Floats
    x_unit: Floats
    y_fit: Floats | None
    x_fit: Floats | None
    answered_psus: Bools
    base_psus: Bools
    kept_psus: Bools


def without(whole: Tables, parts: Tables) -> Tables:
    """For each domain of `parts` the tables of all others, with what an estimate and its influence need.

    `whole`: one domain, all of `parts` together. Counts tell where nothing is left, because sums leave rounding.
    """
    answered = whole.sums.answered - parts.sums.answered
    some = answered > 0
    sums = replace(
        parts.sums,
        y=np.where(some, whole.sums.y - parts.sums.y, 0.0),
        x=np.where(some, whole.sums.x - parts.sums.x, 0.0),
        answered=answered,
    )
    return replace(
        parts,
        sums=sums,
        y_unit=whole.y_unit - parts.y_unit,
        x_unit=whole.x_unit - parts.x_unit,
        y_fit=None if whole.y_fit is None or parts.y_fit is None else whole.y_fit - parts.y_fit,
        x_fit=None if whole.x_fit is None or parts.x_fit is None else whole.x_fit - parts.x_fit,
    )


def side_by_side(parts: Sequence[Tables]) -> Tables:
    """The tables of several measures as those of one."""

    def beside(name: str) -> Any:
        arrays = [getattr(part, name) for part in parts]
        return None if arrays[0] is None else np.hstack(arrays)

    names = [name for name in Tables.__dataclass_fields__ if name != "sums"]
    return Tables(joined_sums([part.sums for part in parts]), **{name: beside(name) for name in names})


def joined_sums(parts: Sequence[DomainSums]) -> DomainSums:
    """The sums of several sets of domains, or of several measures, as those of one."""
    return DomainSums(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in DomainSums.__dataclass_fields__}
    )


def psus_of_units(sample: Sample, units: Bools) -> Bools:
    """From (units, domains) to (PSUs, domains): PSUs with any such unit."""
    second = sample.design.second
    if second is None:
        return units
    starts = np.searchsorted(second.psu_of_unit, np.arange(sample.design.psus))
    return np.asarray(np.logical_or.reduceat(units, starts, axis=0))
