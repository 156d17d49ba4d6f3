"""Days and moments as official papers write them in a sentence. Step 8."""

from datetime import date, datetime

from survey.programme.wave import OFFICE_TIME


def chinese_day(day: date) -> str:
    """A day; a moment counts as its day at the office.

    >>> chinese_day(date(2026, 5, 1))
    '2026年5月1日'
    """
    if isinstance(day, datetime):
        day = day.astimezone(OFFICE_TIME).date()
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_days(first: date, last: date) -> str:
    """From one day to another; the year stands twice where it changes.

    >>> chinese_days(date(2026, 5, 1), date(2026, 6, 3)), chinese_days(date(2026, 12, 1), date(2027, 1, 3))
    ('2026年5月1日—6月3日', '2026年12月1日—2027年1月3日')
    """
    from_, to = chinese_day(first), chinese_day(last)
    year = from_[: from_.index("年") + 1]
    return f"{from_}—{to.removeprefix(year)}"


def chinese_moment(moment: datetime) -> str:
    """Day, hour and minute at the office."""
    return f"{chinese_day(moment)}{moment.astimezone(OFFICE_TIME):%H:%M}"
