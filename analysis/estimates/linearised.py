"""Linearised influence of a measure in all domains of a set at once, from its tables. Step 6.

Woodruff 1971, Binder 1983: the variance of a ratio is that of the total of z_i = (y_i - R x_i) / X;
after calibration, of its residual (Deville and Särndal 1992).
"""

from __future__ import annotations

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.sample import Sample
from analysis.estimates.tables import DomainSums, Tables
from analysis.frame import Bools, Floats, Ints, paired


def influence(sample: Sample, tables: Tables) -> Floats:
    """Sums of w e over the units, shape (units, q); NaN columns for domains without a base."""
    totals = _linear(tables.y_unit, tables.x_unit, tables.sums)
    if tables.y_fit is None or tables.x_fit is None:
        return totals
    totals -= sample.unit_fit @ _linear(tables.y_fit, tables.x_fit, tables.sums)
    return totals


def _linear(y: Floats, x: Floats, sums: DomainSums) -> Floats:
    """Sums of z from sums of y and x: (y - R x) / X, for a total y."""
    ratio = np.where(sums.is_total, 0.0, sums.estimate)
    base = np.where(sums.is_total, 1.0, np.where(sums.x != 0, sums.x, np.nan))
    return np.asarray((y - ratio * x) / base)


def kept_psus(sample: Sample, psus: Bools) -> Bools | None:
    """`psus` (PSUs, domains) where lonely PSUs can matter; None in calibrated designs, which keep all rows."""
    design = sample.design
    if sample.weighting.is_calibrated or not (design.lonely.any() or design.lonely_in_domains):
        return None
    return psus


def psus_with(sample: Sample, domains: DomainSet, rows: Bools) -> Bools:
    """PSUs with at least one of `rows` (n,) in each domain, shape (PSUs, domains)."""
    inside = (domains.of_row >= 0) & rows
    key = paired(sample.design.psu_of_row[inside], domains.of_row[inside], domains.count)
    return np.bincount(key, minlength=sample.design.psus * domains.count).reshape(sample.design.psus, -1) > 0


def degrees_of_freedom(sample: Sample, psus: Bools) -> Ints:
    """PSUs minus strata for `psus` (PSUs, domains), shape (domains,) (R's degf of the subset)."""
    strata = np.logical_or.reduceat(psus, sample.design.starts, axis=0)
    return np.asarray(psus.sum(axis=0) - strata.sum(axis=0), dtype=np.int64)
