"""Drafts of questionnaires on both databases: one state after another, and of two edits at one moment one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from survey.actions.instrument.edit_draft import DraftChangedError, edit_draft, undo
from survey.actions.instrument.read_draft import drafts, read_draft
from survey.actions.instrument.start_draft import start_empty
from survey.instrument.drafting.draft import Keys, free_name, items_of, with_item
from survey.storage import Storage, questionnaire_drafts
from tests.factories import NOW

WHO = "office@chunhe.example"
EDITORS = 8


def started(storage: Storage) -> str:
    return start_empty(storage, "parks", "公园", "residents", now=NOW, actor=WHO)


def with_one_more(draft: Keys) -> Keys:
    item = {"type": "text", "name": free_name(draft, "q"), "label": {"zh-Hans": "您的意见？"}}
    return with_item(draft, "main", item)


def add(storage: Storage, draft: str, revision: int) -> int | None:
    try:
        return edit_draft(storage, draft, revision, with_one_more, done="add", now=NOW, actor=WHO)
    except DraftChangedError:
        return None


def count(storage: Storage, draft: str) -> int:
    read = read_draft(storage, draft)
    assert read is not None
    return len(list(items_of(read.state.data)))


def test_of_edits_of_one_state_at_one_moment_one_is_kept_and_the_others_are_told(storage: Storage) -> None:
    draft = started(storage)
    for revision in range(1, 6):
        with ThreadPoolExecutor(EDITORS) as pool:
            done = Counter(pool.map(lambda _, revision=revision: add(storage, draft, revision), range(EDITORS)))
        assert done == {revision + 1: 1, None: EDITORS - 1}
    assert count(storage, draft) == 5


def test_undoing_goes_back_step_by_step_also_after_new_edits(storage: Storage) -> None:
    draft = started(storage)
    revision = 1
    for _ in range(3):
        revision = add(storage, draft, revision) or 0
    counts = []
    for _ in range(2):
        revision = undo(storage, draft, revision, now=NOW, actor=WHO) or 0
        counts.append(count(storage, draft))
    revision = add(storage, draft, revision) or 0
    counts.append(count(storage, draft))
    while True:
        undone = undo(storage, draft, revision, now=NOW, actor=WHO)
        if undone is None:
            break
        revision = undone
        counts.append(count(storage, draft))
    assert counts == [2, 1, 2, 1, 0]


def test_a_change_that_changes_nothing_makes_no_state_and_old_states_go(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questionnaire_drafts, "STEPS_KEPT", 6)
    draft = started(storage)
    assert edit_draft(storage, draft, 1, lambda data: data, done="head", now=NOW, actor=WHO) == 1
    revision = 1
    for _ in range(8):
        revision = add(storage, draft, revision) or 0
    undone = 0
    while (earlier := undo(storage, draft, revision, now=NOW, actor=WHO)) is not None:
        revision, undone = earlier, undone + 1
        assert undone < 8
    assert 1 <= undone < 6
    assert [state.draft for state in drafts(storage)] == [draft]
