"""A plan's drawn sample beside a file of volunteers: every share in both, how far they disagree, a named blend. Step 6.

The methods, their sources and assumptions stand in the other files of this folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.design import Design
from analysis.estimates.domains import subset_rows
from analysis.estimates.measure import Measure, measures_of
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Column, Floats, Frame, Ints
from analysis.plan import Plan
from analysis.plan_comparisons import VolunteersPlan
from analysis.plan_weighting import CalibrationStep
from analysis.read import read_frame
from analysis.result import TwoSamples
from analysis.two_samples.compare import ASSUMPTIONS, Comparison, compare_samples
from analysis.two_samples.samples import DrawnSample, Rake, TwoSamplesError, VolunteerSample
from analysis.weights.weight_sample import weight_sample
from analysis.weights.weighting import Weighting

ROUGH, MOST_SWEEPS = 1e-6, 100  # how far the bootstrap calibrates


def two_samples_table(
    plan: Plan, frame: Frame, design: Design, weighting: Weighting, inside: Bools, folder: Path
) -> TwoSamples:
    """Compares the samples on every share of the plan; both are calibrated by the plan's steps in every replicate.

    The volunteers' file has the columns of the plan that shares, subset, matching and margins name. Raises FaultsFound
    for files, columns and levels that are not there; samples that cannot be compared have a flag that says why.
    """
    part = plan.volunteers
    if part is None:
        raise ValueError("the plan names no volunteers")
    measures = _shares(plan, frame)
    their_plan = _plan_of_volunteers(plan, part)
    other = read_frame(their_plan, folder)
    there = subset_rows(plan.subset, other)
    x, their_x = _matching(part, frame, other, inside, there)
    kept = np.flatnonzero(there & np.isfinite(their_x).all(axis=1))
    flags = [*_not_matched(x[inside], "the drawn sample"), *_not_matched(their_x[there], "the volunteers")]
    theirs = _calibrated(their_plan, other, kept, float(weighting.weight.sum()), folder, flags)
    theirs_of = _measures_there(measures, other, flags)
    answers, their_answers = _answers(measures, inside), _answers(theirs_of, there)[kept]
    asked = _answered_in_both(list(measures), answers[inside], their_answers, flags)
    strata = np.array(design.strata, dtype=object)[design.stratum_of_psu[design.psu_of_row]].astype(str)
    drawn = DrawnSample(x, answers[:, asked], design.weight, strata, design.psu_of_row)
    unmet: set[str] = set()
    compared: tuple[Comparison, ...] = ()
    try:
        compared = compare_samples(
            drawn,
            VolunteerSample(their_x[kept], their_answers[:, asked]),
            [name for name, both in zip(measures, asked, strict=True) if both],
            rake_drawn=_again(weighting, np.arange(frame.n), inside, unmet),
            rake_volunteers=_again(theirs, kept, np.ones(len(kept), dtype=np.bool_), unmet) if theirs else _as_they_are,
            replicates=part.replicates,
            seed=part.seed,
        )
    except TwoSamplesError as error:
        flags.append(f"not compared: {error}")
    if unmet:
        flags.append(f"some replicates cannot meet {shortened(sorted(unmet))}; they keep the weights nearest to it")
    return TwoSamples(other.file, len(kept), part.match, part.replicates, ASSUMPTIONS, compared, tuple(flags))


def _shares(plan: Plan, frame: Frame) -> dict[str, Measure]:
    found: dict[str, Measure] = {}
    for indicator in plan.indicators:
        if indicator.is_share and indicator.rule != "distribution":
            found[indicator.id] = measures_of(indicator, frame)[0]
    if not found:
        raise FaultsFound([Fault("plan", "volunteers", "an indicator with the rule share or any", "none")])
    return found


def _plan_of_volunteers(plan: Plan, part: VolunteersPlan) -> Plan:
    """What is read and calibrated of the volunteers: shares, subset, matching columns, margins; no design."""
    return Plan(
        data=plan.data.model_copy(update={"file": part.file}),
        subset=plan.subset,
        calibration=tuple(step for step in plan.calibration if isinstance(step, CalibrationStep)),
        indicators=tuple(one for one in plan.indicators if one.is_share and one.rule != "distribution"),
        domains=(),
        volunteers=part,
    )


def _matching(part: VolunteersPlan, frame: Frame, other: Frame, inside: Bools, there: Bools) -> tuple[Floats, Floats]:
    """0/1 columns of the levels of the matching variables, with a column of ones, for both samples.

    NaN for a row without a level. Raises FaultsFound when a file has no level at all, or one of the volunteers' is
    unknown to the drawn sample.
    """
    drawn, theirs = [np.ones((frame.n, 1))], [np.ones((other.n, 1))]
    faults: list[Fault] = []
    for name in part.match:
        column, their_column = frame.column(name), other.column(name)
        levels, their_levels = _levels(column, inside), _levels(their_column, there)
        for file, found in ((frame.file, levels), (other.file, their_levels)):
            if not found:
                faults.append(Fault(file, f"column {name}", "levels to match on (volunteers.match)", "all missing"))
        unknown = [level for level in their_levels if level not in levels]
        if levels and unknown:
            expected = f"levels of {name} that the drawn sample has: {shortened(levels)}"
            faults.append(Fault(other.file, f"column {name}", expected, shortened(unknown)))
        drawn.append(_indicators(column, levels))
        theirs.append(_indicators(their_column, levels))
    if faults:
        raise FaultsFound(faults)
    return np.hstack(drawn), np.hstack(theirs)


def _levels(column: Column, rows: Bools) -> list[str]:
    """The levels that occur in `rows`, in their order."""
    present = np.bincount(column.codes[rows].astype(np.int64) + 1, minlength=len(column.labels) + 1)[1:]
    return [column.labels[place] for place in np.flatnonzero(present)]


def _indicators(column: Column, levels: Sequence[str]) -> Floats:
    """0/1 columns of the levels but the first, shape (n, levels - 1); NaN where the row has none of them."""
    place = {level: k for k, level in enumerate(levels)}
    rows = np.vstack([np.eye(len(levels)), np.full((1, len(levels)), np.nan)])[:, 1:]
    of_row = np.array([*(place.get(label, len(levels)) for label in column.labels), len(levels)])[column.codes]
    return np.asarray(rows[of_row])


def _not_matched(x: Floats, who: str) -> Iterator[str]:
    unknown = int((~np.isfinite(x).all(axis=1)).sum())
    if unknown:
        yield f"{unknown} of {who} did not tell what samples are matched on: left out of the matching"


def _calibrated(plan: Plan, other: Frame, kept: Ints, total: float, folder: Path, flags: list[str]) -> Weighting | None:
    """The plan's calibration of the volunteers; None, with a flag, for margins that they cannot meet."""
    base = np.zeros(other.n)
    base[kept] = total / max(len(kept), 1)
    try:
        return weight_sample(plan, other, base, folder)
    except FaultsFound as found:
        flags.append(f"volunteers are matched and not calibrated: {found.faults[0]}")
        return None


