"""Publish a draft: its file goes into the questionnaires folder, its version is published, the draft is closed."""

from datetime import datetime
from pathlib import Path

from survey.actions.instrument.add_questionnaire import add_questionnaire
from survey.actions.instrument.check_draft import check_draft
from survey.actions.instrument.edit_draft import DraftChangedError
from survey.actions.instrument.publish_questionnaire import Publication
from survey.instrument.fault import FaultsError
from survey.instrument.yaml_text import write_yaml_text
from survey.storage import Storage
from survey.storage.questionnaire_drafts import mark_published, newest_state, published_as


def publish_draft(
    storage: Storage, folder: Path, draft: str, revision: int, *, now: datetime, actor: str
) -> Publication:
    """Publish the state that has this revision. Publishing again what was published already changes nothing.

    Raises `FaultsError` when it has faults or an item that can never be asked, `DraftChangedError` when somebody has
    edited it meanwhile.
    """
    with storage.read() as session:
        state = newest_state(session, draft)
        closed = published_as(session, draft)
    if state is None or closed or state.revision != revision:
        raise DraftChangedError(draft)
    checked = check_draft(folder, state.data)
    if not checked.may_be_published:
        raise FaultsError(checked.faults)
    publication = add_questionnaire(storage, folder, write_yaml_text(state.data), now=now, actor=actor)
    questionnaire = publication.questionnaire
    with storage.write() as session:
        mark_published(session, draft, f"{questionnaire.name}/v{questionnaire.version}")
    return publication
