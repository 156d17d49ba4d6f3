"""Step 4: AAPOR's outcome rates of a drawn sample: response, cooperation, refusal, contact."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ResponseRates:
    """Rates by AAPOR's names (RR1 …), in 0..1, None where a denominator is empty; replacements are not in them.

    `counts`: dwellings by class (I, P, R, NC, O, UH, UO, NE); `rates` by dwellings, `weighted` by base weights; `e`:
    the share of the dwellings of unknown eligibility that is taken as eligible.
    """

    counts: Mapping[str, int]
    rates: Mapping[str, float | None]
    weighted: Mapping[str, float | None]
    e: float | None

    def __post_init__(self) -> None:
        if set(self.rates) != set(self.weighted):
            raise ValueError("response rates: expected the same names by dwellings and by base weights")
