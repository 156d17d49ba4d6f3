"""Counters of posters' funnels: added up from several processes, kept through an outage, shown by poster and day."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from survey.actions.invitation.count_steps import StepCounter
from survey.actions.invitation.show_funnel import show_funnel_by_day
from survey.actions.programme.show_wave import show_wave
from survey.actions.response.receive_response import receive_response
from survey.invitation.funnel import Funnel, Step
from survey.storage import Storage, StorageUnavailableError
from survey.storage.funnel import steps_of
from tests.factories import KEY, NOW, WAVE, make_submission, store_wave

DAY = date(2026, 5, 18)
LATER = 3600.0  # nothing is stored by itself while a test runs


def test_counts_of_two_processes_add_up(storage: Storage) -> None:
    code = store_wave(storage).posters[0].code
    counters = [StepCounter(storage, LATER), StepCounter(storage, LATER)]
    for counter in counters:
        for _ in range(3):
            counter.add(WAVE, code, DAY, Step.SCANNED)
        counter.add(WAVE, code, DAY, Step.OPENED)
        counter.flush()
    with storage.read() as session:
        assert steps_of(session, WAVE) == {(code, DAY, Step.SCANNED): 6, (code, DAY, Step.OPENED): 2}


def test_no_count_is_lost_between_threads_that_store_at_the_same_moment(storage: Storage) -> None:
    codes = [poster.code for poster in store_wave(storage).posters]

    def count() -> None:
        counter = StepCounter(storage, LATER)
        for _ in range(10):
            for code in codes:
                counter.add(WAVE, code, DAY, Step.OPENED)
            counter.flush()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with storage.read() as session:
        assert set(steps_of(session, WAVE).values()) == {40}


def test_counts_store_themselves_after_a_moment(storage: Storage) -> None:
    code = store_wave(storage).posters[0].code
    counter = StepCounter(storage, 0.05)
    counter.add(WAVE, code, DAY, Step.SCANNED)
    timer = counter._timer
    assert timer is not None
    timer.join(20)
    with storage.read() as session:
        assert steps_of(session, WAVE) == {(code, DAY, Step.SCANNED): 1}


class Away(Storage):
    """A database that is away until `back` is set."""

    back = False

    @contextmanager
    def write(self) -> Iterator[Session]:
        if not self.back:
            raise StorageUnavailableError("away")
        with super().write() as session:
            yield session


def test_counts_wait_while_the_database_is_away(database_url: str) -> None:
    storage = Away(database_url)
    with Storage.write(storage):
        pass
    storage.back = True
    code = store_wave(storage).posters[0].code
    storage.back = False
    counter = StepCounter(storage, LATER)
    counter.add(WAVE, code, DAY, Step.SCANNED)
    counter.flush()
    counter.add(WAVE, code, DAY, Step.SCANNED)
    storage.back = True
    counter.flush()
    with storage.read() as session:
        assert steps_of(session, WAVE) == {(code, DAY, Step.SCANNED): 2}
    storage.close()


def test_funnel_of_a_poster_has_its_answers_beside_its_counters(storage: Storage) -> None:
    first, second = (poster.code for poster in store_wave(storage).posters)
    counter = StepCounter(storage, LATER)
    for step, times in ((Step.SCANNED, 5), (Step.OPENED, 3), (Step.STARTED, 2), (Step.FLAGGED, 1)):
        for _ in range(times):
            counter.add(WAVE, first, DAY, step)
    counter.add(WAVE, first, DAY + timedelta(1), Step.SCANNED)
    counter.flush()
    receive_response(storage, KEY, make_submission(code=first), NOW)
    receive_response(storage, KEY, make_submission(code=second), NOW)
    overview = show_wave(storage, WAVE)
    assert overview is not None
    shown = {each.poster.code: each.funnel for each in overview.posters}
    assert shown == {first: Funnel(6, 3, 2, 1, 1), second: Funnel(sent=1)}
    days = [(row.poster.code, row.day, row.funnel) for row in show_funnel_by_day(storage, WAVE)]
    assert sorted(days) == sorted(
        [
            (first, DAY, Funnel(5, 3, 2, 1, 1)),
            (first, DAY + timedelta(1), Funnel(scanned=1)),
            (second, DAY, Funnel(sent=1)),
        ],
        key=lambda row: row[:2],
    )


@pytest.mark.parametrize("amount", [0, 1])
def test_an_empty_counter_writes_nothing(storage: Storage, amount: int) -> None:
    code = store_wave(storage).posters[0].code
    counter = StepCounter(storage, LATER)
    for _ in range(amount):
        counter.add(WAVE, code, DAY, Step.SCANNED)
    counter.flush()
    counter.flush()
    with storage.read() as session:
        assert sum(steps_of(session, WAVE).values()) == amount
