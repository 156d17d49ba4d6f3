"""Base and final weights of all rows, with what later steps need of how they were made. Result of step 5."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.fault import shortened
from analysis.frame import Bools, Floats
from analysis.weights.classes import Classes
from analysis.weights.diagnostics import Spread, StepDiagnostics
from analysis.weights.prepared_step import PreparedStep
from analysis.weights.residuals import Fit, FittedStep, Residual, fit_of
from analysis.weights.respondents import Response, ResponseStep


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
