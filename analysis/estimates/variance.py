"""Variance of totals over PSUs: stratified, with finite populations, second stage and lonely PSUs. Step 6."""

from __future__ import annotations

import numpy as np

from analysis.design import Design
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Floats


def scaled_deviations(design: Design, influence: Floats, kept: Bools | None = None) -> Floats:
    """Deviations E (rows, q) with E'E the covariance matrix of the q totals (ultimate cluster, R's svyrecvar).

    `influence` (units, q): sums of w e over PSUs, or over second-stage units when the design has them.
    `kept` (PSUs, q): PSUs with rows in the (sub)design; None where all rows stay, as in calibrated designs.
    Columns are NaN where `lonely_psu: average` has no other stratum. Raises FaultsFound for `fail`.
    """
    totals = _psu_totals(design, influence)
    factor = design.drawn * (1 - design.fraction) / np.maximum(design.drawn - 1, 1)
    stratum = design.stratum_of_psu
    centre = np.add.reduceat(totals, design.starts, axis=0) / design.drawn[:, None]
    present = _kept_psus(design, kept, totals.shape[1])
    lonely = design.lonely[:, None] & (present > 0)
    if lonely.any() and design.lonely_psu == "fail":
        raise FaultsFound([_lonely_fault(design, lonely)])
    if design.lonely_in_domains and kept is not None and design.lonely_psu in {"adjust", "average"}:
        lonely = lonely | ((present == 1) & (design.drawn > 1)[:, None] & (design.fraction < 1 - 1e-7)[:, None])
    if not lonely.any():
        first = np.sqrt(factor)[stratum, None] * (totals - centre[stratum])
        return _with_second_stage(design, influence, first)
    if design.lonely_psu == "adjust":
        overall = totals.sum(axis=0) / (design.drawn[:, None] * (present > 0)).sum(axis=0)
        centre = np.where(lonely, overall[None, :], centre)
    first = np.sqrt(factor)[stratum, None] * (totals - centre[stratum])
    if design.lonely_psu != "adjust":
        first = np.where(lonely[stratum], 0.0, first)
    if design.lonely_psu == "average":
        strata, odd = (present > 0).sum(axis=0), lonely.sum(axis=0)
        first = first * np.sqrt(np.where(odd < strata, strata / np.maximum(strata - odd, 1), np.nan))
    return _with_second_stage(design, influence, first)


def _psu_totals(design: Design, influence: Floats) -> Floats:
    if design.second is None:
        return influence
    starts = np.searchsorted(design.second.psu_of_unit, np.arange(design.psus))
    return np.add.reduceat(influence, starts, axis=0)


def _kept_psus(design: Design, kept: Bools | None, columns: int) -> Floats:
    """How many PSUs of each stratum have rows in the (sub)design, shape (strata, q)."""
    if kept is None:
        return np.broadcast_to(design.drawn[:, None], (design.drawn.shape[0], columns))
    return np.add.reduceat(kept.astype(np.float64), design.starts, axis=0)


def _with_second_stage(design: Design, influence: Floats, first: Floats) -> Floats:
    """Adds f_h (1 - f_2) m/(m-1) times squared deviations of units within PSUs; a lonely unit adds nothing."""
    second = design.second
    if second is None:
        return first
    stratum = design.stratum_of_psu
    mean = _psu_totals(design, influence) / second.drawn[:, None]
    rest = np.maximum(1 - second.drawn / second.population, 0.0)
    if design.lonely_psu == "fail" and ((second.drawn == 1) & (rest > 1e-7)).any():
        found = f"{int(((second.drawn == 1) & (rest > 1e-7)).sum())} PSUs with one"
        raise FaultsFound([Fault("plan", "design.second_stage", "two units or more in every PSU", found)])
    factor = design.fraction[stratum] * rest * second.drawn / np.maximum(second.drawn - 1, 1)
    deviations = influence - mean[second.psu_of_unit]
    return np.vstack([first, np.sqrt(factor)[second.psu_of_unit, None] * deviations])


def _lonely_fault(design: Design, lonely: Bools) -> Fault:
    names = [design.strata[h] for h in np.flatnonzero(lonely.any(axis=1))]
    expected = "two PSUs or more in every stratum (or design.lonely_psu: adjust)"
    return Fault("plan", "design.lonely_psu: fail", expected, f"one in stratum {shortened(names)}")


def variances(deviations: Floats) -> Floats:
    """Variances of the q totals, shape (q,)."""
    return np.asarray(np.einsum("ij,ij->j", deviations, deviations))
