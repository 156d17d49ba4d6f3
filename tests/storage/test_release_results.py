"""Releasing results: only a whole, closed, freshly computed wave; editions; withdrawal; only what may be shown."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from survey.actions.response.change_response import change_response, withdraw_response
from survey.actions.response.receive_response import receive_response
from survey.actions.response.review_answers import decide_review
from survey.actions.results.export_estimates import export_estimates
from survey.actions.results.release_results import release_results, withdraw_results
from survey.actions.results.review_release import review_release
from survey.actions.results.show_release import find_release, list_released, show_release
from survey.instrument.text import Text
from survey.programme.release import ReleaseError
from survey.programme.wave import WaveStatus
from survey.response.later_changes import LaterChanges
from survey.response.response import Withdrawal
from survey.response.review import ReviewDecision
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.later_changes import changes_since
from survey.storage.waves import save_wave
from tests.factories import ANSWERS, DISTRICT, KEY, STREET, WAVE, make_submission
from tests.released import CLOSED, SUMMARY, add_run, indicators, store_closed_wave

LATER = CLOSED + timedelta(days=3)
ACTOR = "office@office.example"


def release(storage: Storage, summary: Text = SUMMARY) -> int:
    return release_results(storage, WAVE, summary, LATER, ACTOR).edition


def test_released_wave_shows_the_run_that_was_released_and_not_a_newer_one(storage: Storage) -> None:
    store_closed_wave(storage)
    release(storage)
    add_run(storage, WAVE, LATER, {DISTRICT: 999})
    found = find_release(storage, WAVE)
    assert found is not None
    shown = show_release(storage, found).results
    figure = shown.pair(indicators()[0].indicator.id, DISTRICT).prob
    assert figure is not None
    assert figure.n == 350


def test_small_community_and_its_sister_are_in_nothing_that_is_shown(storage: Storage) -> None:
    store_closed_wave(storage)
    release(storage)
    found = find_release(storage, WAVE)
    assert found is not None
    results = show_release(storage, found).results
    small, sister = "990101001002", "990101001001"
    assert {area.code for area in results.areas} == {
        DISTRICT,
        STREET,
        "990101002",
        "990101002001",
        "990101002002",
    }
    csv = export_estimates(results, "en").decode()
    assert small not in csv
    assert sister not in csv
    assert "990101002001" in csv


def test_open_wave_is_not_released(storage: Storage) -> None:
    stored = store_closed_wave(storage)
    with storage.write() as session:
        save_wave(session, replace(stored.wave, status=WaveStatus.OPEN, closed_at=None))
    with pytest.raises(ReleaseError) as refused:
        release(storage)
    assert refused.value.gaps == ("not_closed",)
    assert list_released(storage) == []


def test_answers_after_the_run_ask_for_another_computation(storage: Storage) -> None:
    store_closed_wave(storage)
    receive_response(storage, KEY, make_submission(), CLOSED + timedelta(days=2, hours=1))
    with pytest.raises(ReleaseError) as refused:
        release(storage)
    assert refused.value.gaps == ("answers_after_run",)
    add_run(storage, WAVE, CLOSED + timedelta(days=2, hours=2))
    assert release(storage) == 1


@pytest.mark.parametrize(
    ("summary", "gaps"),
    [
        (Text("甲", "", "甲"), ("summary_en",)),
        (Text("甲", "a" * 2001, "甲"), ("summary_en",)),
        (Text("请打 13900000000", "a", "甲"), ("personal_data",)),
    ],
)
def test_summary_is_whole_and_holds_no_telephone_number(storage: Storage, summary: Text, gaps: tuple[str, ...]) -> None:
    store_closed_wave(storage)
    with pytest.raises(ReleaseError) as refused:
        release(storage, summary)
    assert refused.value.gaps == gaps


def test_withdrawn_results_are_gone_and_the_reason_stays_in_the_log(storage: Storage) -> None:
    store_closed_wave(storage)
    release(storage)
    withdraw_results(storage, WAVE, " 权重有误 ", LATER, ACTOR)
    assert list_released(storage) == []
    found = find_release(storage, WAVE)
    assert found is not None
    with pytest.raises(ValueError, match="withdrawn"):
        show_release(storage, found)
    with storage.read() as session:
        events = session.scalars(select(EventRow).where(EventRow.subject == WAVE).order_by(EventRow.action)).all()
    assert [event.action for event in events] == ["release_results", "withdraw_results"]
    assert "权重有误" in events[1].detail
    assert events[1].actor == ACTOR
    assert release(storage) == 2
    assert [each.release.edition for each in list_released(storage)] == [2]


def test_withdrawal_needs_a_reason_and_something_public(storage: Storage) -> None:
    store_closed_wave(storage)
    with pytest.raises(ReleaseError) as refused:
        withdraw_results(storage, WAVE, "x", LATER, ACTOR)
    assert refused.value.gaps == ("nothing_public",)
    release(storage)
    with pytest.raises(ReleaseError) as refused:
        withdraw_results(storage, WAVE, "  ", LATER, ACTOR)
    assert refused.value.gaps == ("no_reason",)


def test_two_officials_who_release_at_the_same_moment_never_make_one_edition_twice(storage: Storage) -> None:
    store_closed_wave(storage)

    def try_it(_: int) -> int | None:
        try:
            return release(storage)
        except ReleaseError as refused:
            assert refused.gaps == ("another_released",)
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [edition for edition in pool.map(try_it, range(4)) if edition is not None]
    assert sorted(made) == list(range(1, len(made) + 1))
    assert made


def test_changes_after_a_release_are_told_and_ask_for_a_new_edition(storage: Storage) -> None:
    """Each answer counts once; what came and went in between, or was only approved, changes no figure."""
    store_closed_wave(storage)
    before, run_at, after = CLOSED, CLOSED + timedelta(days=2), LATER + timedelta(hours=1)

    def receive(name: str, at: datetime) -> None:
        receive_response(storage, KEY, make_submission(response_id=name), at)

    def review(name: str, decision: ReviewDecision, at: datetime) -> None:
        decide_review(storage, WAVE, [name], decision, "核对", DISTRICT, at, ACTOR)

    for name in ("kept", "changed", "withdrawn", "rejected", "approved", "undone"):
        receive(name, before)
    review("undone", ReviewDecision.REJECTED, before)
    assert release(storage) == 1
    assert unseen(storage) == LaterChanges()
    receive("late", after)
    receive("came and went", after)
    changed = make_submission(response_id="changed", answers=ANSWERS | {"a1": "1"})
    change_response(storage, KEY, replace(changed, edition=2), after)
    for name in ("withdrawn", "came and went"):
        withdraw_response(storage, KEY, Withdrawal(WAVE, name, 2), after)
    review("rejected", ReviewDecision.REJECTED, after)
    review("approved", ReviewDecision.APPROVED, after)
    review("undone", ReviewDecision.OPEN, after)
    assert unseen(storage) == LaterChanges(received=1, changed=1, withdrawn=1, reviewed=2)
    with storage.read() as session:
        assert changes_since(session, WAVE, run_at, areas=["990101002001"]) == LaterChanges()
    with pytest.raises(ReleaseError) as refused:
        release(storage)
    assert refused.value.gaps == ("answers_after_run",)
    add_run(storage, WAVE, after + timedelta(hours=1))
    assert unseen(storage).total == 5, "what is public is still the edition of before"
    assert release(storage) == 2
    assert unseen(storage) == LaterChanges()


def unseen(storage: Storage) -> LaterChanges:
    found = review_release(storage, WAVE, DISTRICT)
    assert found is not None
    return found.unseen


def test_account_of_a_street_reviews_nothing(storage: Storage) -> None:
    store_closed_wave(storage)
    assert review_release(storage, WAVE, STREET) is None
    review = review_release(storage, WAVE, DISTRICT)
    assert review is not None
    assert (review.gaps, review.places, review.shown) == ((), 5, 10)
    assert json.dumps(review.newest) == "null"
