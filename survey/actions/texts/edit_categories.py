"""Add, change, end and take up again a category of open texts; nothing that was coded is lost by it."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Questionnaire
from survey.response.text_coding import MOST_CATEGORIES, TextCategory, TextCodingError
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.questionnaires import require_questionnaire
from survey.storage.text_codings import load_categories, save_category
from survey.storage.waves import require_wave


def add_category(
    storage: Storage, wave_id: str, item: str, label: str, meaning: str, now: datetime, actor: str
) -> TextCategory:
    """With the next free number. Raises `WaveError`, `TextCodingError`: no label, one of that name, too many."""
    with storage.write() as session:
        _require_item(session, wave_id, item)
        known = load_categories(session, wave_id, item)
        if len(known) >= MOST_CATEGORIES:
            raise TextCodingError(f"categories: expected at most {MOST_CATEGORIES}, found {len(known) + 1}")
        added = TextCategory(str(len(known) + 1), label.strip(), meaning.strip())
        _refuse_same_label(known, added)
        save_category(session, wave_id, item, added)
        record_event(
            session, new_event(now, actor, "add_text_category", wave_id, f"{item}: {added.code} {added.label}")
        )
    return added


def change_category(
    storage: Storage, wave_id: str, item: str, changed: TextCategory, now: datetime, actor: str
) -> TextCategory | None:
    """Other words, ended or not; what it was before, so that it can be put back. None when there is no such code."""
    with storage.write() as session:
        _require_item(session, wave_id, item)
        known = load_categories(session, wave_id, item)
        before = next((one for one in known if one.code == changed.code), None)
        if before is None:
            return None
        _refuse_same_label(known, changed)
        save_category(session, wave_id, item, changed)
        detail = f"{item}: {changed.code} {before.label} -> {changed.label}{', ended' if changed.ended else ''}"
        record_event(session, new_event(now, actor, "change_text_category", wave_id, detail))
    return before


def _refuse_same_label(known: list[TextCategory], wanted: TextCategory) -> None:
    if any(one.label == wanted.label and one.code != wanted.code for one in known):
        raise TextCodingError(f"category: expected a label of its own, found {wanted.label} twice")


def _require_item(session: Session, wave_id: str, item: str) -> None:
    wave = require_wave(session, wave_id)
    questionnaire: Questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
    if item not in questionnaire:
        raise TextCodingError(f"item: expected one of {wave.questionnaire}, found {item}")
