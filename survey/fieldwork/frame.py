"""The list that a sample is drawn from, and the record of the draw. Step 2 of the flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survey.fieldwork.case import FieldworkError


@dataclass(frozen=True)
class FrameDwelling:
    """One dwelling of the frame. `stratum` and `psu` are the first stage's; `eligible_persons` None if not known."""

    id: str
    area: str
    stratum: str
    psu: str
    address: str
    route_order: int = 0
    eligible_persons: int | None = None


@dataclass(frozen=True)
class SamplingFrame:
    """What was uploaded: the file by name and sha256, and its number of dwellings."""

    wave: str
    sha256: str
    file: str
    dwellings: int
    uploaded_at: datetime
    uploaded_by: str


class DrawMethod(StrEnum):
    PPS = "pps"  # PSUs with probability proportional to their dwellings, systematically
    EQUAL = "equal"  # PSUs with equal probability
    UPLOADED = "uploaded"  # drawn elsewhere; the file tells the probabilities


@dataclass(frozen=True)
class DrawPlan:
    """How many PSUs of each stratum, how many dwellings of each PSU, and how many more as replacements.

    The same frame, plan and `seed` give the same sample.
    """

    psus: Mapping[str, int]
    per_psu: int
    seed: int
    method: DrawMethod = DrawMethod.PPS
    reserve_per_psu: int = 0

    def __post_init__(self) -> None:
        if not self.psus or any(n < 1 for n in self.psus.values()):
            raise FieldworkError(f"psus: expected at least 1 in every stratum, found {dict(self.psus)}")
        if self.per_psu < 1:
            raise FieldworkError(f"dwellings of a PSU: expected at least 1, found {self.per_psu}")
        if self.seed < 0 or self.reserve_per_psu < 0:
            raise FieldworkError(f"seed and reserve: expected 0 or more, found {self.seed} and {self.reserve_per_psu}")
        if self.method is DrawMethod.UPLOADED:
            raise FieldworkError("method: expected pps or equal, found uploaded")


@dataclass(frozen=True)
class SampleDraw:
    """The record of a wave's draw; `plan` is None for a sample that was drawn elsewhere and uploaded."""

    wave: str
    sha256: str
    plan: DrawPlan | None
    cases: int
    reserve: int
    drawn_at: datetime
    drawn_by: str
