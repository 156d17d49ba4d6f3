"""recompute.R, part 3: nonresponse, calibration and trimming as calls of functions.R. Step 8."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analysis.controls import read_totals
from analysis.plan import Plan
from analysis.plan_weighting import CalibrationStep, Margin, NonresponseStep, TrimStep
from analysis.report.r.literal import r


def weighting_lines(plan: Plan, folder: Path) -> Iterator[str]:
    yield "# 3. Weights: postStratify, rake, calibrate, trimWeights"
    yield "steps <- list()"
    yield "response <- NULL"
    steps = plan.calibration
    if steps and isinstance(steps[0], NonresponseStep):
        yield from _nonresponse(steps[0])
        steps = steps[1:]
    for k, step in enumerate(steps, start=1):
        if isinstance(step, TrimStep):
            bounds = f"lower = {r(step.lower)}, upper = {r(step.upper)}, strict = {r(step.strict)}"
            yield f'steps[[{k}]] <- list(method = "trim", {bounds})'
        elif isinstance(step, CalibrationStep):
            yield f"steps[[{k}]] <- list(method = {r(step.method)}, max_iterations = {max(step.max_iterations, 5000)},"
            yield from _controls(step, folder)
    yield "for (step in steps) design <- apply_step(design, step)"


def _nonresponse(step: NonresponseStep) -> Iterator[str]:
    """From here on the data are the respondents'; the variance comes back to all sampled cases."""
    status, classes = f"data[[{r(step.status)}]]", f"data[{r(list(step.classes))}]"
    yield f"response <- response_of({status}, {classes}, data$.weight, {step.minimum}, {r(step.maximum)})"
    yield "design <- respondents_of(plain, response)"
    yield "inside <- inside[response$answered]"
    yield "data <- data[response$answered, ]"


def _controls(step: CalibrationStep, folder: Path) -> Iterator[str]:
    levels = [margin for margin in step.margins if margin.numeric is None]
    numbers = [margin for margin in step.margins if margin.numeric is not None]
    yield "  margins = list(" + ("" if levels else "),")
    for margin in levels:
        yield f"    {_margin(margin, folder)}{'),' if margin is levels[-1] else ','}"
    columns = ", ".join(f"number(data, {r(margin.numeric)})" for margin in numbers)
    totals = r([float(margin.total or 0) for margin in numbers]) if numbers else "numeric()"
    yield f"  numeric = list({columns}), numeric_totals = {totals},"
    yield f"  bounds = {r(list(step.bounds) if step.bounds else None)})"


def _margin(margin: Margin, folder: Path) -> str:
    """Totals of a file are read by the script; those of the plan stand in it."""
    if margin.file is not None:
        return f"margin(data, {r(list(margin.by))}, file = {r(margin.file)})"
    totals = {" × ".join(level): total for level, total in read_totals(margin, "margins", folder)[1].items()}
    return f"margin(data, {r(list(margin.by))}, {r(totals)})"
