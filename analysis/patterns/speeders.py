"""Answers given faster than the questions can be read, or much faster than by most (step 5).

Two limits: one from the length of the text, which does not move when many cheat, and one from the times themselves,
which knows how this questionnaire is really answered and how unlike people's times are.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag

_UPPER_QUARTILE, _LOWEST = 0.6745, 2.5758  # normal quantiles of 75 % and 99.5 %


def speeders(
    seconds: ArrayLike,
    *,
    characters: ArrayLike | None = None,
    characters_per_second: float = 15.0,
    median_fraction: float = 1 / 3,
) -> Pattern:
    """Durations, shape (n,) in seconds (NaN unknown), below the larger of the two limits.

    Reading limit: characters / characters_per_second, `characters` being the Chinese characters of the questions asked
    (one number, or one per answer when some skip questions). 15 per second is skimming, more than twice as fast as
    adults usually read; this project's choice. Median limit: `median_fraction` of the median duration (a half or a
    third are the usual rules of thumb), or the lower half per cent of a lognormal distribution where that is less: its
    sigma is the distance from the median to the upper quartile of ln(duration), which people who hurry do not move.
    `observed` is the duration, `expected` the limit. Raises PatternError.

    >>> speeders([20, 100, 120, 130, 150], characters=450).evidence[0].expected
    40.0
    """
    duration = np.asarray(seconds, dtype=np.float64)
    known = np.isfinite(duration)
    if duration.ndim != 1 or not known.any() or (duration[known] < 0).any():
        raise PatternError("seconds: expected durations (n,) of 0 or more, at least one of them known")
    if not (characters_per_second > 0 and 0 <= median_fraction < 1):
        raise PatternError("expected characters_per_second > 0 and median_fraction from 0 to below 1")
    limit = np.full(len(duration), _usual_limit(duration[known], median_fraction))
    if characters is not None:
        limit = np.maximum(limit, np.asarray(characters, dtype=np.float64) / characters_per_second)
    fast = np.flatnonzero(known & (duration < limit))
    evidence = [
        Evidence(f"answer {row + 1}", (int(row),), float(duration[row]), float(limit[row]))
        for row in fast[np.argsort(duration[fast] / limit[fast], kind="stable")]
    ]
    reading = "" if characters is None else f" or {characters_per_second:g} characters per second"
    rule = f"faster than {median_fraction:.0%} of the median, than 99.5% where times differ more{reading}"
    return flag("speeders", "seconds", rule, evidence, len(duration))


def _usual_limit(duration: NDArray[np.float64], fraction: float) -> float:
    median, upper = np.quantile(duration, (0.5, 0.75))
    sigma = float(np.log(upper / median)) / _UPPER_QUARTILE if median > 0 else 0.0
    return float(median) * min(fraction, float(np.exp(-_LOWEST * sigma)))
