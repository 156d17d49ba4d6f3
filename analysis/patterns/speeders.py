"""Answers given faster than the questions can be read, or much faster than by most (step 5).

Two limits: one from the length of the text, which does not move when many cheat, and one from the median, which knows
how this questionnaire is really answered.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag


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
    third are the usual rules of thumb). `observed` is the duration, `expected` the limit. Raises PatternError.

    >>> speeders([20, 100, 120, 130, 150], characters=450).evidence[0].expected
    40.0
    """
    duration = np.asarray(seconds, dtype=np.float64)
    known = np.isfinite(duration)
    if duration.ndim != 1 or not known.any() or (duration[known] < 0).any():
        raise PatternError("seconds: expected durations (n,) of 0 or more, at least one of them known")
    if not (characters_per_second > 0 and 0 <= median_fraction < 1):
        raise PatternError("expected characters_per_second > 0 and median_fraction from 0 to below 1")
    limit = np.full(len(duration), median_fraction * float(np.median(duration[known])))
    if characters is not None:
        limit = np.maximum(limit, np.asarray(characters, dtype=np.float64) / characters_per_second)
    fast = np.flatnonzero(known & (duration < limit))
    evidence = [
        Evidence(f"answer {row + 1}", (int(row),), float(duration[row]), float(limit[row]))
        for row in fast[np.argsort(duration[fast] / limit[fast], kind="stable")]
    ]
    reading = "" if characters is None else f" or {characters_per_second:g} characters per second"
    rule = f"faster than {median_fraction:.0%} of the median{reading}"
    return flag("speeders", "seconds", rule, evidence, len(duration))
