"""Runs a whole plan: data, design, weights, estimates, contrasts, ranks. All other programs call this."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from analysis.design import Design, build_design
from analysis.disclosure import disclosable
from analysis.estimates.against_rest import against_rest
from analysis.estimates.contrasts import contrast
from analysis.estimates.crosstabs import crosstab
from analysis.estimates.domains import DomainSet, chosen_domain, crossed_domains, distinct, subset_rows
from analysis.estimates.linearisation import Linearisation, VarianceMethod
from analysis.estimates.linearised import degrees_of_freedom, psus_with
from analysis.estimates.measure import Measure, measures_of
from analysis.estimates.replicates import build_replicates
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.estimates.trends import trend
from analysis.fault import Fault, FaultsFound, shortened
from analysis.figures import Figures
from analysis.frame import Bools, Codes, Frame
from analysis.plan import Plan
from analysis.plan_comparisons import TrendPlan
from analysis.plan_file import PlanFile
from analysis.plan_weighting import TrimStep
from analysis.ranks import rank_domains
from analysis.read import read_frame, replicate_columns
from analysis.result import (
    AgainstRest,
    Contrast,
    Crosstab,
    Estimate,
    Ranking,
    Result,
    SmallAreaTable,
    Trend,
    TwoSamples,
    WeightsSummary,
)
from analysis.small_area_table import small_area_table
from analysis.verdict_rule import as_one_family, nominal_alpha
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
    run = _Run(plan, frame, sample, method)
    estimates = run.estimates()
    contrasts, trends = _adjusted(run.contrasts(), run.trends())
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
        warnings=tuple(_warnings(plan, sample, method)),
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


class _Run:
    """One pass over the parts of a plan; domain sets and measures are made once."""

    def __init__(self, plan: Plan, frame: Frame, sample: Sample, method: VarianceMethod) -> None:
        self.plan, self.frame, self.sample, self.method = plan, frame, sample, method
        self.figures = Figures(sample, method, plan.interval, nominal_alpha(plan.decisions))
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

    def estimates(self) -> tuple[Estimate, ...]:
        measures = [measure for several in self.measures.values() for measure in several]
        by_spec = [self.figures.of(measures, self.domains(spec)) for spec in distinct(self.plan.domains)]
        found: list[Estimate] = []
        for of_measure in zip(*by_spec, strict=True):
            found += _disclosed([figure for figures in of_measure for figure in figures], self.plan.disclosure.minimum)
        decisions = self.plan.decisions
        return as_one_family(found, decisions) if decisions.adjust == "holm" else tuple(found)

    def whole_df(self, measure: Measure | None = None) -> int:
        """Degrees of freedom of the whole subset, for figures that compare its domains."""
        rows = self.sample.live if measure is None else self.sample.live & ~measure.set_aside
        if isinstance(self.method, Replication) and not self.method.has_design:
            return int(self.method.ranks(np.where(rows & self.sample.inside, 0, -1), 1)[0])
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

    def against_rest(self) -> list[AgainstRest]:
        found: list[AgainstRest] = []
        for part in self.plan.against_rest:
            columns = [self.domains((name,)) for name in part.over]
            found += against_rest(part, self.measures[part.indicator][0], columns, self.method)
        return found

    def trends(self) -> list[Trend]:
        return [self._trend(part, f"trends[{k}]") for k, part in enumerate(self.plan.trends)]

    def _trend(self, part: TrendPlan, key: str) -> Trend:
        measure = self.measures[part.indicator][0]
        inside = chosen_domain(part.within, self.frame, self.sample.inside, f"{key}.within").of_row >= 0
        domains = crossed_domains([part.over], self.frame, inside)
        levels = [where[part.over] for where in domains.where]
        scores = part.scores or {level: float(place) for place, level in enumerate(levels, start=1)}
        unknown = [level for level in scores if level not in self.frame.column(part.over).labels]
        if unknown:
            expected = f"levels of {part.over}: {shortened(self.frame.column(part.over).labels)}"
            raise FaultsFound([Fault("plan", f"{key}.scores", expected, shortened(unknown))])
        chosen = domains.picked([k for k, level in enumerate(levels) if level in scores])
        left_out = [level for level in levels if level not in scores]
        places = [scores[where[part.over]] for where in chosen.where]
        level = self.plan.interval.level[0]
        return trend(part, measure, chosen, places, left_out, self.method, self.whole_df(measure), level)

    def small_areas(self, folder: Path) -> tuple[SmallAreaTable, ...]:
        found = []
        for k, part in enumerate(self.plan.small_areas):
            measure, domains = self.measures[part.indicator][0], self.domains(tuple(part.over))
            everyone = self.method.estimate([measure], self.domains(()))
            direct = self.method.estimate([measure], domains)
            found.append(small_area_table(part, f"small_areas[{k}]", domains.where, direct, everyone, measure, folder))
        return tuple(found)

    def two_samples(self, folder: Path) -> TwoSamples | None:
        if self.plan.volunteers is None:
            return None
        from analysis.two_samples_table import two_samples_table

        sample = self.sample
        return two_samples_table(self.plan, self.frame, sample.design, sample.weighting, sample.inside, folder)

    def crosstabs(self) -> list[Crosstab]:
        return [crosstab(part, self.frame, self.sample, self.method) for part in self.plan.crosstabs]

    def ranks(self) -> list[Ranking]:
        found = []
        for part in self.plan.ranks:
            domains = self.domains(tuple(part.over))
            measure = self.measures[part.indicator][0]
            value, covariance = self.method.covariance([(measure, domains)])
            df = self.method.estimate([measure], domains).answered_df.astype(np.float64)
            found.append(rank_domains(part, domains.where, value, covariance, df))
        return found


def _disclosed(figures: Sequence[Estimate], minimum: int) -> list[Estimate]:
    """The figures of one measure, each with whether it may be shown to everyone."""
    domains, answers = [figure.domain for figure in figures], [figure.n_base for figure in figures]
    shown = disclosable(domains, answers, [figure.publishable for figure in figures], minimum)
    pairs = zip(figures, shown, strict=True)
    return [figure if figure.disclosable == fine else replace(figure, disclosable=fine) for figure, fine in pairs]


def _adjusted(contrasts: Sequence[Contrast], trends: Sequence[Trend]) -> tuple[tuple[Contrast, ...], tuple[Trend, ...]]:
    """Contrasts and trends of one family with p-values adjusted together by Holm's steps; others as they are."""
    every: list[Contrast | Trend] = [*contrasts, *trends]
    families = {part.family for part in every if part.family is not None}
    if not families:
        return tuple(contrasts), tuple(trends)
    from analysis.multiplicity import adjusted_p_values

    adjusted: dict[int, float] = {}
    for family in families:
        tested = [part for part in every if part.family == family and part.p_value is not None]
        values = adjusted_p_values([part.p_value or 0.0 for part in tested])
        adjusted |= {id(part): float(p) for part, p in zip(tested, values, strict=True)}
    return (
        tuple(replace(part, p_adjusted=adjusted.get(id(part))) for part in contrasts),
        tuple(replace(part, p_adjusted=adjusted.get(id(part))) for part in trends),
    )


