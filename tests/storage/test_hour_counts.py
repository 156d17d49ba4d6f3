"""Numbers by hour that are kept always equal those of the rows, whatever happens to answers of hours that are over."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from survey.actions.response.change_response import change_response, withdraw_response
from survey.actions.response.receive_response import receive_response
from survey.actions.response.review_answers import decide_review
from survey.actions.results.keep_counts import keep_counts
from survey.actions.upkeep.verify_storage import verify_storage
from survey.response.response import Mode, Source, Withdrawal
from survey.response.review import ReviewDecision
from survey.storage import Storage
from survey.storage.hour_counts import HourCountRow, count_by_hour, hour_of
from survey.storage.response_counts import count_by_source
from survey.storage.responses import ResponseRow, stream_responses
from tests.factories import ANSWERS, DISTRICT, KEY, NOW, WAVE, StoredWave, make_submission, store_wave

LATER = NOW + timedelta(days=2)


@pytest.fixture
def wave(storage: Storage) -> StoredWave:
    """Six answers within three hours, five by posters and one at a door; their numbers are kept."""
    wave = store_wave(storage)
    for k in range(5):
        sent = make_submission(response_id=f"r{k}", code=wave.posters[k % 2].code)
        receive_response(storage, KEY, sent, NOW + timedelta(minutes=35 * k))
    door = make_submission(response_id="door", source=Source.PROB, mode=Mode.INTERVIEWER)
    receive_response(storage, KEY, replace(door, interviewer="fy-01"), NOW)
    assert keep_counts(storage, WAVE, LATER, at_least=1) == 6
    return wave


def of_rows(storage: Storage) -> Counter[tuple[datetime, Source, Mode, str | None]]:
    with storage.read() as session:
        return Counter(
            (hour_of(one.received_at), one.source, one.mode, one.poster) for one in stream_responses(session, WAVE)
        )


def by_hour(storage: Storage) -> Counter[tuple[datetime, Source, Mode, str | None]]:
    with storage.read() as session:
        return Counter({(one.hour, one.source, one.mode, one.poster): one.n for one in count_by_hour(session, WAVE)})


def test_kept_numbers_are_read_instead_of_rows_and_are_the_same(storage: Storage, wave: StoredWave) -> None:
    assert by_hour(storage) == of_rows(storage)
    assert len({key[0] for key in by_hour(storage)}) == 3
    with storage.write() as session:  # nothing else reads these rows
        session.execute(update(HourCountRow).values(n=HourCountRow.n + 10))
    assert sum(by_hour(storage).values()) == 6 + 10 * len(of_rows(storage))
    assert {one.table for one in verify_storage(storage, KEY)} == {"hour_count"}


def _withdraws(storage: Storage) -> None:
    withdraw_response(storage, KEY, Withdrawal(WAVE, "r1", 2), LATER)


def _changes(storage: Storage) -> None:
    sent = make_submission(response_id="r2", answers=ANSWERS | {"a1": "1"})
    change_response(storage, KEY, replace(sent, edition=2), LATER)


def _rejects(storage: Storage) -> None:
    decide_review(storage, WAVE, ["r0", "door"], ReviewDecision.REJECTED, "重复", DISTRICT, LATER, "analyst")


def _takes_it_back(storage: Storage) -> None:
    _rejects(storage)
    decide_review(storage, WAVE, ["r0"], ReviewDecision.OPEN, "", DISTRICT, LATER, "analyst")


def _arrives_late(storage: Storage) -> None:
    door = make_submission(response_id="late", source=Source.PROB, mode=Mode.INTERVIEWER)
    receive_response(storage, KEY, replace(door, interviewer="fy-01"), NOW + timedelta(minutes=5))


def _arrives_now(storage: Storage) -> None:
    receive_response(storage, KEY, make_submission(response_id="new"), LATER)


@pytest.mark.parametrize("change", [_withdraws, _changes, _rejects, _takes_it_back, _arrives_late, _arrives_now])
def test_numbers_stay_right_when_answers_change(
    storage: Storage, wave: StoredWave, change: Callable[[Storage], None]
) -> None:
    before = by_hour(storage)
    change(storage)
    assert by_hour(storage) == of_rows(storage) != before
    keep_counts(storage, WAVE, LATER + timedelta(days=1), at_least=1)
    assert by_hour(storage) == of_rows(storage)
    assert [one for one in verify_storage(storage, KEY) if one.table == "hour_count"] == []


def test_only_answers_after_a_moment_are_counted_when_one_is_named(storage: Storage, wave: StoredWave) -> None:
    receive_response(storage, KEY, make_submission(response_id="new"), LATER)
    for moment in (NOW - timedelta(days=1), NOW, NOW + timedelta(minutes=50), LATER - timedelta(hours=1), LATER):
        with storage.read() as session:
            query = select(func.count()).select_from(ResponseRow).where(ResponseRow.received_at > moment)
            assert sum(one.n for one in count_by_source(session, WAVE, moment)) == session.scalar(query), moment


def test_a_change_while_hours_are_counted_keeps_nothing_old(
    storage: Storage, wave: StoredWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.actions.results import keep_counts as module

    _arrives_late(storage)  # its hour is open again
    counted = module.open_hours

    def and_then_one_is_withdrawn(*given: object) -> object:
        found = counted(*given)  # type: ignore[arg-type]
        _withdraws(storage)
        return found

    monkeypatch.setattr(module, "open_hours", and_then_one_is_withdrawn)
    assert keep_counts(storage, WAVE, LATER, at_least=1) == 0
    assert by_hour(storage) == of_rows(storage)


def test_numbers_of_a_small_wave_are_not_kept(storage: Storage, wave: StoredWave) -> None:
    _arrives_late(storage)
    assert keep_counts(storage, WAVE, LATER) == 0
