"""Numbers as a reader of the staff pages sees them. A shown figure never crosses its target by rounding."""

from survey.programme.figure import Limits
from survey.programme.written_figure import written_figure

MISSING = "—"


def as_figure(value: float | None, score: bool, target: float | None = None) -> str:
    """A rate as per cent, a score as points, with decimals enough to tell on which side of its target it lies.

    >>> as_figure(0.8341, score=False), as_figure(None, score=False)
    ('83.4%', '—')
    """
    return MISSING if value is None else written_figure(value, score, target)


def as_interval(limits: Limits, score: bool, target: float | None = None) -> str:
    """Both limits.

    >>> as_interval(Limits(0.791, 0.8704, 0.9, "korn-graubard"), score=False)
    '79.1%–87.0%'
    """
    return f"{as_figure(limits.lower, score, target)}–{as_figure(limits.upper, score, target)}"


def as_share(value: float | None) -> str:
    """A share as per cent with one decimal.

    >>> as_share(0.0472)
    '4.7%'
    """
    return MISSING if value is None else f"{value * 100:.1f}%"


def as_count(value: float | None) -> str:
    """A number of people or answers, rounded, with thousands set apart.

    >>> as_count(12345.6)
    '12,346'
    """
    return MISSING if value is None else f"{value:,.0f}"
