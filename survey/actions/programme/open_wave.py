"""Open a wave: only when nothing is missing; its questionnaire, rules and targets are fixed from then on."""

from dataclasses import replace
from datetime import datetime

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitation.invitation import InvitationKind
from survey.programme.opening import Preparation
from survey.programme.wave import OFFICE_TIME, Wave, WaveNotReadyError, WaveStatus
from survey.programme.wave_indicator import read_wave_indicator
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import CaseRow
from survey.storage.invitations import InvitationRow
from survey.storage.questionnaires import require_questionnaire
from survey.storage.waves import load_indicators, load_margins, require_wave, save_wave


def open_wave(storage: Storage, wave_id: str, now: datetime, actor: str) -> Wave:
    """Open the draft and return it as it is now. Raises `WaveNotReadyError` with every gap; then nothing changes."""
    with storage.write() as session:
        wave = require_wave(session, wave_id)
        gaps = _prepared(session, wave).gaps(now.astimezone(OFFICE_TIME).date())
        if gaps:
            raise WaveNotReadyError(wave_id, gaps)
        opened = replace(wave, status=WaveStatus.OPEN, opened_at=now)
        save_wave(session, opened)
        record_event(session, new_event(now, actor, "open_wave", wave_id))
    return opened


def _prepared(session: Session, wave: Wave) -> Preparation:
    letters = select(InvitationRow.area).where(
        InvitationRow.wave == wave.id, InvitationRow.kind == InvitationKind.LETTER.value
    )
    cases = select(CaseRow.area).where(CaseRow.wave == wave.id)
    sections = yaml.safe_load(wave.analysis) or {}
    return Preparation(
        wave,
        questionnaire=require_questionnaire(session, wave.questionnaire, wave.version),
        indicators=[read_wave_indicator(definition) for _, definition in load_indicators(session, wave.id)],
        areas=load_area_tree(session),
        drawn_areas=frozenset(session.scalars(letters.union(cases))),
        margins=load_margins(session, wave.id),
        calibrates_by_itself="calibration" in sections,
    )
