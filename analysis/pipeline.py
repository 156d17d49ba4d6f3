"""Runs a whole plan: data, design, weights, estimates, contrasts, ranks. All other programs call this."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from analysis.design import Design, build_design
from analysis.estimates.contrasts import contrast
from analysis.estimates.crosstabs import crosstab
from analysis.estimates.domains import DomainSet, chosen_domain, crossed_domains, distinct, subset_rows
from analysis.estimates.linearisation import Linearisation, VarianceMethod
from analysis.estimates.linearised import degrees_of_freedom, psus_with
from analysis.estimates.measure import Measure, measures_of
from analysis.estimates.replicates import build_replicates
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.fault import Fault, FaultsFound, shortened
from analysis.figures import Figures
from analysis.frame import Frame, Ints
from analysis.plan import Plan, TrimStep
from analysis.plan_file import PlanFile
from analysis.ranks import rank_domains
from analysis.read import read_frame, replicate_columns
from analysis.result import Contrast, Crosstab, Estimate, Ranking, Result, WeightsSummary
from analysis.weights.diagnostics import kish_deff
from analysis.weights.steps import Weighting, weight_sample


def run_plan(
    plan: Plan, *, frame: Frame | None = None, folder: Path = Path(), plan_sha256: str | None = None
) -> Result:
    """Runs a plan on a frame, or on the plan's own files. Raises FaultsFound with every fault that was seen.

    `folder` is where the relative paths of data and margins start.
    """
    if frame is None:
        frame = read_frame(plan, folder)
    design = build_design(plan.design, frame)
    weighting = weight_sample(plan, frame, design.weight, folder, _splits(plan, design))
    sample = Sample(design, weighting, subset_rows(plan.subset, frame))
    method = _variance_method(plan, sample, frame)
    run = _Run(plan, frame, sample, method)
    return Result(
        plan_sha256=plan_sha256,
        data_sha256=frame.sha256,
        software=software(),
        variance=method.name,
        rows=frame.n,
        design=(len(design.strata), design.psus),
        estimates=tuple(run.estimates()),
        contrasts=tuple(run.contrasts()),
        crosstabs=tuple(run.crosstabs()),
        ranks=tuple(run.ranks()),
        weights=_summary(weighting),
        warnings=tuple(_warnings(plan, sample, method)),
    )


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


def _splits(plan: Plan, design: Design) -> Sequence[Ints]:
    """Trimming inside replicates looks at each PSU's weights, so classes must not cross PSUs."""
    trims = any(isinstance(step, TrimStep) for step in plan.calibration)
    if not trims or plan.design.replicates.type == "none":
        return ()
    return (np.arange(design.n),) if plan.design.replicates.type == "given" else (design.psu_of_row,)


def _variance_method(plan: Plan, sample: Sample, frame: Frame) -> VarianceMethod:
    if plan.design.replicates.type == "none":
        return Linearisation(sample)
    columns = replicate_columns(list(frame.raw), plan, frame.file)
    return Replication(sample, build_replicates(plan.design.replicates, sample.design, frame, columns))


class _Run:
    """One pass over the parts of a plan; domain sets and measures are made once."""

    def __init__(self, plan: Plan, frame: Frame, sample: Sample, method: VarianceMethod) -> None:
        self.plan, self.frame, self.sample, self.method = plan, frame, sample, method
        self.figures = Figures(sample, method, plan.interval)
        self._domains: dict[tuple[str, ...], DomainSet] = {}
        self.measures = self._all_measures()

    def _all_measures(self) -> dict[str, list[Measure]]:
        faults: list[Fault] = []
        measures: dict[str, list[Measure]] = {}
        for indicator in self.plan.indicators:
            try:
                measures[indicator.id] = measures_of(indicator, self.frame)
            except FaultsFound as found:
                faults += found.faults
        if faults:
            raise FaultsFound(faults)
        return measures

    def domains(self, names: tuple[str, ...]) -> DomainSet:
        if names not in self._domains:
            self._domains[names] = crossed_domains(names, self.frame, self.sample.inside)
        return self._domains[names]

    def estimates(self) -> list[Estimate]:
        specs = distinct(self.plan.domains)
        return [
            figure
            for measures in self.measures.values()
            for measure in measures
            for spec in specs
            for figure in self.figures.of(measure, self.domains(spec))
        ]

    def whole_df(self, measure: Measure | None = None) -> int:
        """Degrees of freedom of the whole subset, for figures that compare its domains."""
        rows = self.sample.live if measure is None else self.sample.live & ~measure.set_aside
        return int(degrees_of_freedom(self.sample, psus_with(self.sample, self.domains(()), rows))[0])

    def contrasts(self) -> list[Contrast]:
        found = []
        for k, part in enumerate(self.plan.contrasts):
            key = f"contrasts[{k}]"
            sets = [chosen_domain(where, self.frame, self.sample.inside, key) for where in part.between]
            measure = self.measures[part.indicator][0]
            found.append(
                contrast(part, measure, sets, self.method, self.whole_df(measure), self.plan.interval.level[0])
            )
        return found

    def crosstabs(self) -> list[Crosstab]:
        return [crosstab(part, self.frame, self.sample, self.method, self.whole_df()) for part in self.plan.crosstabs]

    def ranks(self) -> list[Ranking]:
        found = []
        for part in self.plan.ranks:
            domains = self.domains(tuple(part.over))
            measure = self.measures[part.indicator][0]
            value, covariance = self.method.covariance([(measure, domains)])
            df = self.method.estimate(measure, domains).answered_df.astype(np.float64)
            found.append(rank_domains(part, domains.where, value, covariance, df))
        return found


def _summary(weighting: Weighting) -> WeightsSummary:
    weight = weighting.weight
    live = weight != 0
    deff = kish_deff(weight)
    return WeightsSummary(
        sum=float(weight.sum()),
        min=float(weight[live].min()),
        max=float(weight[live].max()),
        kish_deff=deff,
        effective_n=float(live.sum() / deff),
        steps=tuple(asdict(step) for step in weighting.diagnostics),
        values=weight,
    )


def _warnings(plan: Plan, sample: Sample, method: VarianceMethod) -> list[str]:
    found = list(sample.weighting.warnings)
    lonely = sample.design.lonely_strata
    if lonely:
        policy = plan.design.lonely_psu
        found.append(f"design: one PSU in stratum {shortened(lonely)}; treated by lonely_psu: {policy}")
    if isinstance(method, Replication) and not method.all_converged:
        found.append("replicates: the weighting steps did not converge in every replicate")
    if sample.design.second is not None and not isinstance(method, Replication):
        single = int((sample.design.second.drawn == 1).sum())
        if single:
            found.append(f"design: {single} PSUs with one second-stage unit add nothing at the second stage")
    return found
