"""A writing process is really killed (SIGKILL) in the middle: what it promised is stored, and nothing stands twice."""

import signal
import subprocess
import sys
from collections.abc import Iterable

from sqlalchemy import select

from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.verify_storage import verify_storage
from survey.response.receipt import Outcome
from survey.storage import Storage
from survey.storage.responses import ResponseRow
from tests.factories import KEY, NOW, store_wave
from tests.storage.writer import submission_of

THREADS = 4
ROUNDS = 2
PROMISES = 40  # receipts that a round waits for before it kills


def start_writer(url: str, prefix: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.storage.writer", url, prefix, str(THREADS), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def read_until_killed(writer: subprocess.Popen[str], promises: int) -> tuple[set[str], dict[str, str]]:
    """Kill the writer after so many receipts; returns the ids that it sent and the receipts that it gave out."""
    sent: set[str] = set()
    promised: dict[str, str] = {}

    def take(lines: Iterable[str]) -> None:
        for line in lines:
            words = line.split()
            if words[0] == "sent":
                sent.add(words[1])
            else:
                promised[words[1]] = words[2]

    assert writer.stdout is not None
    while len(promised) < promises:
        take([writer.stdout.readline()])
    writer.send_signal(signal.SIGKILL)
    take(writer.stdout)
    assert writer.wait() == -signal.SIGKILL
    writer.stdout.close()
    return sent, promised


def stored_receipts(storage: Storage) -> dict[str, str]:
    with storage.read() as session:
        return {row.response_id: row.receipt for row in session.execute(select(ResponseRow.__table__))}


def test_every_promised_receipt_is_stored_after_the_kill_and_sending_all_again_counts_each_once(
    storage: Storage, database_url: str
) -> None:
    store_wave(storage)
    all_sent: set[str] = set()
    all_promised: dict[str, str] = {}
    for number in range(ROUNDS):
        sent, promised = read_until_killed(start_writer(database_url, f"round-{number}"), PROMISES)
        all_sent |= sent
        all_promised |= promised
        stored = stored_receipts(storage)
        assert promised.items() <= stored.items()
        assert stored.keys() <= all_sent
    assert list(verify_storage(storage, KEY)) == []
    again = {one: receive_response(storage, KEY, submission_of(one), NOW) for one in sorted(all_sent)}
    assert {again[one].outcome for one in all_promised} == {Outcome.ALREADY_RECEIVED}
    assert {one: again[one].receipt for one in all_promised} == all_promised
    assert stored_receipts(storage) == {one: received.receipt for one, received in again.items()}
    assert list(verify_storage(storage, KEY)) == []


def test_reply_lost_after_the_commit_is_given_again_with_the_same_receipt(storage: Storage, database_url: str) -> None:
    store_wave(storage)
    writer = start_writer(database_url, "lost", "--die-before-reply")
    output, _ = writer.communicate()
    assert (output, writer.returncode) == ("sent lost-0\n", -signal.SIGKILL)
    stored = stored_receipts(storage)
    received = receive_response(storage, KEY, submission_of("lost-0"), NOW)
    assert received.outcome is Outcome.ALREADY_RECEIVED
    assert stored == {"lost-0": received.receipt}
    assert list(verify_storage(storage, KEY)) == []
