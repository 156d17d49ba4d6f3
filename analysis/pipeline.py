"""Runs a whole plan: data, design, weights, estimates, contrasts, ranks. All other programs call this."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from analysis.design import Design, build_design
from analysis.estimates.domains import subset_rows
from analysis.estimates.linearisation import Linearisation, VarianceMethod
from analysis.estimates.replicates import build_replicates
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.fault import Fault, FaultsFound
from analysis.frame import Bools, Codes, Frame
from analysis.plan import Plan
from analysis.plan_file import PlanFile
from analysis.plan_weighting import TrimStep
from analysis.read import read_frame, replicate_columns
from analysis.result import (
    Result,
    WeightsSummary,
)
from analysis.run_parts import PlanRun, adjusted_together
from analysis.run_warnings import warnings_of
from analysis.verdict_rule import nominal_alpha
from analysis.weights.base import selection_weights
from analysis.weights.weight_sample import weight_sample
from analysis.weights.weighting import Weighting


def run_plan(
    plan: Plan, *, frame: Frame | None = None, folder: Path = Path(), plan_sha256: str | None = None
) -> Result:
    """Runs a plan on a frame, or on the plan's own files. Raises FaultsFound with every fault that was seen.

    `folder` is where the relative paths of data and margins start.
    """
    if frame is None:
        frame = read_frame(plan, folder)
    sample = prepare(plan, frame, folder)
    method = _variance_method(plan, sample, frame)
    run = PlanRun(plan, frame, sample, method)
    estimates = run.estimates()
    contrasts, trends = adjusted_together(run.contrasts(), run.trends())
    return Result(
        plan_sha256=plan_sha256,
        data_sha256=frame.sha256,
        software=software(),
        variance=method.name,
        rows=frame.n,
        design=(len(sample.design.strata), sample.design.psus),
        estimates=estimates,
        contrasts=contrasts,
        crosstabs=tuple(run.crosstabs()),
        ranks=tuple(run.ranks()),
        weights=_summary(sample.weighting),
        warnings=tuple(warnings_of(plan, sample, method)),
        trends=trends,
        small_areas=run.small_areas(folder),
        two_samples=run.two_samples(folder),
        against_rest=tuple(run.against_rest()),
        decisions=plan.decisions.model_dump(mode="json") | {"nominal_alpha": nominal_alpha(plan.decisions)},
    )


def prepare(plan: Plan, frame: Frame, folder: Path = Path()) -> Sample:
    """Design, weights and subset of a plan: everything before the estimates. Raises FaultsFound."""
    selection = plan.design.selection
    design = build_design(plan.design, frame, selection_weights(selection, frame) if selection else None)
    weighting = weight_sample(plan, frame, design.weight, folder, _splits(plan, design))
    return Sample(design, weighting, _inside(plan, frame, weighting))


def run_plan_file(file: PlanFile) -> Result:
    """Runs a plan that was read from a file."""
    return run_plan(file.plan, folder=file.folder, plan_sha256=file.sha256)


def check_plan(plan: Plan, folder: Path) -> list[Fault]:
    """Every fault of a plan's data that can be seen; an empty list when it can be run."""
    try:
        run_plan(plan, folder=folder)
    except FaultsFound as found:
        return list(found.faults)
    return []


def software() -> str:
    """Name and versions for the record of a result."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        own = version("minyi")
    except PackageNotFoundError:
        own = "0.1.0"
    return f"minyi analysis {own}, numpy {np.__version__}, Python {platform.python_version()}"


def _splits(plan: Plan, design: Design) -> Sequence[Codes]:
    """Trimming inside replicates looks at each PSU's weights, so classes must not cross PSUs."""
    trims = any(isinstance(step, TrimStep) for step in plan.calibration)
    if not trims or (plan.design.replicates.type == "none" and plan.volunteers is None):
        return ()
    return (np.arange(design.n),) if plan.design.replicates.type == "given" else (design.psu_of_row,)


def _inside(plan: Plan, frame: Frame, weighting: Weighting) -> Bools:
    """Rows that figures are about: the plan's subset of those who answered, shape (n,)."""
    rows = subset_rows(plan.subset, frame)
    return rows if weighting.counted is None else rows & weighting.counted


def _variance_method(plan: Plan, sample: Sample, frame: Frame) -> VarianceMethod:
    if plan.design.replicates.type == "none":
        return Linearisation(sample)
    columns = replicate_columns(list(frame.raw), plan, frame.file)
    return Replication(sample, build_replicates(plan.design.replicates, sample.design, frame, columns))


def _summary(weighting: Weighting) -> WeightsSummary:
    return WeightsSummary(
        **asdict(weighting.spread),
        steps=tuple(asdict(step) for step in weighting.diagnostics),
        values=weighting.weight,
        base=asdict(weighting.base_spread),
    )
