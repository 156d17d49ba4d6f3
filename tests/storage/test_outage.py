"""The database is really out of reach: stopped, locked, unwritable, full. Nothing is lost, nothing counted twice."""

import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.check_readiness import check_readiness
from survey.actions.upkeep.verify_storage import verify_storage
from survey.response.receipt import Outcome
from survey.storage import Storage, StorageUnavailableError, engine
from survey.storage.responses import ResponseRow
from tests.conftest import migrate
from tests.factories import KEY, NOW, make_submission, store_wave
from tests.postgres import PostgresServer
from tests.storage.writer import submission_of


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that the test may stop."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def own_storage(own_server: PostgresServer) -> Iterator[Storage]:
    url = own_server.create_database("survey")
    migrate(url)
    storage = Storage(url)
    store_wave(storage)
    yield storage
    storage.close()


def stored_receipts(storage: Storage) -> dict[str, str]:
    with storage.read() as session:
        return {row.response_id: row.receipt for row in session.execute(select(ResponseRow.__table__))}


def test_stopped_server_is_an_outage_and_the_same_submission_is_accepted_once_when_it_is_back(
    own_server: PostgresServer, own_storage: Storage
) -> None:
    before = receive_response(own_storage, KEY, submission_of("before"), NOW)
    own_server.stop()
    for _ in range(2):
        with pytest.raises(StorageUnavailableError):
            receive_response(own_storage, KEY, submission_of("during"), NOW)
    with pytest.raises(StorageUnavailableError), own_storage.read() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(StorageUnavailableError), own_storage.write() as session:
        session.execute(text("SELECT 1"))
    assert not check_readiness(own_storage).database_reachable
    own_server.start()
    outcomes = [receive_response(own_storage, KEY, submission_of("during"), NOW).outcome for _ in range(2)]
    assert outcomes == [Outcome.ACCEPTED, Outcome.ALREADY_RECEIVED]
    assert stored_receipts(own_storage)["before"] == before.receipt
    assert list(verify_storage(own_storage, KEY)) == []


def test_server_that_crashes_under_load_loses_no_promised_response(
    own_server: PostgresServer, own_storage: Storage
) -> None:
    promised: dict[str, str] = {}
    refused: set[str] = set()
    enough, stop = threading.Event(), threading.Event()

    def send(prefix: str) -> None:
        for number in range(100_000):
            if stop.is_set():
                return
            one = f"{prefix}-{number}"
            try:
                promised[one] = receive_response(own_storage, KEY, submission_of(one), NOW).receipt
            except StorageUnavailableError:
                refused.add(one)
                return
            if len(promised) > 100:
                enough.set()

    clients = [threading.Thread(target=send, args=(f"client-{number}",)) for number in range(16)]
    for client in clients:
        client.start()
    assert enough.wait(60)
    own_server.stop("immediate")
    for client in clients:
        client.join(60)
    stop.set()
    assert len(refused) == len(clients)
    own_server.start()
    assert promised.items() <= stored_receipts(own_storage).items()
    again = {receive_response(own_storage, KEY, submission_of(one), NOW).outcome for one in refused}
    assert again <= {Outcome.ACCEPTED, Outcome.ALREADY_RECEIVED}
    assert stored_receipts(own_storage).keys() == promised.keys() | refused
    assert list(verify_storage(own_storage, KEY)) == []


def test_locked_file_is_an_outage_and_the_same_submission_is_accepted_afterwards(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    storage = Storage(sqlite_url)
    store_wave(storage)
    sent = make_submission()
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageUnavailableError, match="locked"):
        receive_response(storage, KEY, sent, NOW)
    with pytest.raises(StorageUnavailableError, match="locked"), storage.write() as session:
        session.execute(text("SELECT 1"))
    other.execute("ROLLBACK")
    other.close()
    assert receive_response(storage, KEY, sent, NOW).outcome is Outcome.ACCEPTED
    assert list(verify_storage(storage, KEY)) == []
    storage.close()


def test_full_disk_is_an_outage_and_what_was_promised_before_is_stored(sqlite_url: str) -> None:
    storage = Storage(sqlite_url)
    store_wave(storage)
    storage.close()
    lines = run_limited(sqlite_url, "full")
    stored = {line[1]: line[2] for line in lines if line[0] == "stored"}
    refused = f"full-{len(stored)}"
    assert len(stored) > 10
    assert lines[-2:] == [["refused", refused, "StorageUnavailableError"], ["again", refused, "accepted"]]
    receipts = stored_receipts(storage)
    assert stored.items() <= receipts.items()
    assert receipts.keys() == stored.keys() | {refused}
    assert list(verify_storage(storage, KEY)) == []


def test_file_without_the_right_to_write_is_an_outage(sqlite_url: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # not below pytest's folder, which no other account may enter
        folder = Path(name)
        path = folder / "survey.db"
        shutil.copy(sqlite_url.removeprefix("sqlite:///"), path)
        storage = Storage(f"sqlite:///{path}")
        store_wave(storage)
        storage.close()
        path.chmod(0o444)
        folder.chmod(0o555)
        assert run_limited(f"sqlite:///{path}", "read-only") == [["refused", "no-right", "StorageUnavailableError"]]
        folder.chmod(0o755)
        path.chmod(0o644)
        assert receive_response(storage, KEY, submission_of("no-right"), NOW).outcome is Outcome.ACCEPTED


def test_host_that_never_answers_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine._POSTGRES, "connect_timeout", 2)  # the shortest that psycopg knows
    with socket.create_server(("127.0.0.1", 0)) as silent:
        storage = Storage(f"postgresql+psycopg://minyi@127.0.0.1:{silent.getsockname()[1]}/survey")
        with pytest.raises(StorageUnavailableError):
            receive_response(storage, KEY, submission_of("nowhere"), NOW)
        storage.close()


def test_missing_table_is_no_outage(empty_database_url: str) -> None:
    storage = Storage(empty_database_url)
    with pytest.raises(DBAPIError, match="quota"):
        receive_response(storage, KEY, make_submission(), NOW)
    storage.close()


def run_limited(url: str, limit: str) -> list[list[str]]:
    """The lines, as words, that the limited process printed."""
    command = [sys.executable, "-m", "tests.storage.limited", url, limit]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split() for line in finished.stdout.splitlines()]
