"""The weighting steps of a plan in their order, on class totals; also run again for every replicate. Step 5."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from analysis.controls import Controls, build_controls
from analysis.fault import Fault, FaultsFound, collected, shortened
from analysis.frame import Bools, Codes, Column, Floats, Frame
from analysis.plan import Plan
from analysis.plan_weighting import CalibrationStep, NonresponseStep, TrimStep
from analysis.weights.classes import Classes, Grouping, collapse, each_row
from analysis.weights.diagnostics import Spread, StepDiagnostics
from analysis.weights.linear import Linear
from analysis.weights.logit import Logit
from analysis.weights.newton import Calibrated, Distance, calibrate, full_steps
from analysis.weights.poststratify import poststratify
from analysis.weights.rake import rake
from analysis.weights.raking import Raking
from analysis.weights.residuals import CellMeans, Fit, FittedStep, Regression, Residual, UnweightedSweeps, fit_of
from analysis.weights.respondents import RESPONDENT, Response, ResponseStep, read_response
from analysis.weights.trim import trim

BASE_WEIGHT = "(base weight)"
THIN = 20  # rows: a margin's level with fewer is named in the diagnostics


@dataclass(frozen=True)
class Outcome:
    """How one step ended: factors (classes, k), iterations, history, the largest relative misfit, what did not fit."""

    factor: Floats
    history: tuple[float, ...] = ()
    converged: bool = True
    worst: str = ""
    rows_trimmed: int = 0


@dataclass(frozen=True)
class PreparedStep:
    """A step with its controls brought to classes: groupings of the margins, and the matrix x of all controls."""

    plan: CalibrationStep | TrimStep | NonresponseStep
    key: str
    controls: Controls
    groupings: tuple[Grouping, ...]
    x: Floats
    response: ResponseStep | None = None

    def populations(self, totals: Floats) -> list[Floats]:
        pairs = zip(self.controls.margins, self.groupings, strict=True)
        return [margin.population(grouping.sums(totals)) for margin, grouping in pairs]

    @property
    def names(self) -> list[str]:
        """What each column of x is called, for messages."""
        levels = [f"{margin.name} = {level}" for margin in self.controls.margins for level in margin.levels]
        return levels + [control.name for control in self.controls.numeric]

    @property
    def may_turn_negative(self) -> bool:
        return isinstance(self.plan, CalibrationStep) and self.plan.negative == "allow"

    def run(self, totals: Floats, rows: Floats) -> Outcome:
        """Factors for class totals (classes, k); every column is weighted on its own."""
        if self.response is not None:
            factor, fine = self.response.factors(totals)
            return Outcome(factor, (), fine, "an adjustment class without respondents")
        if isinstance(self.plan, TrimStep):
            return self._trim(self.plan, totals, rows)
        if isinstance(self.plan, NonresponseStep):
            raise TypeError("a nonresponse step is prepared with its response")
        if self.plan.method == "poststratify":
            return Outcome(poststratify(totals, self.groupings[0], self.populations(totals)[0]))
        if self.plan.method == "rake":
            raked = rake(
                totals, self.groupings, self.populations(totals), self.plan.tolerance, self.plan.max_iterations
            )
            margin = self.controls.margins[raked.worst_margin]
            worst = f"{margin.name} = {margin.levels[raked.worst_level]}"
            return Outcome(raked.factor, raked.history, raked.converged, worst)
        return self._calibrate(self.plan, totals)

    def _calibrate(self, plan: CalibrationStep, totals: Floats) -> Outcome:
        populations = self.populations(totals)
        numeric = np.array([control.total for control in self.controls.numeric])
        factor = np.empty_like(totals)
        outcome = Outcome(factor)
        for k in range(totals.shape[1]):
            goal = np.concatenate([*(population[:, k] for population in populations), numeric])
            weight = totals[:, k]
            found = self._solve(plan, weight, goal)
            factor[:, k] = found.factor
            if k == 0 or (outcome.converged and not found.converged):
                misfit = np.abs(self.x.T @ (weight * found.factor) - goal) / (1 + np.abs(goal))
                outcome = Outcome(factor, found.history, found.converged, self.names[int(misfit.argmax())])
        return outcome

    def _solve(self, plan: CalibrationStep, weight: Floats, goal: Floats) -> Calibrated:
        """Ratios for one column of class totals; where they cannot be met, those at which R's calibrate ends."""
        distance = distance_of(plan)
        found = calibrate(weight, self.x, goal, distance, plan.tolerance, plan.max_iterations)
        if found.converged:
            return found
        left = full_steps(weight, self.x @ self.coding, goal @ self.coding, distance, plan.max_iterations)
        return replace(found, factor=left)

    @cached_property
    def coding(self) -> Floats:
        """R's columns of the controls from ours, shape (k, j): everyone, then each margin without its first level.

        The weights are the same in any coding. Where a replicate cannot meet a level, these columns decide, as in R's
        calibrate, that everyone still sums to the total and the first level takes up what the other lacks.
        """
        from scipy.linalg import block_diag

        blocks = []
        for k, margin in enumerate(self.controls.margins):
            others = sorted(range(len(margin.levels)), key=lambda level: margin.levels[level])[1:]
            identity = np.eye(len(margin.levels))
            everyone = identity.sum(axis=1, keepdims=True)
            blocks.append(np.hstack([everyone, identity[:, others]]) if k == 0 else identity[:, others])
        return np.asarray(block_diag(*blocks, np.eye(len(self.controls.numeric))))

    def _trim(self, plan: TrimStep, totals: Floats, rows: Floats) -> Outcome:
        factor = np.ones_like(totals)
        cut, within = 0, True
        for k in range(totals.shape[1]):
            before = totals[:, k] / rows
            after = trim(before, rows, plan.lower, plan.upper, plan.strict)
            factor[:, k] = np.divide(after.weight, before, out=np.ones_like(before), where=before > 0)
            cut, within = (after.rows_cut, after.within) if k == 0 else (cut, within and after.within)
        return Outcome(factor, (), within or not plan.strict, "bounds of the weights", cut)

    def residual(self, rows: Floats) -> Residual | None:
        """The form of the variance after this step, `rows` (classes,) counted; trimming adds none.

        That of a nonresponse adjustment, which nonrespondents have a part in, stands in ResponseStep.influence.
        """
        if isinstance(self.plan, TrimStep | NonresponseStep):
            return None
        if self.plan.method == "poststratify":
            return CellMeans(self.groupings[0])
        if self.plan.method == "rake":
            return UnweightedSweeps(self.groupings, rows)
        return Regression(self.x)

    @property
    def residual_name(self) -> str:
        if isinstance(self.plan, NonresponseStep):
            return "deviations from the means of the adjustment classes, which nonrespondents have a part in"
        if isinstance(self.plan, TrimStep):
            return "none of its own; the residual of the calibration before it still applies"
        if self.plan.method == "poststratify":
            return "deviations from cell means weighted by the weights before the step"
        if self.plan.method == "rake":
            return "ten sweeps of unweighted residual means over the margins (R's rake)"
        return "regression on the controls weighted by the weights before the step (R's calibrate)"


