"""Times of an answer at the door: the day and how long it took are kept, the hour is not. Step 4 of the flow.

A visit is stored with its minute. If the answer carried its own, the two could be joined by time, and so an answer to
an address. The end of the interview is therefore written as the last second of its day (Asia/Shanghai).
"""

from datetime import datetime, time, timedelta

from survey.programme.wave import OFFICE_TIME

_LONGEST = timedelta(hours=12)


def end_of_day(moment: datetime) -> datetime:
    """The last second of the moment's day in the office's time."""
    return datetime.combine(moment.astimezone(OFFICE_TIME).date(), time(23, 59, 59), OFFICE_TIME)


def start_without_hour(started: datetime, ended: datetime) -> datetime:
    """A start that keeps the day of the interview and its duration (to the second, twelve hours at most)."""
    took = min(max(ended - started, timedelta(0)), _LONGEST)
    return end_of_day(ended) - took


def duration_of(start: datetime) -> timedelta:
    """How long an interview took whose start was written by `start_without_hour`."""
    return end_of_day(start) - start


def length_of(started: datetime, received: datetime) -> timedelta:
    """How long a form was open: by its two times, or by the start alone where the hour is not kept."""
    return duration_of(started) if received == end_of_day(received) else received - started
