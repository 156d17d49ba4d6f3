"""The parts of a plan, computed one by one on a sample: estimates, contrasts, trends, tables, ranks. Steps 6 and 7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.disclosure import disclosable
from analysis.estimates.against_rest import against_rest
from analysis.estimates.contrasts import contrast
from analysis.estimates.crosstabs import crosstab
from analysis.estimates.domains import DomainSet, chosen_domain, crossed_domains, distinct
from analysis.estimates.linearisation import VarianceMethod
from analysis.estimates.linearised import degrees_of_freedom, psus_with
from analysis.estimates.measure import Measure, measures_of
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.estimates.trends import trend
from analysis.fault import Fault, FaultsFound, shortened
from analysis.figures import Figures
from analysis.frame import Frame
from analysis.plan import Plan
from analysis.plan_comparisons import TrendPlan
from analysis.ranks import rank_domains
from analysis.result import (
    AgainstRest,
    Contrast,
    Crosstab,
    Estimate,
    Ranking,
    SmallAreaTable,
    Trend,
    TwoSamples,
)
from analysis.small_area_table import small_area_table
from analysis.verdict_rule import as_one_family, nominal_alpha


class PlanRun:
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
        from analysis.two_samples.table import two_samples_table

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


def adjusted_together(
    contrasts: Sequence[Contrast], trends: Sequence[Trend]
) -> tuple[tuple[Contrast, ...], tuple[Trend, ...]]:
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