def _summary(weighting: Weighting) -> WeightsSummary:
    return WeightsSummary(
        **asdict(weighting.spread),
        steps=tuple(asdict(step) for step in weighting.diagnostics),
        values=weighting.weight,
        base=asdict(weighting.base_spread),
    )


def _warnings(plan: Plan, sample: Sample, method: VarianceMethod) -> list[str]:
    found = list(sample.weighting.warnings)
    looks = plan.decisions.looks
    if looks and any(indicator.target for indicator in plan.indicators):
        found.append(
            f"decisions: fieldwork goes on; verdicts are reached at a one-sided error of "
            f"{nominal_alpha(plan.decisions):.3g} so that all looks together keep {plan.decisions.alpha:g}"
        )
    lonely = sample.design.lonely_strata
    if lonely:
        policy = plan.design.lonely_psu
        found.append(f"design: one PSU in stratum {shortened(lonely)}; treated by lonely_psu: {policy}")
    if isinstance(method, Replication) and method.unmet:
        found.append(
            f"replicates: some cannot meet {shortened(method.unmet)}; they keep the weights nearest to it, as in R"
        )
    if isinstance(method, Replication) and method.without_level:
        levels = shortened(method.without_level)
        found.append(f"replicates: nobody has a level of the margins: {levels}; the other levels are met")
    if isinstance(method, Replication) and method.without_domain:
        found.append(
            f"replicates: nobody of a domain answered: {shortened(method.without_domain)}; "
            "such a replicate counts for nothing in its standard error, as in R"
        )
    if sample.design.second is not None and not isinstance(method, Replication):
        single = int((sample.design.second.drawn == 1).sum())
        if single:
            found.append(f"design: {single} PSUs with one second-stage unit add nothing at the second stage")
    return found
