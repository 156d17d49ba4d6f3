"""Group commit: what waits together is committed together, and one that fails takes nobody else with it."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text

from survey.actions.response.receive_response import receive_response
from survey.response.receipt import Outcome
from survey.storage import Storage, StorageUnavailableError, group_commit
from survey.storage.group_commit import GroupFailedError
from tests.factories import KEY, NOW, make_submission, store_wave

INSERT = text("INSERT INTO code_use (wave, code, used_on) VALUES ('w', :code, '2026-05-18')")


def insert(code: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(INSERT, {"code": code})
        return code

    return work


def stored_codes(storage: Storage) -> set[str]:
    with storage.read() as session:
        return set(session.scalars(text("SELECT code FROM code_use")))


@contextmanager
def committing(storage: Storage) -> Iterator[None]:
    """While the block runs, a first piece of work leads; everything handed in meanwhile waits for the next group."""
    entered, leave = threading.Event(), threading.Event()

    def hold(_connection: Connection) -> None:
        entered.set()
        assert leave.wait(30)

    leader = threading.Thread(target=storage.write_grouped, args=(hold,))
    leader.start()
    assert entered.wait(30)
    try:
        yield
    finally:
        leave.set()
        leader.join(30)
    assert not leader.is_alive()


def hand_in(storage: Storage, works: Sequence[Callable[[Connection], str]]) -> list[Future[str]]:
    """Hand the works in while another group is being committed, so that they make one group, and wait for all."""
    with ThreadPoolExecutor(len(works)) as pool, committing(storage):
        futures = []
        for number, work in enumerate(works, start=1):
            futures.append(pool.submit(storage.write_grouped, work))
            wait_for(lambda number=number: len(storage._group._waiting) == number)
    return futures


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_waiting_works_share_one_transaction(storage: Storage) -> None:
    commits: list[Connection] = []
    event.listen(storage.engine, "commit", commits.append)
    futures = hand_in(storage, [insert(f"c{number}") for number in range(20)])
    assert [future.result() for future in futures] == [f"c{number}" for number in range(20)]
    assert len(commits) == 2  # the held one, and one for all twenty
    assert len(stored_codes(storage)) == 20


def test_no_group_is_larger_than_the_limit(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "LARGEST_GROUP", 8)
    commits: list[Connection] = []
    event.listen(storage.engine, "commit", commits.append)
    futures = hand_in(storage, [insert(f"c{number}") for number in range(20)])
    assert {future.result() for future in futures} == stored_codes(storage)
    assert len(commits) == 1 + 3


def test_work_that_fails_takes_nobody_else_with_it(storage: Storage) -> None:
    def fail(connection: Connection) -> str:
        connection.execute(INSERT, {"code": "undone"})
        raise LookupError("one bad work")

    def break_statement(connection: Connection) -> str:
        connection.execute(text("SELECT nothing FROM nowhere"))
        return "never"

    futures = hand_in(storage, [insert("a"), fail, insert("b"), insert("a"), break_statement, insert("c")])
    assert stored_codes(storage) == {"a", "b", "c"}
    assert [futures[number].result() for number in (0, 2, 5)] == ["a", "b", "c"]
    assert isinstance(futures[1].exception(), LookupError)
    assert type(futures[3].exception()).__name__ == "IntegrityError"
    assert not isinstance(futures[4].exception(), StorageUnavailableError | GroupFailedError | None)


def test_outage_in_a_group_undoes_all_of_it_and_each_waiter_gets_an_error_of_its_own(storage: Storage) -> None:
    def lose_connection(_connection: Connection) -> str:
        raise StorageUnavailableError("the connection is gone")

    futures = hand_in(storage, [insert("a"), lose_connection, insert("b")])
    errors = [future.exception() for future in futures]
    assert all(isinstance(error, StorageUnavailableError) for error in errors)
    assert len({id(error) for error in errors}) == 3
    assert stored_codes(storage) == set()
    assert storage.write_grouped(insert("a")) == "a"


def test_interrupted_leader_leaves_nobody_waiting(storage: Storage) -> None:
    def interrupt(_connection: Connection) -> str:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        with committing(storage):
            interrupted = pool.submit(storage.write_grouped, interrupt)
            wait_for(lambda: len(storage._group._waiting) == 1)
        assert isinstance(interrupted.exception(30), KeyboardInterrupt | GroupFailedError)
    assert storage.write_grouped(insert("a")) == "a"
    assert stored_codes(storage) == {"a"}


def test_waiter_gives_up_in_time_and_its_work_is_not_done_later(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "WAIT_SECONDS", 0.1)
    with committing(storage), pytest.raises(StorageUnavailableError, match="did not take the write"):
        storage.write_grouped(insert("late"))
    assert storage.write_grouped(insert("a")) == "a"
    assert stored_codes(storage) == {"a"}


def test_forked_child_writes_with_connections_and_a_queue_of_its_own(storage: Storage) -> None:
    store_wave(storage)
    receive_response(storage, KEY, make_submission(), NOW)  # leaves an open connection in the parent's pool
    sent = make_submission()
    with storage._group._mutex:  # as if another thread were handing in work at this very moment
        child = os.fork()
        if child == 0:
            exit_code = 1
            try:
                exit_code = 0 if receive_response(storage, KEY, sent, NOW).outcome is Outcome.ACCEPTED else 2
            finally:
                os._exit(exit_code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert receive_response(storage, KEY, sent, NOW).outcome is Outcome.ALREADY_RECEIVED


def test_deadlock_between_two_processes_is_tried_again_and_both_are_stored(postgres_url: str) -> None:
    storages = [Storage(postgres_url), Storage(postgres_url)]
    with storages[0].write() as session:
        for code in ("x", "y"):
            session.execute(INSERT, {"code": code})
    both_hold_one = threading.Barrier(2)
    calls = {"xy": 0, "yx": 0}

    def touch(order: str) -> Callable[[Connection], str]:
        def work(connection: Connection) -> str:
            calls[order] += 1
            for place, code in enumerate(order):
                if place == 1 and calls[order] == 1:
                    both_hold_one.wait(30)
                connection.execute(
                    text("UPDATE code_use SET used_on = '2026-05-19' WHERE code = :code"), {"code": code}
                )
            return order

        return work

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda storage, order: storage.write_grouped(touch(order)), storages, calls))
    assert results == ["xy", "yx"]
    assert min(calls.values()) == 1
    assert max(calls.values()) > 1  # the one that the server gave up, once or, when it was quick, twice
    for storage in storages:
        storage.close()
