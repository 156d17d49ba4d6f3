"""Step 8: an opinion is what a resident writes into the box: screened, numbered, handled; never part of an answer."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

TEXT_LIMIT = 1000  # signs


class OpinionError(ValueError):
    """An opinion that cannot be taken: empty, too long, or about a place or topic that is not on the list."""


class Topic(StrEnum):
    """What an opinion is about; the office sends it to a unit by this."""

    ENVIRONMENT = "environment"
    TRAFFIC = "traffic"
    FACILITIES = "facilities"
    SAFETY = "safety"
    SERVICES = "services"
    CONDUCT = "conduct"
    OTHER = "other"


class OpinionState(StrEnum):
    RECEIVED = "received"
    HANDLING = "handling"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"  # the writer says that it is solved
    REOPENED = "reopened"  # the writer says that it is not


# States in which the writer reads the unit's reply.
REPLIED_STATES = frozenset({OpinionState.ANSWERED, OpinionState.CONFIRMED})


@dataclass(frozen=True)
class Opinion:
    """`id` is made when the form opens, `code` is for the writer to ask by. The day only: a time leads to an answer.

    `area` is the street or community that it is about; the district when the writer named none.
    """

    id: str
    wave: str
    code: str
    topic: Topic
    area: str
    text: str
    language: str
    received_on: date
    state: OpinionState = OpinionState.RECEIVED
    reply: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= TEXT_LIMIT:
            raise OpinionError(f"opinion: expected 1 to {TEXT_LIMIT} signs, found {len(self.text)}")
        if (self.state in REPLIED_STATES) != bool(self.reply):
            raise OpinionError(f"opinion {self.code}: answered with a reply, or neither; found {self.state}")
