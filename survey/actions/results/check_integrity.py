"""Check the answers of a wave by every rule and keep what is found; no answer changes. Before step 5."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from survey.actions.results.planned_values import measured_indicators
from survey.response.integrity import Finding, IntegrityCheck
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.integrity import save_check
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import count_responses, stream_responses
from survey.storage.waves import load_indicators, require_wave


def check_integrity(storage: Storage, wave_id: str, now: datetime, actor: str) -> IntegrityCheck:
    """Check all live answers, those that a review excluded too; a rule that cannot be used says why.

    Raises `WaveError` for an unknown wave.
    """
    from analysis.patterns.evidence import PatternError
    from survey.actions.results.finding_rules import RULES, CheckedWave

    with storage.read() as session:
        wave = require_wave(session, wave_id)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        measured = measured_indicators(load_indicators(session, wave_id), questionnaire)
        responses = list(stream_responses(session, wave_id, with_rejected=True))
    values = {name: one.value for name, one in measured.items()}
    checked = CheckedWave(responses, questionnaire, values)
    findings: list[Finding] = []
    rules: dict[str, Mapping[str, Any]] = {}
    for kind, rule in RULES.items():
        try:
            found, limits = rule(checked)
        except PatternError as reason:
            found, limits = [], {"not_used": str(reason)}
        findings += found
        rules[kind.value] = limits
    check = IntegrityCheck(wave_id, str(uuid.uuid4()), now, actor, len(responses), rules)
    with storage.write() as session:
        save_check(session, check, findings)
        detail = f"{check.id}: rules {check.version}, {len(responses)} answers, {len(findings)} findings"
        record_event(session, new_event(now, actor, "check_integrity", wave_id, detail))
    return check


def count_live_answers(storage: Storage, wave_id: str) -> int:
    """How many answers a check would look at, apart from excluded ones."""
    with storage.read() as session:
        return count_responses(session, wave_id)
