"""Open a wave: only when nothing is missing; its questionnaire, rules and targets are fixed from then on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.actions.programme.check_wave import CheckedWave
from survey.actions.programme.store_wave import store_checked_wave
from survey.exchange.fault import FaultsFoundError
from survey.exchange.programme.wave_file import wave_file_of
from survey.exchange.programme.wave_text import read_tree, tree_of_wave, write_tree
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.invitation import InvitationKind
from survey.programme.area import AreaTree
from survey.programme.margin import Margin
from survey.programme.opening import Preparation
from survey.programme.wave import OFFICE_TIME, Wave, WaveNotReadyError, WaveStatus
from survey.programme.wave_indicator import WaveIndicator, read_wave_indicator
from survey.programme.wave_version import WavePlan, WaveVersion
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import CaseRow
from survey.storage.invitations import InvitationRow
from survey.storage.questionnaires import require_questionnaire
from survey.storage.quotas import load_quotas
from survey.storage.wave_plans import add_version, load_plan, remove_plan
from survey.storage.waves import load_indicators, load_margins, require_wave, save_wave


def open_wave(storage: Storage, wave_id: str, now: datetime, actor: str, questionnaires: Path | None = None) -> Wave:
    """Open the draft and return it as it is now. Raises `WaveNotReadyError` with every gap; then nothing changes.

    `questionnaires`: the folder of the catalogue and the target profiles; with it, a wave that has a plan is first
    stored anew as the plan says.
    """
    with storage.write() as session:
        plan = load_plan(session, wave_id)
        if plan is not None and questionnaires is not None:
            _store_plan(session, plan, questionnaires)
        elif plan is not None and not plan.whole:
            raise WaveNotReadyError(wave_id, ["plan: expected one without gaps; the page of the wave names them"])
        wave = require_wave(session, wave_id)
        gaps = _stored_preparation(session, wave).gaps(now.astimezone(OFFICE_TIME).date())
        if gaps:
            raise WaveNotReadyError(wave_id, gaps)
        opened = replace(wave, status=WaveStatus.OPEN, opened_at=now)
        save_wave(session, opened)
        content = plan.content if plan is not None else text_of_wave(session, opened)
        remove_plan(session, wave_id)
        add_version(session, WaveVersion(wave_id, 1, content, "", now, actor))
        record_event(session, new_event(now, actor, "open_wave", wave_id))
    return opened


def preparation(
    session: Session,
    wave: Wave,
    questionnaire: Questionnaire,
    indicators: Sequence[WaveIndicator],
    areas: AreaTree,
    margins: Sequence[Margin],
) -> Preparation:
    """What has been prepared for the wave, with the places of its letters and sampled cases as they are stored."""
    letters = select(InvitationRow.area).where(
        InvitationRow.wave == wave.id, InvitationRow.kind == InvitationKind.LETTER.value
    )
    cases = select(CaseRow.area).where(CaseRow.wave == wave.id)
    sections = yaml.safe_load(wave.analysis) or {}
    drawn = frozenset(session.scalars(letters.union(cases)))
    return Preparation(wave, questionnaire, indicators, areas, drawn, margins, "calibration" in sections)


def text_of_wave(session: Session, wave: Wave) -> str:
    """The file of a stored wave; only a wave without a target profile has indicators of its own to write down."""
    rows = [] if wave.target_profile else load_indicators(session, wave.id)
    indicators = [read_wave_indicator(definition) for _, definition in rows]
    quotas = [filled.quota for filled in load_quotas(session, wave.id)]
    return write_tree(tree_of_wave(wave, indicators, load_margins(session, wave.id), quotas))


def _store_plan(session: Session, plan: WavePlan, questionnaires: Path) -> None:
    try:
        tree = read_tree(plan.content, plan.wave)
        checked = CheckedWave(session, questionnaires, wave_file_of(tree, plan.wave, tree.get("analysis")))
    except FaultsFoundError as error:
        raise WaveNotReadyError(plan.wave, [str(fault) for fault in error.faults]) from error
    if checked.faults:
        raise WaveNotReadyError(plan.wave, [str(fault) for fault in checked.faults])
    store_checked_wave(session, checked)


def _stored_preparation(session: Session, wave: Wave) -> Preparation:
    return preparation(
        session,
        wave,
        require_questionnaire(session, wave.questionnaire, wave.version),
        [read_wave_indicator(definition) for _, definition in load_indicators(session, wave.id)],
        load_area_tree(session),
        load_margins(session, wave.id),
    )
