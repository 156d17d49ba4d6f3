"""Verification finds nothing in what the application wrote, and every kind of tampering, on both databases."""

import pytest
from sqlalchemy import text, update

from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.verify_storage import verify_storage
from survey.storage import Storage
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow
from tests.factories import ANSWERS, KEY, NOW, StoredWave, make_submission, store_wave


@pytest.fixture
def wave(storage: Storage) -> StoredWave:
    """Two responses through posters, one through a letter, one conflict and one second use of the letter."""
    stored = store_wave(storage)
    sent = make_submission(response_id="poster-1", code=stored.posters[0].code)
    receive_response(storage, KEY, sent, NOW)
    receive_response(storage, KEY, make_submission(response_id="poster-2", code=stored.posters[1].code), NOW)
    changed = make_submission(response_id="poster-1", answers=ANSWERS | {"a1": "1"})
    receive_response(storage, KEY, changed, NOW)
    for response_id in ("letter-1", "letter-2"):
        letter = make_submission(response_id=response_id, code=stored.letters[0].code, single_use=True)
        receive_response(storage, KEY, letter, NOW)
    return stored


def found(storage: Storage, key: str = KEY) -> list[str]:
    return [str(disagreement) for disagreement in verify_storage(storage, key)]


@pytest.mark.usefixtures("wave")
def test_what_the_application_wrote_agrees_and_progress_counts_every_row(storage: Storage) -> None:
    progress: list[tuple[int, int]] = []
    assert list(verify_storage(storage, KEY, lambda done, total: progress.append((done, total)))) == []
    assert progress == [(done, 5) for done in range(6)]


TAMPERINGS = {
    "changed content": (
        "UPDATE ledger SET content = 'no JSON at all' WHERE response_id = 'poster-2'",
        ["ledger: wave wave-2026-1: poster-2: the content has another sha256 than its row"],
    ),
    "changed answers": (
        """UPDATE response SET answers = '{"a1":"5"}' WHERE response_id = 'poster-2'""",
        ["ledger: wave wave-2026-1: poster-2: the answers of the response are not those of the ledger"],
    ),
    "changed version": (
        "UPDATE response SET version = 2 WHERE response_id = 'poster-2'",
        ["ledger: wave wave-2026-1: poster-2: answered resident v1, but the response says resident v2"],
    ),
    "changed receipt": (
        "UPDATE response SET receipt = '333333333333' WHERE response_id = 'poster-2'",
        ["but the response has 333333333333"],
    ),
    "deleted response": (
        "DELETE FROM response WHERE response_id = 'poster-2'",
        ["poster-2: accepted, but there is no response", "counts: the ledger accepted 3, responses: 2"],
    ),
    "deleted response of a letter": (
        "DELETE FROM response WHERE response_id = 'letter-1'",
        [
            "letter-1: accepted, but there is no response",
            "counts: the ledger accepted 3, responses: 2",
            "counts: 1 household codes used, responses of the drawn sample: 0",
        ],
    ),
    "deleted ledger row": (
        "DELETE FROM ledger WHERE response_id = 'poster-2'",
        [
            "response: wave wave-2026-1: poster-2: the ledger does not hold",
            "counts: the ledger accepted 2, responses: 3",
        ],
    ),
    "deleted ledger row of a conflict": (
        "DELETE FROM ledger WHERE outcome = 'conflict'",
        ["conflict: wave wave-2026-1: poster-1: the ledger does not hold its content"],
    ),
    "deleted conflict": (
        "DELETE FROM conflict WHERE reason = 'code_used'",
        ["letter-2: kept as code_used, but no conflict waits for a decision"],
    ),
    "changed reason of a conflict": (
        "UPDATE conflict SET reason = 'conflict'",
        ["letter-2: kept as code_used, but the conflict says conflict"],
    ),
    "conflict counted as accepted": (
        "UPDATE ledger SET outcome = 'accepted' WHERE outcome = 'conflict'",
        [
            "poster-1: accepted, and yet a conflict",
            "poster-1: accepted, but the response has another sha256",
            "poster-1: accepted with receipt",
            "poster-1: the answers of the response are not those of the ledger",
            "counts: the ledger accepted 4, responses: 3",
        ],
    ),
    "use of a code that was never printed": (
        "INSERT INTO code_use (wave, code, used_on) VALUES ('wave-2026-1', 'NEVER', '2026-05-18')",
        ["code_use: wave wave-2026-1: NEVER: no letter of this wave has this code", "counts: 2 household codes used"],
    ),
}


@pytest.mark.usefixtures("wave")
@pytest.mark.parametrize(("statement", "expected"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_found_and_nothing_else_is_reported(storage: Storage, statement: str, expected: list[str]) -> None:
    with storage.write() as session:
        session.connection().exec_driver_sql(statement)
    lines = found(storage)
    assert len(lines) == len(expected)
    assert [part for part in expected if not any(part in line for line in lines)] == []


def test_answer_that_holds_a_household_code_is_found(storage: Storage, wave: StoredWave) -> None:
    with storage.write() as session:
        linked = update(ResponseRow).where(ResponseRow.response_id == "letter-1").values(poster=wave.letters[0].code)
        session.execute(linked)
    assert found(storage) == ["response: wave wave-2026-1: letter-1: holds a household's code"]


def test_more_used_codes_than_letters_are_found(storage: Storage, wave: StoredWave) -> None:
    with storage.write() as session:
        session.execute(text("UPDATE invitation SET kind = 'poster'"))
    lines = found(storage)
    assert f"code_use: wave wave-2026-1: {wave.letters[0].code}: no letter of this wave has this code" in lines
    assert "wave: wave wave-2026-1: counts: 1 household codes used, letters: 0" in lines


@pytest.mark.usefixtures("wave")
def test_receipts_of_another_key_are_found(storage: Storage) -> None:
    lines = found(storage, key="the key of another installation")
    assert len(lines) == 5
    assert all("was not signed with this installation's key" in line for line in lines)


@pytest.mark.usefixtures("wave")
def test_content_of_another_response_is_found_although_its_hash_is_right(storage: Storage) -> None:
    with storage.write() as session:
        for table in (ConflictRow, LedgerRow, ResponseRow):
            session.execute(update(table).where(table.response_id == "poster-2").values(response_id="stranger"))
    assert "ledger: wave wave-2026-1: stranger: the content names wave wave-2026-1, response poster-2" in found(storage)
