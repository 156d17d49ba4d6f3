"""Edit a draft: one change makes one new state, or none at all when somebody else has changed the draft meanwhile."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from survey.instrument.drafting.draft import Keys
from survey.storage import Storage
from survey.storage.questionnaire_drafts import DraftState, add_state, newest_state, published_as, state_at


class DraftChangedError(ValueError):
    """Somebody else has edited, published or discarded the draft since it was read; nothing was written."""


def edit_draft(
    storage: Storage,
    draft: str,
    revision: int,
    change: Callable[[Keys], Keys],
    *,
    done: str,
    subject: str = "",
    now: datetime,
    actor: str,
) -> int:
    """Apply `change` to the state that has this revision; gives the revision of the new state.

    A change that changes nothing makes no state. Raises `DraftChangedError`, and what `change` raises.
    """
    with storage.write() as session:
        state = newest_state(session, draft)
        if state is None or state.revision != revision or published_as(session, draft):
            raise DraftChangedError(draft)
        data = change(state.data)
        if data == state.data:
            return revision
        if not add_state(session, DraftState(draft, revision + 1, data, done, subject, actor, now)):
            raise DraftChangedError(draft)
    return revision + 1


def undo(storage: Storage, draft: str, revision: int, *, now: datetime, actor: str) -> int | None:
    """Take back the newest step that was not taken back yet; gives the new revision, None where nothing is left.

    The steps that were undone stay in the history: undoing is a step like any other. Raises `DraftChangedError`.
    """
    with storage.write() as session:
        state = newest_state(session, draft)
        if state is None or state.revision != revision or published_as(session, draft):
            raise DraftChangedError(draft)
        step = _step_that_made(session, state)
        before = state_at(session, draft, step.revision - 1) if step else None
        if step is None or before is None:
            return None
        taken_back = DraftState(draft, revision + 1, before.data, "undo", step.done, actor, now, step.revision)
        if not add_state(session, taken_back):
            raise DraftChangedError(draft)
    return revision + 1


def _step_that_made(session: Session, state: DraftState | None) -> DraftState | None:
    """The edit that led here: a state made by undoing stands where the step before the undone one stood.

    None where that is so long ago that it is not kept.
    """
    while state is not None and state.undoes is not None:
        state = state_at(session, state.draft, state.undoes - 1)
    return state
