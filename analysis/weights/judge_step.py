"""What is told of a weighting step that was run: its diagnostics, or the fault that it ends with. Step 5."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from analysis.fault import Fault
from analysis.frame import Floats
from analysis.plan_weighting import CalibrationStep, TrimStep
from analysis.weights.diagnostics import Spread, StepDiagnostics
from analysis.weights.prepared_step import Outcome, PreparedStep

THIN = 20  # rows: a margin's level with fewer is named in the diagnostics


def diagnose(step: PreparedStep, outcome: Outcome, spread: Spread, rows: Floats, deff_before: float) -> StepDiagnostics:
    """How a step ended and what it did to the weights; `spread` is theirs after it, `rows` (classes,) those it saw."""
    ratio = outcome.factor[:, 0]
    ratio = ratio[ratio != 0] if step.response is not None else ratio
    return StepDiagnostics(
        method=step.plan.method,
        residual=step.residual_name,
        iterations=len(outcome.history),
        converged=outcome.converged,
        history=outcome.history,
        largest_misfit=outcome.history[-1] if outcome.history else 0.0,
        smallest_ratio=float(ratio.min()),
        largest_ratio=float(ratio.max()),
        rows_trimmed=outcome.rows_trimmed,
        **asdict(spread),
        deff_factor=spread.kish_deff / deff_before,
        thin_levels=tuple(_thin_levels(step, rows)),
    )


def _thin_levels(step: PreparedStep, rows: Floats) -> Iterator[str]:
    """Levels of the margins with few rows, whose weights rest on few people."""
    for margin, grouping in zip(step.controls.margins, step.groupings, strict=True):
        held = grouping.sums(rows)
        for k in np.flatnonzero((held > 0) & (held < THIN)):
            yield f"{margin.name} = {margin.levels[k]} ({int(held[k])} rows)"


def negative(step: PreparedStep, outcome: Outcome) -> Fault:
    """Names the people whose weights turned negative the most, by their levels of all margins."""
    factors = outcome.factor[:, 0]
    worst = int(np.argmin(factors))
    pairs = zip(step.controls.margins, step.groupings, strict=True)
    named = [f"{margin.name} = {margin.levels[grouping.level[worst]]}" for margin, grouping in pairs]
    found = f"a factor of {factors[worst]:.3g} for {', '.join(named) or 'some rows'}"
    expected = "no negative weights (bounds, raking or logit avoid them; `negative: allow` accepts them)"
    return Fault("plan", step.key, expected, found)


def not_converged(step: PreparedStep, outcome: Outcome) -> Fault:
    """Names the control, or the bounds, that the weights cannot meet."""
    if isinstance(step.plan, TrimStep):
        found = f"{step.plan.lower:g} to {step.plan.upper:g}, beyond which weights must go to keep their sum"
        return Fault("plan", step.key, "bounds that the mean weight lies between", found)
    left = f"{outcome.history[-1]:.3g} after {len(outcome.history)} iterations" if outcome.history else "none found"
    expected = "weights within the bounds that meet every total"
    if isinstance(step.plan, CalibrationStep) and step.plan.method == "rake":
        expected = f"margins met to {step.plan.tolerance:g}"
    return Fault("plan", step.key, expected, f"largest relative misfit {left}, at {outcome.worst}")
