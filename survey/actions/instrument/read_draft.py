"""Read drafts of questionnaires: the list, and one with its history."""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.storage import Storage
from survey.storage.questionnaire_drafts import DraftState, list_drafts, newest_state, published_as, states_of

__all__ = ["DraftState", "ReadDraft", "drafts", "read_draft"]

_HISTORY = 20


@dataclass(frozen=True)
class ReadDraft:
    """A draft as it stands, its newest steps first, and as what it was published (empty: not yet)."""

    state: DraftState
    history: Sequence[DraftState]
    published: str


def drafts(storage: Storage) -> list[DraftState]:
    """Every draft that was not published, the last edited first."""
    with storage.read() as session:
        return list_drafts(session)


def read_draft(storage: Storage, draft: str) -> ReadDraft | None:
    """One draft; None when there is none of this id."""
    with storage.read() as session:
        state = newest_state(session, draft)
        if state is None:
            return None
        return ReadDraft(state, states_of(session, draft, _HISTORY), published_as(session, draft))
