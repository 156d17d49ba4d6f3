"""One person's answers as they arrive (`Submission`) and as they are kept (`Response`). Steps 3 and 4 of the flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survey.instrument.answers import AnswerValue
from survey.instrument.canonical import canonical_bytes
from survey.invitation.invitation import SelectionDesign
from survey.response.suspicion import NOTHING_SUSPICIOUS, Suspicion

Answers = Mapping[str, AnswerValue]
# The doorstep questionnaire's item about who else was present, and its codes for people of the authorities.
PRESENT_ITEM, OFFICIALS = "interview_present", frozenset({"3", "5"})


class Source(StrEnum):
    """Where a response comes from decides what may be said (domain rules: PROB a drawn sample, QR self-selected)."""

    PROB = "prob"
    QR = "qr"


class Mode(StrEnum):
    SELF = "self"
    INTERVIEWER = "interviewer"
    PHONE = "phone"
    PAPER = "paper"


class Purpose(StrEnum):
    """Only live responses count. A withdrawn one was live, until the person took it back."""

    LIVE = "live"
    TEST = "test"
    PREVIEW = "preview"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Submission:
    """A checked, canonical set of answers on its way into storage.

    `response_id` was made when the form opened. `code` is the access code that was used; it is kept with the answer
    for posters only, because a household's code would link the answer to an address. `edition` is 1 for the first
    answer and counts on when the person changes it; `order_seed` is set when the blocks were shown in a random order.
    """

    wave: str
    response_id: str
    questionnaire: str
    version: int
    answers: Answers
    source: Source
    mode: Mode
    purpose: Purpose
    language: str
    area: str | None
    started_at: datetime
    code: str | None = None
    single_use: bool = False
    design: SelectionDesign | None = None
    interviewer: str | None = None
    edition: int = 1
    order_seed: int | None = None

    def content(self) -> bytes:
        """The canonical bytes whose sha256 tells equal content from other content.

        A later edition names its number: who changes an answer and changes it back sends three contents, not two.
        """
        edition = {"edition": self.edition} if self.edition > 1 else {}
        return canonical_bytes(
            {
                "wave": self.wave,
                "response": self.response_id,
                "questionnaire": self.questionnaire,
                "version": self.version,
                "answers": dict(self.answers),
            }
            | edition
        )


@dataclass(frozen=True)
class Withdrawal:
    """A person takes an answer back: an edition without answers."""

    wave: str
    response_id: str
    edition: int

    def content(self) -> bytes:
        """The canonical bytes that the ledger keeps in the place of answers."""
        return canonical_bytes(
            {"wave": self.wave, "response": self.response_id, "edition": self.edition, "withdrawn": True}
        )


@dataclass(frozen=True)
class Response:
    """One person's answers as they are kept. `poster` names a place; a household's code is never kept here.

    `suspicion` and `over_quota` are the marks beside it.
    """

    response_id: str
    version: int
    source: Source
    mode: Mode
    purpose: Purpose
    language: str
    area: str | None
    poster: str | None
    stratum: str | None
    psu: str | None
    base_weight: float | None
    interviewer: str | None
    started_at: datetime
    received_at: datetime
    answers: Answers
    order_seed: int | None = None
    suspicion: Suspicion = NOTHING_SUSPICIOUS
    over_quota: bool = False


def officials_present(response: Response) -> frozenset[str]:
    """The codes of those present at the interview who belong to the authorities; empty where nobody asked."""
    present = response.answers.get(PRESENT_ITEM)
    return OFFICIALS & set(present) if isinstance(present, list) else frozenset()
