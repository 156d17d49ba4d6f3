"""Step 8: the drawn sample beside the self-selected answers and the combined estimate, read from estimates.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SURE = 0.05  # adjusted p-value below which the samples are said to disagree


@dataclass(frozen=True)
class Beside:
    """One rate in both samples, all in 0..1; `se_*` standard errors, `rmse` of the combined estimate with its bias.

    `unweighted`: of the self-selected answers as they came; `matched`: weighted to resemble the residents.
    `share_drawn`: how much of the combined estimate is the drawn sample's.
    """

    drawn: float
    unweighted: float
    matched: float
    difference: float
    se_difference: float
    p_adjusted: float
    combined: float
    rmse: float
    share_drawn: float

    @property
    def disagrees(self) -> bool:
        """Whether the difference is more than chance, all rates of the table taken together."""
        return self.p_adjusted < SURE


@dataclass(frozen=True)
class TwoSamples:
    """The rates by indicator, how many volunteers were matched, on what one relies, and what stood in the way."""

    rates: Mapping[str, Beside]
    volunteers: int
    assumptions: tuple[str, ...]
    flags: tuple[str, ...]


def read_two_samples(entry: Mapping[str, Any] | None) -> TwoSamples | None:
    """`entry`: what stands under `two_samples` in the estimates; None for a wave that has no volunteers in it."""
    if not entry:
        return None
    rates = {
        one["indicator"]: Beside(
            drawn=one["drawn"],
            unweighted=one["volunteers_unweighted"],
            matched=one["volunteers"],
            difference=one["difference"],
            se_difference=one["se_difference"],
            p_adjusted=one["p_holm"],
            combined=one["blend"],
            rmse=one["rmse_blend"],
            share_drawn=one["share_drawn"],
        )
        for one in entry["compared"]
    }
    return TwoSamples(rates, entry["volunteers"], tuple(entry["assumptions"]), tuple(entry["flags"]))
