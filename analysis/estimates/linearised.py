"""Linearised influence of a measure in all domains of a set at once, from its tables. Step 6.

Woodruff 1971, Binder 1983: the variance of a ratio is that of the total of z_i = (y_i - R x_i) / X;
after calibration, of its residual (Deville and Särndal 1992).
"""

from __future__ import annotations

import numpy as np

from analysis.estimates.domains import DomainSet
from analysis.estimates.sample import Sample
from analysis.estimates.tables import DomainSums, Tables
from analysis.frame import Bools, Floats, Ints
from analysis.weights.residuals import ClassInfluence


def influence(sample: Sample, tables: Tables) -> Floats:
    """Sums of w e over the units, shape (units, domains); NaN columns for domains without a base."""
    totals = _linear(tables.y_unit, tables.x_unit, tables.sums)
    weighting = sample.weighting
    if not weighting.is_calibrated and not weighting.adjusts_for_nonresponse:
        return totals
    weighted = None if tables.by_class is None else _linear(*tables.by_class, tables.sums)
    plain = None if tables.plain_by_class is None else _linear(*tables.plain_by_class, tables.sums)
    fitted: Floats | None = None
    if weighting.is_calibrated:
        by_class = ClassInfluence(weighted, plain, sample.class_weight, weighting.classes.rows)
        beta = weighting.coefficients(by_class)
        totals = np.asarray(totals - sample.unit_controls @ beta)
        fitted = np.asarray(weighting.fitted_on @ beta) if weighting.adjusts_for_nonresponse else None
    if weighting.adjusts_for_nonresponse and weighted is not None:
        residual = weighted if fitted is None else weighted - sample.class_weight[:, None] * fitted
        totals = totals + _of_nonrespondents(sample, residual)
    return totals


def _of_nonrespondents(sample: Sample, residual: Floats) -> Floats:
    """What the adjustment for nonresponse adds to the influence, shape (units, domains).

    `residual` (classes, domains): sums of w e. Every sampled case of an adjustment class moves its total by the mean
    of e among the respondents; see ResponseStep.influence for how much.
    """
    step, per_weight, answering = sample.weighting.of_nonrespondents()
    mean = step.grouping.sums(residual) / np.where(answering > 0, answering, 1.0)[:, None]
    classes, groups = sample.weighting.classes, step.grouping.levels
    key = sample.unit_of_row * groups + step.grouping.level[classes.of_row]
    moved = sample.weighting.base * per_weight[classes.of_row]
    table = np.bincount(key, weights=moved, minlength=sample.units * groups).reshape(sample.units, groups)
    return np.asarray(table @ mean)


def _linear(y: Floats, x: Floats, sums: DomainSums) -> Floats:
    """Sums of z from sums of y and x."""
    if sums.is_total:
        return y
    return np.asarray((y - sums.estimate * x) / np.where(sums.x != 0, sums.x, np.nan))


def kept_psus(sample: Sample, psus: Bools) -> Bools | None:
    """`psus` (PSUs, domains) where lonely PSUs can matter; None in calibrated designs, which keep all rows."""
    design = sample.design
    if (
        sample.weighting.is_calibrated
        or sample.weighting.adjusts_for_nonresponse
        or not (design.lonely.any() or design.lonely_in_domains)
    ):
        return None
    return psus


def psus_with(sample: Sample, domains: DomainSet, rows: Bools) -> Bools:
    """PSUs with at least one of `rows` (n,) in each domain, shape (PSUs, domains)."""
    inside = (domains.of_row >= 0) & rows
    key = sample.design.psu_of_row[inside] * domains.count + domains.of_row[inside]
    return np.bincount(key, minlength=sample.design.psus * domains.count).reshape(sample.design.psus, -1) > 0


def degrees_of_freedom(sample: Sample, psus: Bools) -> Ints:
    """PSUs minus strata for `psus` (PSUs, domains), shape (domains,) (R's degf of the subset)."""
    strata = np.logical_or.reduceat(psus, sample.design.starts, axis=0)
    return np.asarray(psus.sum(axis=0) - strata.sum(axis=0), dtype=np.int64)
