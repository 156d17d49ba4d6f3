"""Fay-Herriot estimates of a plan's domains beside the direct ones; they decide nothing. Step 6.

The model and its sources stand in `small_areas.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from analysis.encoding import text_of
from analysis.estimates.linearisation import Estimates
from analysis.estimates.measure import Measure
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Floats
from analysis.plan_comparisons import SmallAreaPlan
from analysis.plan_keys import as_code
from analysis.result import SmallArea, SmallAreaTable

LABEL = "model-based"


def small_area_table(
    plan: SmallAreaPlan,
    key: str,
    where: Sequence[Mapping[str, str]],
    direct: Estimates,
    everyone: Estimates,
    measure: Measure,
    folder: Path,
) -> SmallAreaTable:
    """Direct and model-based estimates of every domain with a direct one; the others are named as left out.

    Sampling variances are smoothed unless the plan says otherwise: p(1-p) deff / n with rate and design effect of
    everyone (for a mean its variance times n, over n_m), because those of a few communities are themselves too noisy to
    be taken as known. Raises FaultsFound for covariates that do not fit; a model that cannot be fitted is a flag.
    """
    from analysis.small_areas import SmallAreaError, fay_herriot

    se = np.sqrt(direct.variance)
    known = np.flatnonzero(np.isfinite(direct.value) & np.isfinite(se))
    n = direct.sums.answered[known]
    variance = _smoothed(everyone, n, measure.is_share) if plan.smooth else direct.variance[known]
    usable = np.isfinite(variance) & (variance > 0)
    known, n, variance = known[usable], n[usable], variance[usable]
    x = _covariates(plan, key, [where[k] for k in known.tolist()], folder)
    left_out = tuple(where[k] for k in range(len(where)) if k not in set(known.tolist()))
    try:
        fit = fay_herriot(direct.value[known], variance, x)
    except SmallAreaError as error:
        return SmallAreaTable(
            plan.indicator, plan.over, LABEL, plan.using, None, (), (), tuple(where), (f"no model: {error}",)
        )
    areas = tuple(
        SmallArea(
            domain=where[place],
            n=int(n[k]),
            direct=float(direct.value[place]),
            se=float(se[place]),
            sampling_variance=float(variance[k]),
            model_based=float(fit.eblup[k]),
            rmse=float(np.sqrt(fit.mse[k])),
            gamma=float(fit.gamma[k]),
        )
        for k, place in enumerate(known.tolist())
    )
    flags = ("fewer than 20 domains: the error of the model's variance is large",) if len(areas) < 20 else ()
    return SmallAreaTable(
        plan.indicator, plan.over, LABEL, plan.using, fit.sigma2_v, tuple(fit.beta.tolist()), areas, left_out, flags
    )


def _smoothed(everyone: Estimates, n: Floats, is_share: bool) -> Floats:
    """Variance of one answer of the whole, with its design effect, over the answers of each domain, shape (m,)."""
    total, variance = float(everyone.sums.answered[0]), float(everyone.variance[0])
    rate = float(everyone.value[0])
    if is_share and not 0 < rate < 1:
        return np.full(n.shape, np.nan)
    return np.asarray(variance * total / np.maximum(n, 1))


def _covariates(plan: SmallAreaPlan, key: str, where: Sequence[Mapping[str, str]], folder: Path) -> Floats:
    """A column of ones and the covariates of each domain, shape (m, 1 + columns)."""
    ones = np.ones((len(where), 1))
    if plan.covariates is None:
        return ones
    lines = _read(plan, f"{key}.covariates", folder)
    lacking = [" × ".join(one.values()) for one in where if tuple(one[name] for name in plan.over) not in lines]
    if lacking:
        expected = f"a line for every domain of {', '.join(plan.over)}"
        raise FaultsFound([Fault(plan.covariates, f"{key}.covariates", expected, f"none for {shortened(lacking)}")])
    return np.hstack([ones, np.array([lines[tuple(one[name] for name in plan.over)] for one in where])])


def _read(plan: SmallAreaPlan, key: str, folder: Path) -> dict[tuple[str, ...], list[float]]:
    name = str(plan.covariates)
    try:
        rows = list(csv.DictReader(io.StringIO(text_of(folder / name), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FaultsFound([Fault(name, key, "a csv file that can be read", str(error))]) from error
    wanted = (*plan.over, *plan.using)
    header = list(rows[0]) if rows else []
    if not set(wanted) <= set(header):
        raise FaultsFound([Fault(name, key, f"the columns {', '.join(wanted)}", ", ".join(header) or "no rows")])
    found: dict[tuple[str, ...], list[float]] = {}
    faults: list[Fault] = []
    for line, row in enumerate(rows, start=2):
        try:
            found[tuple(as_code(row[column]) for column in plan.over)] = [float(row[column]) for column in plan.using]
        except (TypeError, ValueError):
            values = ", ".join(str(row[column]) for column in plan.using)
            faults.append(Fault(name, f"line {line}", f"numbers in {', '.join(plan.using)}", values))
    if faults:
        raise FaultsFound(faults)
    return found
