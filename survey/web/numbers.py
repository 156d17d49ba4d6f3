"""Numbers as a reader of the staff pages sees them. A shown figure never crosses its target by rounding."""

from survey.programme.figure import Limits

MISSING = "—"
_MOST_DECIMALS = 6


def as_figure(value: float | None, score: bool, target: float | None = None) -> str:
    """A rate as per cent, a score as points, with one decimal, or more where one would hide on which side it lies.

    >>> as_figure(0.8341, score=False), as_figure(83.41, score=True), as_figure(None, score=False)
    ('83.4%', '83.4', '—')
    >>> as_figure(0.79996, score=False, target=0.8)
    '79.996%'
    """
    if value is None:
        return MISSING
    number, goal = (value, target) if score else (value * 100, None if target is None else target * 100)
    decimals = next(
        (
            places
            for places in range(1, _MOST_DECIMALS)
            if goal is None or _side(round(number, places), goal) == _side(number, goal)
        ),
        _MOST_DECIMALS,
    )
    return f"{number:.{decimals}f}" + ("" if score else "%")


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


def _side(number: float, goal: float) -> int:
    gap = number - goal
    return 0 if abs(gap) < 1e-9 else 1 if gap > 0 else -1