def distance_of(plan: CalibrationStep) -> Distance:
    lower, upper = plan.bounds or (None, None)
    if plan.method == "logit":
        return Logit(float(lower or 0.0), float(upper or np.inf))
    if plan.method == "raking":
        return Raking(lower or 0.0, np.inf if upper is None else upper)
    return Linear(-np.inf if lower is None else lower, np.inf if upper is None else upper)


@dataclass(frozen=True)
class AppliedStep:
    """A step that was run: factors to base weights before and after it, shape (classes,)."""

    before: Floats
    after: Floats
    residual: Residual | None


@dataclass(frozen=True)
class Weighting:
    """Base and final weights of all rows (n,), and what later steps need: classes, factors, the steps themselves."""

    base: Floats
    weight: Floats
    base_spread: Spread
    spread: Spread
    classes: Classes
    factor: Floats
    prepared: tuple[PreparedStep, ...]
    applied: tuple[AppliedStep, ...]
    diagnostics: tuple[StepDiagnostics, ...]
    response: Response | None = None

    @property
    def counted(self) -> Bools | None:
        """Rows that answered, shape (n,), where a nonresponse adjustment says so; None: all."""
        return None if self.response is None else self.response.answered

    @property
    def adjusts_for_nonresponse(self) -> bool:
        return self.response is not None

    def of_nonrespondents(self) -> tuple[ResponseStep, Floats, Floats]:
        """The nonresponse step, and what its influence needs (ResponseStep.influence)."""
        step = self.prepared[0].response
        if step is None:
            raise ValueError("the plan has no nonresponse step")
        return (step, *step.influence(self.classes.base))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the results must know about the weights."""
        found = []
        if self.response is not None and self.response.collapsed:
            found.append(f"nonresponse: classes too thin and merged: {shortened(self.response.collapsed)}")
        negative = int((self.weight < 0).sum())
        if negative:
            found.append(f"calibration: {negative} weights are negative; bounds, raking or logit avoid this")
        calibrated = [place for place, step in enumerate(self.diagnostics) if step.method != "trim"]
        if calibrated and any(step.rows_trimmed for step in self.diagnostics[calibrated[-1] + 1 :]):
            found.append(
                "calibration: weights were trimmed after calibration, so its totals no longer hold exactly; "
                "variances still use its residuals"
            )
        return tuple(found)

    @property
    def is_calibrated(self) -> bool:
        return any(step.residual is not None for step in self.applied)

    @property
    def changes_influence(self) -> bool:
        """Whether any step takes away from the influence of rows, or adds to it."""
        return self.is_calibrated or self.adjusts_for_nonresponse

    @cached_property
    def fit(self) -> Fit:
        """What the residuals of all steps together take from an influence."""
        final = np.where(self.factor > 0, self.factor, 1.0)
        steps = [
            FittedStep(step.residual, step.before / final, final / np.where(step.after > 0, step.after, 1.0))
            for step in self.applied
            if step.residual is not None
        ]
        also = self.of_nonrespondents()[0].grouping if self.adjusts_for_nonresponse else None
        return fit_of(steps, self.classes.base * self.factor, self.classes.rows, also)

    def refactor(self, totals: Floats) -> tuple[Floats, tuple[str, ...]]:
        """Runs all steps again on replicate class totals (classes, k): factors, and what some replicate cannot meet."""
        factor, unmet = np.ones_like(totals), []
        for step in self.prepared:
            outcome = step.run(totals * factor, self.classes.rows)
            factor = factor * outcome.factor
            if not outcome.converged:
                unmet.append(f"{step.key} ({step.plan.method}), {outcome.worst}")
        return factor, tuple(unmet)


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
    step: CalibrationStep | TrimStep | NonresponseStep,
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


def _has_matrix(step: CalibrationStep | TrimStep | NonresponseStep) -> bool:
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
            raise FaultsFound([_not_converged(step, outcome)])
        if not step.may_turn_negative and outcome.factor[:, 0].min(initial=1.0) < 0:
            raise FaultsFound([_negative(step, outcome)])
        after = factor * outcome.factor[:, 0]
        rows = classes.rows if response is None else np.where(factor > 0, classes.rows, 0.0)
        applied.append(AppliedStep(factor, after, step.residual(rows)))
        factor, weight, before = after, base * after[classes.of_row], spread
        spread = Spread.of(weight)
        diagnostics.append(_diagnose(step, outcome, spread, rows, before.kish_deff))
    steps = prepared, tuple(applied), tuple(diagnostics)
    return Weighting(base, weight, base_spread, spread, classes, factor, *steps, response)


def _negative(step: PreparedStep, outcome: Outcome) -> Fault:
    """Names the people whose weights turned negative the most, by their levels of all margins."""
    factors = outcome.factor[:, 0]
    worst = int(np.argmin(factors))
    pairs = zip(step.controls.margins, step.groupings, strict=True)
    named = [f"{margin.name} = {margin.levels[grouping.level[worst]]}" for margin, grouping in pairs]
    found = f"a factor of {factors[worst]:.3g} for {', '.join(named) or 'some rows'}"
    expected = "no negative weights (bounds, raking or logit avoid them; `negative: allow` accepts them)"
    return Fault("plan", step.key, expected, found)


def _not_converged(step: PreparedStep, outcome: Outcome) -> Fault:
    if isinstance(step.plan, TrimStep):
        found = f"{step.plan.lower:g} to {step.plan.upper:g}, beyond which weights must go to keep their sum"
        return Fault("plan", step.key, "bounds that the mean weight lies between", found)
    left = f"{outcome.history[-1]:.3g} after {len(outcome.history)} iterations" if outcome.history else "none found"
    expected = "weights within the bounds that meet every total"
    if isinstance(step.plan, CalibrationStep) and step.plan.method == "rake":
        expected = f"margins met to {step.plan.tolerance:g}"
    return Fault("plan", step.key, expected, f"largest relative misfit {left}, at {outcome.worst}")


def _diagnose(
    step: PreparedStep, outcome: Outcome, spread: Spread, rows: Floats, deff_before: float
) -> StepDiagnostics:
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
