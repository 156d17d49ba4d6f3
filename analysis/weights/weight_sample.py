"""Runs the weighting steps of a plan in their order, on class totals. Step 5."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analysis.controls import Controls, build_controls
from analysis.fault import Fault, FaultsFound, collected
from analysis.frame import Codes, Column, Floats, Frame
from analysis.plan import Plan
from analysis.plan_weighting import CalibrationStep, NonresponseStep, Step, TrimStep
from analysis.weights.classes import Classes, Grouping, collapse, each_row
from analysis.weights.diagnostics import Spread, StepDiagnostics
from analysis.weights.judge_step import diagnose, negative, not_converged
from analysis.weights.prepared_step import PreparedStep
from analysis.weights.respondents import RESPONDENT, Response, ResponseStep, read_response
from analysis.weights.weighting import AppliedStep, Weighting

BASE_WEIGHT = "(base weight)"


def weight_sample(
    plan: Plan, frame: Frame, base: Floats, folder: Path, extra_codes: Sequence[Codes] = (), collapsed: bool = True
) -> Weighting:
    """Runs the plan's calibration. Raises FaultsFound for controls that do not fit and steps that do not converge.

    `extra_codes` (n,) split classes further, where replicates multiply base weights by PSU and trimming
    needs them equal within a class. `collapsed=False` keeps every row a class (the row-level form).
    """
    faults: list[Fault] = []
    response: Response | None = None
    for k, step in enumerate(plan.calibration):
        if isinstance(step, NonresponseStep):
            with collected(faults):
                response = read_response(step, f"calibration[{k}]", frame, base)
    classes = _classes(plan, frame, base, response, extra_codes, collapsed, faults)
    prepared: list[PreparedStep] = []
    for k, step in enumerate(plan.calibration):
        with collected(faults):
            prepared.append(_prepare(step, f"calibration[{k}]", frame.file, classes, response, folder))
    if faults:
        raise FaultsFound(faults)
    return _run(base, classes, tuple(prepared), response)


def _classes(
    plan: Plan,
    frame: Frame,
    base: Floats,
    response: Response | None,
    splits: Sequence[Codes],
    collapsed: bool,
    faults: list[Fault],
) -> Classes:
    """Classes of rows by every column that a margin names. Raises FaultsFound for columns that are not there."""
    margins = [margin for step in plan.calibration if isinstance(step, CalibrationStep) for margin in step.margins]
    columns: dict[str, Column] = {}
    numbers: dict[str, Floats] = {}
    for margin in margins:
        with collected(faults):
            columns |= {name: frame.column(name) for name in margin.by}
            numbers |= {} if margin.numeric is None else {margin.numeric: frame.numbers(margin.numeric)}
    if faults:
        raise FaultsFound(faults)
    of_response = () if response is None else (response.status, response.group)
    if not collapsed:
        return each_row(columns, numbers, base, of_response)
    if any(isinstance(step, TrimStep) for step in plan.calibration):
        numbers[BASE_WEIGHT] = base
    return collapse(columns, numbers, base, [*splits, *of_response])


def _prepare(
    step: Step,
    key: str,
    file: str,
    classes: Classes,
    response: Response | None,
    folder: Path,
) -> PreparedStep:
    controls = Controls((), ())
    if isinstance(step, CalibrationStep):
        counted = None if response is None else np.asarray(classes.splits[-2] == RESPONDENT)
        controls = build_controls(step, key, file, classes, folder, counted)
    groupings = tuple(Grouping(margin.level, len(margin.levels)) for margin in controls.margins)
    blocks = [np.eye(grouping.levels)[grouping.level] for grouping in groupings] if _has_matrix(step) else []
    blocks += [numeric.values[:, None] for numeric in controls.numeric]
    x = np.hstack(blocks) if blocks else np.zeros((classes.count, 0))
    answers = ResponseStep.of(response, classes) if response and isinstance(step, NonresponseStep) else None
    return PreparedStep(step, key, controls, groupings, x, answers)


def _has_matrix(step: Step) -> bool:
    return step.method in {"linear", "raking", "logit"}


def _run(
    base: Floats, classes: Classes, prepared: tuple[PreparedStep, ...], response: Response | None = None
) -> Weighting:
    factor, weight = np.ones(classes.count), base
    spread = base_spread = Spread.of(base)
    applied: list[AppliedStep] = []
    diagnostics: list[StepDiagnostics] = []
    for step in prepared:
        outcome = step.run((classes.base * factor)[:, None], classes.rows)
        if not outcome.converged:
            raise FaultsFound([not_converged(step, outcome)])
        if not step.may_turn_negative and outcome.factor[:, 0].min(initial=1.0) < 0:
            raise FaultsFound([negative(step, outcome)])
        after = factor * outcome.factor[:, 0]
        rows = classes.rows if response is None else np.where(factor > 0, classes.rows, 0.0)
        applied.append(AppliedStep(factor, after, step.residual(rows)))
        factor, weight, before = after, base * after[classes.of_row], spread
        spread = Spread.of(weight)
        diagnostics.append(diagnose(step, outcome, spread, rows, before.kish_deff))
    steps = prepared, tuple(applied), tuple(diagnostics)
    return Weighting(base, weight, base_spread, spread, classes, factor, *steps, response)
