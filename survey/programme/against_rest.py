"""Step 8: how an area differs from the rest of its district in one indicator, read from estimates.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CREDIBLE = 0.05


@dataclass(frozen=True)
class AgainstRest:
    """`difference`: the area's figure minus that of all other areas of its level, in 0..1 (rate) or points (score).

    `p_adjusted`: two-sided, by Holm's steps over all areas of the indicator; None where nothing could be tested.
    """

    indicator: str
    area: str
    difference: float | None
    p_adjusted: float | None

    @property
    def is_credibly_lower(self) -> bool:
        """Whether the area is lower than the rest with an error of at most 5 % over all areas of the indicator."""
        if self.difference is None or self.p_adjusted is None:
            return False
        return self.difference < 0 and self.p_adjusted <= CREDIBLE


def read_against_rest(entry: Mapping[str, Any]) -> AgainstRest:
    """Raises `KeyError` when `entry` is no comparison of estimates.json, ValueError for a crossed domain."""
    (area,) = entry["domain"].values()
    return AgainstRest(entry["indicator"], area, entry["difference"], entry["p_adjusted"])
