"""Step 2, a place where a poster is to hang: its area, its name, and what kind of place it is."""

from dataclasses import dataclass

from survey.instrument.text import Text
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType

LONGEST_NAME, LONGEST_ENGLISH = 120, 200


class PlaceError(ValueError):
    """A place breaks a rule; the message says which."""


@dataclass(frozen=True)
class PosterPlace:
    area: str
    name: Text
    type: PlaceType

    def __post_init__(self) -> None:
        if not 0 < len(self.name.zh_hans) <= LONGEST_NAME:
            raise PlaceError(f"place: expected a name of 1 to {LONGEST_NAME} characters, found {self.name.zh_hans!r}")
        if len(self.name.en) > LONGEST_ENGLISH:
            raise PlaceError(f"place: expected an English name of at most {LONGEST_ENGLISH} characters")

    @property
    def key(self) -> tuple[str, str]:
        """By which a place is known: two posters of one place would share its funnel."""
        return self.area, self.name.zh_hans

    def poster(self, wave: str, code: str) -> Invitation:
        return Invitation(wave, code, InvitationKind.POSTER, self.area, self.name, self.type)


def place_of(poster: Invitation) -> PosterPlace:
    """Where a poster hangs."""
    return PosterPlace(poster.area, poster.place, poster.place_type)
