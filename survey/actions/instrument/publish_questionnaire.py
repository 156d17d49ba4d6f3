"""Publish a questionnaire version: compile the file, lock it, keep the definition as a row that never changes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from survey.instrument.canonical import canonical_bytes
from survey.instrument.load import to_definition
from survey.instrument.publish import publish
from survey.instrument.questionnaire import Questionnaire
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.questionnaires import PublishedVersionChangedError, QuestionnaireVersionRow, add_version

__all__ = ["Publication", "PublishedVersionChangedError", "publish_questionnaire"]


@dataclass(frozen=True)
class Publication:
    """`new` is False when exactly this content had been published before."""

    questionnaire: Questionnaire
    new: bool


def publish_questionnaire(
    storage: Storage, folder: Path, name: str, version: int, *, now: datetime, actor: str
) -> Publication:
    """Publish `folder/name/vVERSION.yaml`; the same content again changes nothing.

    Raises `FaultsError` when the file has faults or differs from what `published.lock` names, and
    `PublishedVersionChangedError` when the database holds other content under this name and version.
    """
    questionnaire = publish(folder, name, version)
    row = QuestionnaireVersionRow(
        name=name,
        version=version,
        sha256=questionnaire.sha256,
        definition=canonical_bytes(to_definition(questionnaire)).decode(),
        published_at=now,
    )
    with storage.write() as session:
        new = add_version(session, row)
        if new:
            subject = f"{name} v{version}"
            record_event(session, new_event(now, actor, "publish_questionnaire", subject, questionnaire.sha256))
    return Publication(questionnaire, new)
