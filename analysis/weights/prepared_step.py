"""One weighting step of a plan, brought to classes of rows: it gives factors for class totals. Step 5."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.controls import Controls
from analysis.frame import Floats
from analysis.plan_weighting import CalibrationStep, NonresponseStep, TrimStep
from analysis.weights.classes import Grouping
from analysis.weights.linear import Linear
from analysis.weights.logit import Logit
from analysis.weights.newton import Calibrated, Distance, calibrate, full_steps
from analysis.weights.poststratify import poststratify
from analysis.weights.rake import rake
from analysis.weights.raking import Raking
from analysis.weights.residuals import CellMeans, Regression, Residual, UnweightedSweeps
from analysis.weights.respondents import ResponseStep
from analysis.weights.trim import trim


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
