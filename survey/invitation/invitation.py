"""An invitation: what one printed code stands for. A poster is open to all; a letter holds one household's answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survey.instrument.text import Text


class UnknownCodeError(ValueError):
    """Nobody was invited with this code: mistyped, or never issued."""


class RetiredCodeError(ValueError):
    """The code was taken out of use; the message names it."""


class InvitationKind(StrEnum):
    POSTER = "poster"
    LETTER = "letter"


class PlaceType(StrEnum):
    """Where a poster hangs; decides the rotating item of the pulse form."""

    HEALTH = "health"
    BUS = "bus"
    SCHOOL = "school"
    SERVICE = "service"
    PARK = "park"
    HOME = "home"


@dataclass(frozen=True)
class SelectionDesign:
    """How a household came into the sample: its stratum, PSU and base weight (1 / selection probability)."""

    stratum: str
    psu: str
    base_weight: float

    def __post_init__(self) -> None:
        if not self.base_weight > 0:
            raise ValueError(f"base weight: expected a number above 0, found {self.base_weight!r}")


@dataclass(frozen=True)
class Invitation:
    """One code of a wave. `design` is set for letters (a drawn sample) and None for posters."""

    wave: str
    code: str
    kind: InvitationKind
    area: str
    place: Text
    place_type: PlaceType
    design: SelectionDesign | None = None
    retired_at: datetime | None = None

    @property
    def retired(self) -> bool:
        return self.retired_at is not None
