"""The plan of an analysis: what data, which design, which weights, which figures. Read before step 5.

Every key is described in docs/weighting.md; `plan_file.py` reads a plan from YAML. Its parts stand in `plan_*.py`.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from analysis.plan_comparisons import (
    AgainstRestPlan,
    ContrastPlan,
    CrosstabPlan,
    RankPlan,
    SmallAreaPlan,
    TrendPlan,
    VolunteersPlan,
)
from analysis.plan_decisions import Decisions, Disclosure
from analysis.plan_design import DesignPlan
from analysis.plan_indicator import Indicator, IntervalPlan
from analysis.plan_keys import Codes, Names, Part
from analysis.plan_weighting import CalibrationStep, NonresponseStep, Step


class DataSource(Part):
    """The file or files that hold the answers; several are stacked with a column `_file` 1..k."""

    file: Names = ()
    missing: Codes = ("", "NA")


class Subset(Part):
    """The rows that every figure is about; the others stay in the design."""

    column: str
    inside: Codes | None = Field(default=None, alias="in")
    outside: Codes | None = Field(default=None, alias="not_in")

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if (self.inside is None) == (self.outside is None):
            raise ValueError("either `in` or `not_in` with a list of values")
        return self


class Plan(Part):
    """A whole plan."""

    data: DataSource = DataSource()
    design: DesignPlan = DesignPlan()
    subset: Subset | None = None
    calibration: tuple[Step, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    domains: tuple[Names, ...] = ((),)
    interval: IntervalPlan = IntervalPlan()
    contrasts: tuple[ContrastPlan, ...] = ()
    against_rest: tuple[AgainstRestPlan, ...] = ()
    crosstabs: tuple[CrosstabPlan, ...] = ()
    ranks: tuple[RankPlan, ...] = ()
    trends: tuple[TrendPlan, ...] = ()
    decisions: Decisions = Decisions()
    disclosure: Disclosure = Disclosure()
    small_areas: tuple[SmallAreaPlan, ...] = ()
    volunteers: VolunteersPlan | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        known = [indicator.id for indicator in self.indicators]
        twice = {name for name in known if known.count(name) > 1}
        if twice:
            raise ValueError(f"indicator ids that differ, {sorted(twice)} stands twice")
        single = {indicator.id for indicator in self.indicators if indicator.rule != "distribution"}
        used = [part.indicator for part in self.contrasts] + [part.indicator for part in self.ranks]
        used += [part.indicator for part in self.against_rest]
        used += [part.indicator for part in self.trends] + [part.indicator for part in self.small_areas]
        for name in used:
            if name not in single:
                raise ValueError(
                    "contrasts, against_rest, ranks, trends and small areas of an indicator with one figure "
                    f"({sorted(single)}), not {name!r}"
                )
        return self

    @model_validator(mode="after")
    def _totals_are_not_compared(self) -> Self:
        totals = {indicator.id for indicator in self.indicators if indicator.rule == "total"}
        for part in self.against_rest:
            if part.indicator in totals:
                raise ValueError(f"against_rest of a share, mean or ratio, {part.indicator!r} is a total")
        return self

    @model_validator(mode="after")
    def _nonresponse_first(self) -> Self:
        if any(isinstance(step, NonresponseStep) for step in self.calibration[1:]):
            raise ValueError("nonresponse as the first step of calibration, once")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the plan reads, without the replicate columns."""
        design = self.design
        names: list[str | None] = [design.weight, design.fpc, *design.strata, *design.psu]
        if design.second_stage:
            names += [*design.second_stage.psu, design.second_stage.fpc]
        if self.subset:
            names.append(self.subset.column)
        if design.selection:
            names += design.selection.columns
        for step in self.calibration:
            if isinstance(step, NonresponseStep):
                names += [step.status, *step.classes]
            if isinstance(step, CalibrationStep):
                names += [name for margin in step.margins for name in (*margin.by, margin.numeric)]
        names += [name for indicator in self.indicators for name in indicator.columns]
        names += [name for spec in self.domains for name in spec]
        names += [name for contrast in self.contrasts for where in contrast.between for name in where]
        names += [name for part in self.against_rest for name in part.over]
        names += [name for table in self.crosstabs for name in (table.row, table.column)]
        names += [name for rank in self.ranks for name in rank.over]
        names += [name for part in self.small_areas for name in part.over]
        names += [name for trend in self.trends for name in (trend.over, *trend.within)]
        names += self.volunteers.match if self.volunteers else ()
        return tuple(dict.fromkeys(name for name in names if name))
