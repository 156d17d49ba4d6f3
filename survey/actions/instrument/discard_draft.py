"""Discard a draft with its history. What was published of it stays."""

from datetime import datetime

from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.questionnaire_drafts import delete_draft, newest_state


def discard_draft(storage: Storage, draft: str, *, now: datetime, actor: str) -> bool:
    """Whether there was such a draft."""
    with storage.write() as session:
        state = newest_state(session, draft)
        if state is None:
            return False
        delete_draft(session, draft)
        record_event(session, new_event(now, actor, "discard_questionnaire_draft", state.data["name"]))
    return True
