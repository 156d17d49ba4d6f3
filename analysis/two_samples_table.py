"""A plan's drawn sample beside a file of volunteers: every share in both, how far they disagree, a named blend. Step 6.

The methods, their sources and assumptions stand in `two_samples.py` and `mass_imputation.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analysis.design import Design
from analysis.estimates.measure import Measure, measures_of
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Floats, Frame
from analysis.plan import Plan, VolunteersPlan
from analysis.plan_weighting import CalibrationStep
from analysis.read import read_frame
from analysis.result import TwoSamples
from analysis.two_samples import DrawnSample, Rake, TwoSamplesError, VolunteerSample, compare_samples
from analysis.weights.steps import Weighting, weight_sample


def two_samples_table(
    plan: Plan, frame: Frame, design: Design, weighting: Weighting, inside: Bools, folder: Path
) -> TwoSamples:
    """Compares the samples on every share of the plan; both are calibrated by the plan's steps in every replicate.

    The volunteers' file has the columns of the plan that indicators, matching and margins name. Raises FaultsFound.
    """
    part = plan.volunteers
    if part is None:
        raise ValueError("the plan names no volunteers")
    measures = _shares(plan, frame)
    other = read_frame(_plan_of_volunteers(plan, part), folder)
    matched = _matching(part, frame, other, inside)
    their_plan = _plan_of_volunteers(plan, part)
    theirs = weight_sample(their_plan, other, np.full(other.n, weighting.weight.sum() / other.n), folder)
    answers = np.column_stack([_answers(measure, inside) for measure in measures.values()])
    their_answers = np.column_stack([_answers_there(measure, other) for measure in measures.values()])
    strata = np.array(design.strata, dtype=object)[design.stratum_of_psu[design.psu_of_row]]
    try:
        found = compare_samples(
            DrawnSample(matched[0], answers, design.weight, strata.astype(str), design.psu_of_row),
            VolunteerSample(matched[1], their_answers),
            list(measures),
            rake_drawn=_again(weighting, inside),
            rake_volunteers=_again(theirs, np.ones(other.n, dtype=np.bool_)),
            replicates=part.replicates,
            seed=part.seed,
        )
    except TwoSamplesError as error:
        raise FaultsFound([Fault(other.file, "volunteers", "two samples that can be compared", str(error))]) from error
    return TwoSamples(other.file, other.n, part.match, part.replicates, found[0].assumptions, found)


def _shares(plan: Plan, frame: Frame) -> dict[str, Measure]:
    found: dict[str, Measure] = {}
    for indicator in plan.indicators:
        if indicator.is_share and indicator.rule != "distribution":
            found[indicator.id] = measures_of(indicator, frame)[0]
    if not found:
        raise FaultsFound([Fault("plan", "volunteers", "an indicator with the rule share or any", "none")])
    return found


def _plan_of_volunteers(plan: Plan, part: VolunteersPlan) -> Plan:
    """What is read and calibrated of the volunteers: indicators, matching columns, margins; no design, no target."""
    return plan.model_copy(
        update={
            "data": plan.data.model_copy(update={"file": part.file}),
            "design": type(plan.design)(),
            "subset": None,
            "calibration": tuple(step for step in plan.calibration if isinstance(step, CalibrationStep)),
            "domains": (),
            "contrasts": (),
            "crosstabs": (),
            "ranks": (),
            "trends": (),
            "small_areas": (),
        }
    )


def _matching(part: VolunteersPlan, frame: Frame, other: Frame, inside: Bools) -> tuple[Floats, Floats]:
    """0/1 columns of the levels of the matching variables, with a column of ones, for both samples."""
    drawn, theirs = [np.ones((frame.n, 1))], [np.ones((other.n, 1))]
    faults: list[Fault] = []
    for name in part.match:
        column, their_column = frame.column(name), other.column(name)
        absent = int((column.missing & inside).sum()), int(their_column.missing.sum())
        for file, count in zip((frame.file, other.file), absent, strict=True):
            if count:
                expected = "a level in every row (volunteers.match)"
                faults.append(Fault(file, f"column {name}", expected, f"{count} missing"))
        unknown = sorted(set(their_column.labels) - set(column.labels))
        if unknown:
            expected = f"levels of {name} that the drawn sample has: {shortened(column.labels)}"
            faults.append(Fault(other.file, f"column {name}", expected, shortened(unknown)))
            continue
        place = {label: k for k, label in enumerate(column.labels)}
        eye = np.vstack([np.eye(len(place)), np.zeros(len(place))])[:, 1:]
        drawn.append(eye[column.codes])
        theirs.append(eye[np.array([*(place[label] for label in their_column.labels), -1])[their_column.codes]])
    if faults:
        raise FaultsFound(faults)
    return np.hstack(drawn), np.hstack(theirs)


def _answers(measure: Measure, inside: Bools) -> Floats:
    return np.where(measure.answered & inside, measure.y, np.nan)


def _answers_there(measure: Measure, other: Frame) -> Floats:
    theirs = measures_of(measure.indicator, other)[0]
    return np.where(theirs.answered, theirs.y, np.nan)


def _again(weighting: Weighting, inside: Bools) -> Rake:
    """Runs the steps of a weighting on other base weights of the same rows; rows outside then weigh nothing."""

    def rake(weights: Floats) -> Floats:
        totals = np.bincount(weighting.classes.of_row, weights=weights, minlength=weighting.classes.count)
        factor, unmet = weighting.refactor(totals[:, None].astype(np.float64))
        if unmet:
            raise TwoSamplesError(f"calibration: a replicate cannot meet {shortened(unmet)}")
        return np.asarray(weights * factor[weighting.classes.of_row, 0] * inside)

    return rake
