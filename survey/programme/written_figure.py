"""Step 8: one figure as it is written. A written figure never crosses its target by rounding."""

_MOST_DECIMALS = 6


def written_figure(value: float, score: bool, target: float | None = None) -> str:
    """A rate as per cent, a score as points, with one decimal, or more where one would hide on which side it lies.

    >>> written_figure(0.8341, score=False), written_figure(83.41, score=True)
    ('83.4%', '83.4')
    >>> written_figure(0.79996, score=False, target=0.8)
    '79.996%'
    """
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


def _side(number: float, goal: float) -> int:
    gap = number - goal
    return 0 if abs(gap) < 1e-9 else 1 if gap > 0 else -1
