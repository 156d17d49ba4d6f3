"""Create a wave from a file: checked against the questionnaire, the area tree and the plan; stored as a draft."""

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.instrument.check_questionnaires import check_questionnaires
from survey.exchange.export.export_columns import RESERVED, export_columns
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.plan.analysis_plan import derived_plan, replaced_sections
from survey.exchange.programme.wave_file import WaveFile, indicators_of, margins_of, read_wave_file
from survey.exchange.programme.wave_quotas import quotas_of
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaTree
from survey.programme.margin import Margin
from survey.programme.quota import Quota
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator, freeze
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.questionnaires import NotPublishedError, require_questionnaire
from survey.storage.quotas import save_quotas
from survey.storage.waves import load_wave, save_indicators, save_margins, save_wave


def create_wave(storage: Storage, questionnaires: Path, path: Path, now: datetime, actor: str) -> Wave:
    """Store the wave of `path` as a draft, with its indicators, targets, margins and quotas. Open it with `open_wave`.

    `questionnaires`: the folder of the catalogue and the target profiles. Raises `FaultsFoundError` with every fault;
    then nothing is written.
    """
    file = read_wave_file(path)
    with storage.write() as session:
        plan = _Plan(session, questionnaires, file)
        if plan.faults:
            raise FaultsFoundError(plan.faults)
        wave = file.wave()
        save_wave(session, wave)
        save_indicators(session, wave.id, [(one.indicator.id, dump_wave_indicator(one)) for one in plan.indicators])
        save_margins(session, wave.id, plan.margins)
        save_quotas(session, wave.id, plan.quotas)
        record_event(session, new_event(now, actor, "create_wave", wave.id, file.name))
    return wave


class _Plan:
    """What the file asks for, checked against what is there; `faults` holds everything that does not fit."""

    def __init__(self, session: Session, folder: Path, file: WaveFile) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.indicators: list[WaveIndicator] = []
        self.quotas: list[Quota] = []
        areas = load_area_tree(session)
        if load_wave(session, file.shape.id) is not None:
            self.faults.append(file.fault("id", "an id that no wave has", file.shape.id))
        self.margins: list[Margin]
        self.margins, faults = margins_of(file, areas.by_code)
        self.faults += faults
        questionnaire = self._questionnaire(session)
        if questionnaire is None:
            return
        if file.shape.target_profile:
            self.indicators = self._from_profile(folder)
        else:
            self.indicators, faults = indicators_of(file, questionnaire)
            self.faults += faults
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
        checked = check_questionnaires(folder)
        profile = checked.profiles.get(shape.target_profile)
        if profile is None:
            expected = f"one of the target profiles without faults ({', '.join(sorted(checked.profiles)) or 'none'})"
            self.faults.append(self.file.fault("target_profile", expected, shape.target_profile))
            return []
        frozen = freeze(checked.catalogue, profile, shape.questionnaire)
        if not frozen:
            expected = "a questionnaire that feeds indicators of the catalogue"
            self.faults.append(self.file.fault("questionnaire", expected, shape.questionnaire))
        return frozen

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
