"""An answer at the door keeps its day and its length, and loses its hour."""

from datetime import UTC, datetime, timedelta

from survey.response.day_only import duration_of, end_of_day, length_of, start_without_hour

TEN = datetime(2026, 5, 18, 2, 0, tzinfo=UTC)  # ten o'clock in Asia/Shanghai


def test_two_interviews_of_one_day_and_length_have_the_same_start() -> None:
    morning = start_without_hour(TEN, TEN + timedelta(minutes=9))
    evening = start_without_hour(TEN + timedelta(hours=9), TEN + timedelta(hours=9, minutes=9))
    assert morning == evening
    assert duration_of(morning) == timedelta(minutes=9)


def test_the_day_is_the_office_s_day_of_the_end() -> None:
    late = datetime(2026, 5, 18, 15, 50, tzinfo=UTC)  # ten to midnight in Asia/Shanghai
    assert end_of_day(late + timedelta(minutes=20)).date().isoformat() == "2026-05-19"
    assert duration_of(start_without_hour(late, late + timedelta(minutes=20))) == timedelta(minutes=20)


def test_a_clock_that_ran_backwards_and_a_form_left_open_have_a_length_all_the_same() -> None:
    assert duration_of(start_without_hour(TEN, TEN - timedelta(minutes=1))) == timedelta(0)
    assert duration_of(start_without_hour(TEN, TEN + timedelta(days=2))) == timedelta(hours=12)


def test_the_length_is_known_though_the_answer_came_in_days_later() -> None:
    start = start_without_hour(TEN, TEN + timedelta(minutes=9))
    assert length_of(start, end_of_day(TEN + timedelta(days=3))) == timedelta(minutes=9)
    assert length_of(TEN, TEN + timedelta(minutes=4)) == timedelta(minutes=4)
