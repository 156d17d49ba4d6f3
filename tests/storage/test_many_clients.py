"""Two hundred clients at the same moment, as threads of one process and spread over several processes."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.verify_storage import verify_storage
from survey.response.receipt import Outcome, Received
from survey.response.response import Submission
from survey.storage import Storage
from survey.storage.responses import LedgerRow, ResponseRow
from tests.factories import KEY, NOW, make_submission, store_wave
from tests.processes import in_processes

CLIENTS = 200
WAYS = [1, 4]  # processes


def send_at_once(url: str, submissions: list[Submission]) -> list[Received]:
    """Send every submission from a thread of its own; all start together."""
    storage = Storage(url)
    start = threading.Barrier(len(submissions), timeout=60)

    def send(submission: Submission) -> Received:
        start.wait()
        return receive_response(storage, KEY, submission, NOW)

    with ThreadPoolExecutor(len(submissions)) as pool:
        received = list(pool.map(send, submissions))
    storage.close()
    return received


def send_from(processes: int, url: str, submissions: list[Submission]) -> list[Received]:
    if processes == 1:
        return send_at_once(url, submissions)
    parts = [(url, submissions[first::processes]) for first in range(processes)]
    return [received for part in in_processes(send_at_once, parts) for received in part]


def counts(storage: Storage) -> tuple[int, int]:
    with storage.read() as session:
        rows = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (ResponseRow, LedgerRow)]
    return rows[0], rows[1]


@pytest.mark.parametrize("processes", WAYS)
def test_one_household_code_takes_exactly_one_of_200_answers(
    storage: Storage, database_url: str, processes: int
) -> None:
    letter = store_wave(storage).letters[0]
    submissions = [make_submission(code=letter.code, single_use=True) for _ in range(CLIENTS)]
    received = send_from(processes, database_url, submissions)
    assert Counter(one.outcome for one in received) == {Outcome.ACCEPTED: 1, Outcome.CODE_USED: CLIENTS - 1}
    assert len({one.receipt for one in received}) == CLIENTS
    assert counts(storage) == (1, CLIENTS)
    assert list(verify_storage(storage, KEY)) == []


@pytest.mark.parametrize("processes", WAYS)
def test_one_response_sent_200_times_is_stored_once_with_one_receipt(
    storage: Storage, database_url: str, processes: int
) -> None:
    store_wave(storage)
    received = send_from(processes, database_url, [make_submission(response_id="the-same")] * CLIENTS)
    assert Counter(one.outcome for one in received) == {Outcome.ACCEPTED: 1, Outcome.ALREADY_RECEIVED: CLIENTS - 1}
    assert len({one.receipt for one in received}) == 1
    assert counts(storage) == (1, 1)


@pytest.mark.parametrize("processes", WAYS)
def test_200_contents_under_one_id_are_all_kept_and_one_is_counted(
    storage: Storage, database_url: str, processes: int
) -> None:
    store_wave(storage)
    submissions = [make_submission(response_id="the-same", answers={"g1": str(number)}) for number in range(CLIENTS)]
    received = send_from(processes, database_url, submissions)
    assert Counter(one.outcome for one in received) == {Outcome.ACCEPTED: 1, Outcome.CONFLICT: CLIENTS - 1}
    assert counts(storage) == (1, CLIENTS)
    assert list(verify_storage(storage, KEY)) == []


@pytest.mark.parametrize("processes", WAYS)
def test_200_different_responses_are_all_stored(storage: Storage, database_url: str, processes: int) -> None:
    store_wave(storage)
    received = send_from(processes, database_url, [make_submission() for _ in range(CLIENTS)])
    assert Counter(one.outcome for one in received) == {Outcome.ACCEPTED: CLIENTS}
    assert counts(storage) == (CLIENTS, CLIENTS)
    assert list(verify_storage(storage, KEY)) == []
