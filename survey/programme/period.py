"""Periods of an office's rhythm: month, quarter, half-year, year. Reports of them put waves side by side."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WRITTEN = re.compile(r"(20[0-9]{2})(?:-(?:H([12])|Q([1-4])|(0[1-9]|1[0-2])))?")
_QUARTERS, _HALVES = "一二三四", ("上", "下")


class PeriodError(ValueError):
    """No period is written like this; the message says what was expected and found."""


@dataclass(frozen=True)
class Period:
    """`written`: 2026, 2026-H1, 2026-Q2 or 2026-05; `first` and `last` day; `title`: its name in Chinese."""

    written: str
    first: date
    last: date
    title: str

    @property
    def is_month(self) -> bool:
        return (self.last - self.first).days < 31

    @property
    def is_year(self) -> bool:
        return (self.last - self.first).days > 360

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def read_period(text: str) -> Period:
    """Raises `PeriodError`.

    >>> period = read_period("2026-Q2")
    >>> period.title, str(period.first), str(period.last)
    ('2026年第二季度', '2026-04-01', '2026-06-30')
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise PeriodError(f"period: expected 2026, 2026-H1, 2026-Q2 or 2026-05, found {text[:20]!r}")
    year = int(found[1])
    if found[2]:
        half = int(found[2])
        return _period(text, year, 6 * half - 5, 6, f"{year}年{_HALVES[half - 1]}半年")
    if found[3]:
        quarter = int(found[3])
        return _period(text, year, 3 * quarter - 2, 3, f"{year}年第{_QUARTERS[quarter - 1]}季度")
    if found[4]:
        return _period(text, year, int(found[4]), 1, f"{year}年{int(found[4])}月")
    return _period(text, year, 1, 12, f"{year}年")


def periods_with(day: date) -> tuple[Period, Period, Period, Period]:
    """The month, quarter, half-year and year that a day lies in.

    >>> [period.written for period in periods_with(date(2026, 8, 3))]
    ['2026-08', '2026-Q3', '2026-H2', '2026']
    """
    month, year = day.month, day.year
    written = (f"{year}-{month:02d}", f"{year}-Q{(month + 2) // 3}", f"{year}-H{(month + 5) // 6}", f"{year}")
    first, second, third, fourth = map(read_period, written)
    return first, second, third, fourth


def _period(text: str, year: int, month: int, months: int, title: str) -> Period:
    after = month + months
    next_first = date(year + (after > 12), (after - 1) % 12 + 1, 1)
    return Period(text, date(year, month, 1), next_first - timedelta(days=1), title)