def _measures_there(measures: Mapping[str, Measure], other: Frame, flags: list[str]) -> dict[str, Measure | None]:
    """None, with a flag, for an indicator that the volunteers' file cannot give."""
    found: dict[str, Measure | None] = {}
    for name, measure in measures.items():
        try:
            found[name] = measures_of(measure.indicator, other)[0]
        except FaultsFound as error:
            found[name] = None
            flags.append(f"not compared: {error.faults[0]}")
    return found


def _answers(measures: Mapping[str, Measure] | Mapping[str, Measure | None], rows: Bools) -> Floats:
    """0/1 or NaN for no answer, shape (n, q)."""
    silent = np.full(len(rows), np.nan)
    return np.column_stack(
        [np.where(one.answered & rows, one.y, np.nan) if one else silent for one in measures.values()]
    )


def _answered_in_both(names: Sequence[str], answers: Floats, theirs: Floats, flags: list[str]) -> Bools:
    """Which indicators somebody answered in both samples, shape (q,)."""
    both = np.asarray(np.isfinite(answers).any(axis=0) & np.isfinite(theirs).any(axis=0))
    silent = [name for name, found in zip(names, both, strict=True) if not found]
    if silent:
        flags.append(f"not answered in both samples: {shortened(silent)}")
    return both


def _again(weighting: Weighting, rows: Ints, inside: Bools, unmet: set[str]) -> Rake:
    """Runs the steps of a weighting on other base weights of `rows`; those not `inside` weigh nothing afterwards."""
    of_row, count = weighting.classes.of_row[rows].astype(np.int64), weighting.classes.count
    rougher = _rougher(weighting)

    def rake(weights: Floats) -> Floats:
        replicates = weights.shape[1]
        key = of_row[:, None] * replicates + np.arange(replicates)
        totals = np.bincount(key.ravel(), weights=weights.ravel(), minlength=count * replicates).astype(np.float64)
        steps = weighting if replicates == 1 else rougher
        factor, not_met = steps.refactor(totals.reshape(count, replicates))
        unmet.update(not_met)
        return np.asarray(weights * factor[of_row] * inside[:, None])

    return rake


def _rougher(weighting: Weighting) -> Weighting:
    """The same steps for the bootstrap, whose own error is far larger than margins that are off by a millionth."""
    update = {"tolerance": ROUGH, "max_iterations": MOST_SWEEPS}
    steps = [
        replace(step, plan=step.plan.model_copy(update=update)) if isinstance(step.plan, CalibrationStep) else step
        for step in weighting.prepared
    ]
    return replace(weighting, prepared=tuple(steps))


def _as_they_are(weights: Floats) -> Floats:
    return weights
