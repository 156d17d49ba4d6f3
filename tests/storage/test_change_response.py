"""An answer is changed and withdrawn by its receipt: every edition is kept, one counts, and the key decides races."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from survey.actions.response.change_response import ResponseMissingError, change_response, withdraw_response
from survey.actions.response.look_up_receipt import FoundReceipt, ReceiptState, look_up_receipt
from survey.actions.response.receive_response import receive_response
from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.actions.upkeep.back_up import back_up
from survey.actions.upkeep.restore import restore
from survey.actions.upkeep.verify_storage import verify_storage
from survey.instrument.compile import compile_questionnaire
from survey.instrument.load import to_definition
from survey.instrument.parse import parse_condition
from survey.instrument.text import Text
from survey.programme.quota import Quota
from survey.response.receipt import Outcome, Received
from survey.response.response import Submission, Withdrawal
from survey.storage import Storage
from survey.storage.marks import MarkRow
from survey.storage.quotas import load_quotas, save_quotas
from survey.storage.response_counts import count_by_source
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow, stream_responses
from tests.factories import ANSWERS, KEY, NOW, WAVE, StoredWave, make_submission, store_wave
from tests.published import FOLDER

LATER = NOW + timedelta(hours=1)
ID = "the-one"


@pytest.fixture
def wave(storage: Storage) -> StoredWave:
    definition = to_definition(compile_questionnaire(FOLDER, "resident", 1))
    return store_wave(storage, definition=definition)


@pytest.fixture
def first(storage: Storage, wave: StoredWave) -> Received:
    """The first edition of an answer that came by a poster, beside the answer of somebody else."""
    receive_response(storage, KEY, make_submission(code=wave.posters[1].code), NOW)
    return receive_response(storage, KEY, make_submission(response_id=ID, code=wave.posters[0].code), NOW)


def edition(number: int, **answers: str) -> Submission:
    sent = make_submission(response_id=ID, answers=ANSWERS | answers)
    return replace(sent, edition=number)


def counted(storage: Storage) -> list[tuple[str, object]]:
    """Id and answer of every response that counts; checked against the counts by source."""
    with storage.read() as session:
        answers = [(one.response_id, one.answers["a1"]) for one in stream_responses(session, WAVE)]
        assert len(answers) == sum(one.n for one in count_by_source(session, WAVE))
    return answers


def contents(storage: Storage) -> list[tuple[int | None, str]]:
    with storage.read() as session:
        rows = session.scalars(select(LedgerRow).where(LedgerRow.response_id == ID))
        return sorted(((row.edition, row.outcome) for row in rows), key=str)


def found(storage: Storage, receipt: str) -> FoundReceipt:
    looked_up = look_up_receipt(storage, receipt)
    assert looked_up is not None
    return looked_up


def test_changed_answer_counts_once_with_what_was_said_last(storage: Storage, first: Received) -> None:
    changed = change_response(storage, KEY, edition(2, a1="4"), LATER)
    assert changed.outcome is Outcome.CHANGED
    assert changed.receipt != first.receipt
    assert [answer for id_, answer in counted(storage) if id_ == ID] == ["4"]
    assert len(counted(storage)) == 2
    assert contents(storage) == [(2, "changed"), (None, "accepted")]
    assert found(storage, first.receipt).state is ReceiptState.REPLACED
    assert found(storage, changed.receipt).state is ReceiptState.COUNTS
    assert list(verify_storage(storage, KEY)) == []


def test_answer_changed_and_changed_back_is_three_editions(storage: Storage, first: Received) -> None:
    change_response(storage, KEY, edition(2, a1="4"), LATER)
    back = change_response(storage, KEY, edition(3), LATER)
    assert back.outcome is Outcome.CHANGED
    assert contents(storage) == [(2, "changed"), (3, "changed"), (None, "accepted")]
    assert found(storage, first.receipt).edition == 3
    assert list(verify_storage(storage, KEY)) == []


def test_same_change_sent_twice_gets_the_same_receipt(storage: Storage, first: Received) -> None:
    sent = [change_response(storage, KEY, edition(2, a1="4"), LATER) for _ in range(2)]
    assert [one.outcome for one in sent] == [Outcome.CHANGED, Outcome.ALREADY_RECEIVED]
    assert sent[0].receipt == sent[1].receipt
    assert len(contents(storage)) == 2


def test_withdrawn_answer_stays_in_the_ledger_and_leaves_counts_and_exports(
    storage: Storage, wave: StoredWave, first: Received, tmp_path: Path
) -> None:
    outcomes = [withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 2), LATER).outcome for _ in range(2)]
    assert outcomes == [Outcome.WITHDRAWN, Outcome.ALREADY_RECEIVED]
    assert [id_ for id_, _ in counted(storage) if id_ == ID] == []
    exported = export_responses(storage, ExportRequest(WAVE, ExportFormat.CSV), tmp_path / "wave.csv", LATER)
    assert exported.rows == 1
    assert ID not in exported.data.read_text("utf-8-sig")
    with storage.read() as session:
        row = session.get_one(ResponseRow, (WAVE, ID))
        kept = session.scalars(select(LedgerRow.content).where(LedgerRow.outcome == "accepted")).all()
    assert row.answers == "{}"
    assert any(ID in content and "路灯很亮" in content for content in kept)
    assert found(storage, first.receipt).state is ReceiptState.WITHDRAWN
    assert list(verify_storage(storage, KEY)) == []


def test_late_copy_of_a_withdrawn_form_does_not_bring_it_back(
    storage: Storage, wave: StoredWave, first: Received
) -> None:
    withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 2), LATER)
    same = receive_response(storage, KEY, make_submission(response_id=ID, code=wave.posters[0].code), LATER)
    other = receive_response(storage, KEY, make_submission(response_id=ID, answers={"a1": "1"}), LATER)
    assert (same.outcome, other.outcome) == (Outcome.ALREADY_RECEIVED, Outcome.CONFLICT)
    assert len(counted(storage)) == 1
    assert list(verify_storage(storage, KEY)) == []


def test_withdrawn_answer_may_be_given_again(storage: Storage, first: Received) -> None:
    withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 2), LATER)
    assert change_response(storage, KEY, edition(3, a1="2"), LATER).outcome is Outcome.CHANGED
    assert (ID, "2") in counted(storage)
    assert list(verify_storage(storage, KEY)) == []


def test_second_change_of_the_same_edition_waits_for_a_person(storage: Storage, first: Received) -> None:
    change_response(storage, KEY, edition(2, a1="4"), LATER)
    outcomes = [change_response(storage, KEY, edition(2, a1="5"), LATER).outcome for _ in range(2)]
    assert outcomes == [Outcome.CONFLICT, Outcome.CONFLICT]
    assert (ID, "4") in counted(storage)
    with storage.read() as session:
        assert session.scalar(select(func.count()).select_from(ConflictRow)) == 1
    assert list(verify_storage(storage, KEY)) == []


def test_change_and_withdrawal_at_the_same_moment_are_decided_by_the_key(storage: Storage, first: Received) -> None:
    """Eight at once for the same edition: one gets it; what the ledger holds and what counts are the same."""
    start = Barrier(8, timeout=60)
    changes: list[Callable[[], Received]] = [
        lambda n=n: change_response(storage, KEY, edition(2, a1=str(n)), LATER)  # type: ignore[misc]
        for n in range(1, 5)
    ]
    withdrawals = [lambda: withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 2), LATER)] * 4

    def at_once(act: Callable[[], Received]) -> Outcome:
        start.wait()
        return act().outcome

    with ThreadPoolExecutor(8) as people:
        outcomes = list(people.map(at_once, [*changes, *withdrawals]))
    decided = [one for one in outcomes if one in (Outcome.CHANGED, Outcome.WITHDRAWN)]
    assert len(decided) == 1
    held = [outcome for number, outcome in contents(storage) if number == 2]
    assert held == [decided[0].value]
    assert len(counted(storage)) == (2 if decided == [Outcome.CHANGED] else 1)
    assert list(verify_storage(storage, KEY)) == []


def test_changed_answer_moves_to_its_quota_cell_and_a_withdrawn_one_frees_its_place(
    storage: Storage, wave: StoredWave
) -> None:
    cells = [Quota(f"said-{code}", Text(code), 1, relevant=parse_condition(f"${{a1}} = '{code}'")) for code in "12"]
    with storage.write() as session:
        save_quotas(session, WAVE, cells)

    def places() -> list[int]:
        with storage.read() as session:
            return [cell.accepted for cell in load_quotas(session, WAVE)]

    receive_response(storage, KEY, replace(edition(1, a1="1"), code=wave.posters[0].code), NOW)
    assert places() == [1, 0]
    change_response(storage, KEY, edition(2, a1="2"), LATER)
    assert places() == [0, 1]
    withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 3), LATER)
    assert places() == [0, 0]
    receive_response(storage, KEY, make_submission(answers={"a1": "2"}), NOW)
    change_response(storage, KEY, edition(4, a1="2"), LATER)
    assert places() == [0, 1]
    with storage.read() as session:
        assert session.get_one(MarkRow, (WAVE, ID)).over_quota == "said-2"
    assert list(verify_storage(storage, KEY)) == []


def test_backup_holds_every_edition(storage: Storage, first: Received, tmp_path: Path) -> None:
    change_response(storage, KEY, edition(2, a1="4"), LATER)
    withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 3), LATER)
    before = contents(storage)
    back_up(storage, tmp_path / "backup.zip", NOW, "test")
    other = Storage(f"sqlite:///{tmp_path / 'restored.db'}")
    try:
        restore(other, tmp_path / "backup.zip", NOW, "test")
        assert contents(other) == before
        assert found(other, first.receipt).state is ReceiptState.WITHDRAWN
    finally:
        other.close()


def test_answer_that_is_not_there_is_neither_changed_nor_withdrawn(storage: Storage, wave: StoredWave) -> None:
    with pytest.raises(ResponseMissingError, match="not there"):
        change_response(storage, KEY, edition(2), LATER)
    with pytest.raises(ResponseMissingError, match="not there"):
        withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 2), LATER)
    assert contents(storage) == []


TAMPERINGS = {
    "edition missing in between": (
        "UPDATE ledger SET edition = 4 WHERE edition = 3",
        "edition 4 holds, but 2 changes are in the ledger",
    ),
    "withdrawn answer counts again": (
        "UPDATE response SET purpose = 'live' WHERE purpose = 'withdrawn'",
        "withdrawn, but the response is live",
    ),
    "answers put back": (
        """UPDATE response SET answers = '{"a1":"5"}' WHERE purpose = 'withdrawn'""",
        "withdrawn, but the response still has answers",
    ),
    "withdrawal taken out of the ledger": (
        "DELETE FROM ledger WHERE outcome = 'withdrawn'",
        "changed, but the response has another sha256",
    ),
    "edition made a first answer": (
        "UPDATE ledger SET outcome = 'accepted' WHERE edition = 2",
        "accepted, but as edition 2",
    ),
}


@pytest.mark.parametrize(("statement", "expected"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_with_editions_is_found(storage: Storage, first: Received, statement: str, expected: str) -> None:
    change_response(storage, KEY, edition(2, a1="4"), LATER)
    withdraw_response(storage, KEY, Withdrawal(WAVE, ID, 3), LATER)
    with storage.write() as session:
        session.execute(text(statement.replace(":", r"\:")))
    assert any(expected in str(one) for one in verify_storage(storage, KEY))
