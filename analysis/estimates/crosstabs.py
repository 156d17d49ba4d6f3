"""Association of two columns: Pearson's statistic with the second-order correction of Rao and Scott (1984). Step 6."""

from __future__ import annotations

import numpy as np
from scipy.special import fdtrc

from analysis.estimates.domains import DomainSet, crossed_domains, one_domain
from analysis.estimates.linearisation import Linearisation, VarianceMethod
from analysis.estimates.linearised import degrees_of_freedom, psus_with
from analysis.estimates.measure import Coding, Measure
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.frame import Bools, Floats, Frame
from analysis.plan_comparisons import CrosstabPlan
from analysis.plan_indicator import Indicator
from analysis.result import Crosstab

NO_EFFECT = 1e-10  # design effects that are zero up to rounding: the weights fix every cell


def crosstab(plan: CrosstabPlan, frame: Frame, sample: Sample, method: VarianceMethod) -> Crosstab:
    """F = X² / sum(δ) on (sum δ)²/sum δ² and df times as many degrees of freedom (R's svychisq, statistic = "F").

    δ are the eigenvalues of the design effects of the interaction contrasts. Rows without one of the two
    columns, or without a weight, do not count. None with a flag where nothing can be tested.
    """
    domains = crossed_domains([plan.row, plan.column], frame, sample.inside & sample.live)
    cells = [(where[plan.row], where[plan.column]) for where in domains.where]
    kept_rows, kept_columns = {row for row, _ in cells}, {column for _, column in cells}
    n = int(np.count_nonzero(domains.of_row >= 0))
    df = _degrees(sample, method, domains.of_row >= 0)
    if len(kept_rows) < 2 or len(kept_columns) < 2 or df <= 0:
        reason = "no degrees of freedom" if df <= 0 else "fewer than two levels in use"
        return Crosstab(plan.row, plan.column, plan.test, n, None, None, None, None, (reason,))
    indicator = Indicator(id=f"{plan.row} × {plan.column}", rule="distribution", item=plan.row)
    everyone, answered = one_domain(sample.inside), np.ones(len(cells), dtype=np.bool_)
    measures = [
        Measure(
            indicator,
            None,
            Coding(domains.of_row, np.array([float(one == (row, column)) for one in cells]), answered, ~answered),
        )
        for row in sorted(kept_rows)
        for column in sorted(kept_columns)
    ]
    share, covariance = method.covariance([(measure, everyone) for measure in measures])
    statistic, effects = _rao_scott(share.reshape(len(kept_rows), len(kept_columns)), covariance, n)
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    if not trace > NO_EFFECT or not np.isfinite(statistic):
        reason = (
            "fixed by design: no sampling variance, no test" if trace <= NO_EFFECT else "no standard error: no test"
        )
        return Crosstab(plan.row, plan.column, plan.test, n, None, None, None, None, (reason,))
    numerator = trace**2 / squares
    f = statistic / trace
    p_value = float(fdtrc(numerator, numerator * df, f))
    return Crosstab(plan.row, plan.column, plan.test, n, f, numerator, numerator * df, p_value, ())


def _degrees(sample: Sample, method: VarianceMethod, rows: Bools) -> int:
    """PSUs minus strata of the rows of the table; after calibration R's svychisq counts those of the whole design.

    Given replicates without a design: their rank on the rows minus 1.
    """
    if isinstance(method, Replication) and not method.has_design:
        return int(method.ranks(np.where(rows, 0, -1), 1)[0])
    if sample.weighting.is_calibrated and isinstance(method, Linearisation):
        return sample.design.psus - len(sample.design.strata)
    return int(degrees_of_freedom(sample, psus_with(sample, DomainSet(np.where(rows, 0, -1), ({},)), rows))[0])


def _rao_scott(table: Floats, covariance: Floats, n: int) -> tuple[float, Floats]:
    """Pearson's X² of the shares scaled to n, and the matrix whose eigenvalues are the design effects δ."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    statistic = float(n * ((table - expected) ** 2 / expected).sum())
    r, c = table.shape
    main = np.column_stack([np.repeat(np.eye(r), c, axis=0), np.tile(np.eye(c), (r, 1))])
    interaction = np.column_stack(
        [np.outer(np.eye(r)[:, i], np.eye(c)[:, j]).ravel() for i in range(1, r) for j in range(1, c)]
    )
    contrast = interaction - main @ np.linalg.lstsq(main, interaction, rcond=None)[0]
    share = table.ravel()
    inverse = np.divide(1.0, share, out=np.zeros_like(share), where=share > 0)[:, None]
    simple = contrast.T @ (inverse * contrast) / n
    actual = (inverse * contrast).T @ covariance @ (inverse * contrast)
    return statistic, np.asarray(np.linalg.solve(simple, actual), dtype=np.float64)
