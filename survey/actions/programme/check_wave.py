"""Check what a wave file asks for against what is there. First step of creating, planning and opening a wave."""

import dataclasses
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.instrument.checked_folder import checked_folder
from survey.exchange.export.export_columns import RESERVED, export_columns
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.plan.analysis_plan import derived_plan, replaced_sections
from survey.exchange.programme.wave_file import OwnTarget, WaveFile, margins_of
from survey.exchange.programme.wave_indicators import indicators_of
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaTree
from survey.programme.margin import Margin
from survey.programme.quota import Quota
from survey.programme.target import Target
from survey.programme.wave_indicator import WaveIndicator, freeze
from survey.storage.areas import load_area_tree
from survey.storage.questionnaires import NotPublishedError, require_questionnaire


class CheckedWave:
    """What the file asks for, checked against what is there; `faults` holds everything that does not fit."""

    def __init__(self, session: Session, folder: Path, file: WaveFile) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.indicators: list[WaveIndicator] = []
        self.questionnaire: Questionnaire | None = None
        self.quotas: list[Quota] = []
        self.areas = areas = load_area_tree(session)
        self.faults += [
            file.fault("areas", "codes of the area tree", code)
            for code in file.shape.areas
            if code not in areas.by_code
        ]
        self.margins: list[Margin]
        self.margins, faults = margins_of(file, areas.by_code)
        self.faults += faults
        self.questionnaire = questionnaire = self._questionnaire(session)
        if questionnaire is None:
            return
        if file.shape.target_profile:
            self.indicators = self._from_profile(folder)
        else:
            self.indicators, faults = indicators_of(file, questionnaire)
            self.faults += faults
        from survey.exchange.programme.wave_quotas import quotas_of  # the grammar loads only here

        self.quotas, faults = quotas_of(file, questionnaire, areas)
        self.faults += faults
        self._check_analysis(questionnaire, areas)

    def _questionnaire(self, session: Session) -> Questionnaire | None:
        shape = self.file.shape
        try:
            questionnaire = require_questionnaire(session, shape.questionnaire, shape.version)
        except NotPublishedError as error:
            self.faults.append(self.file.fault("questionnaire", "a published version", str(error)))
            return None
        if questionnaire.population is not shape.population:
            expected = f"{questionnaire.population.value}, whom {questionnaire.name} is for"
            self.faults.append(self.file.fault("population", expected, shape.population.value))
        return questionnaire

    def _from_profile(self, folder: Path) -> list[WaveIndicator]:
        shape = self.file.shape
        checked = checked_folder(folder)
        profile = checked.profiles.get(shape.target_profile)
        if profile is None:
            expected = f"one of the target profiles without faults ({', '.join(sorted(checked.profiles)) or 'none'})"
            self.faults.append(self.file.fault("target_profile", expected, shape.target_profile))
            return []
        frozen = freeze(checked.catalogue, profile, shape.questionnaire)
        frozen = self._with_own_targets(frozen)
        if not frozen:
            expected = "a questionnaire that feeds indicators of the catalogue"
            self.faults.append(self.file.fault("questionnaire", expected, shape.questionnaire))
        return frozen

    def _with_own_targets(self, frozen: list[WaveIndicator]) -> list[WaveIndicator]:
        """The indicators with the wave's own targets in the place of those of the profile."""
        own = {one.indicator: (place, one) for place, one in enumerate(self.file.shape.targets)}
        ids = {one.indicator.id for one in frozen}
        for id_, (place, _) in own.items():
            if id_ not in ids:
                expected = f"an indicator of this wave ({', '.join(sorted(ids))})"
                self.faults.append(self.file.fault(f"targets[{place}]", expected, id_))
        return [
            self._with_own_target(one, *own[one.indicator.id]) if one.indicator.id in own else one for one in frozen
        ]

    def _with_own_target(self, frozen: WaveIndicator, place: int, own: OwnTarget) -> WaveIndicator:
        try:
            target = Target(own.indicator, own.operator, own.value, frozen.indicator.unit, own.source)
        except ValueError as error:
            self.faults.append(self.file.fault(f"targets[{place}]", "a rate up to 1 or a score up to 100", str(error)))
            return frozen
        return WaveIndicator(frozen.indicator, target)

    def _check_analysis(self, questionnaire: Questionnaire, areas: AreaTree) -> None:
        """The sections must make a plan, on columns that the wave's responses will have."""
        from analysis.fault import FaultsFound
        from analysis.plan_file import parse_plan

        ids = [{"id": one.indicator.id, "rule": "mean", "item": "a column"} for one in self.indicators]
        try:
            sections = replaced_sections(self.file.analysis, self.file.name)
            tree: dict[str, Any] = derived_plan(
                drawn=True, psus=2, rows=1, has_population=False, cells=None, indicators=ids, replaced=sections
            )
            plan = parse_plan(tree, self.file.name)
        except FaultsFoundError as error:
            self.faults += error.faults
            return
        except FaultsFound as error:
            found = (dataclasses.astuple(fault) for fault in error.faults)
            self.faults += [Fault(file, f"analysis.{key}", expected, what) for file, key, expected, what in found]
            return
        known = {column.name for column in export_columns(questionnaire, areas)} | set(RESERVED) | {"a column"}
        known |= {f"indicator_{one.indicator.id}" for one in self.indicators}
        for name in plan.columns:
            if name not in known:
                self.faults.append(self.file.fault("analysis", "columns of the wave's responses", name))
