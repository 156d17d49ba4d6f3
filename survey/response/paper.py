"""A printed form and what two people typed in from it. Steps 3 and 4 of the flow.

The form's code is printed as QR on every sheet. It names a community and how dwellings were drawn there, no dwelling.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from survey.instrument.answers import AnswerValue
from survey.invitation.invitation import SelectionDesign


class PaperError(ValueError):
    """A form or an entry that cannot be; the message says what was expected and what was found."""


@dataclass(frozen=True)
class PaperForm:
    """One printed form. `response_id` was made when it was printed: however often it is entered, it counts once."""

    wave: str
    code: str
    response_id: str
    area: str
    design: SelectionDesign
    printed_at: datetime
    printed_by: str


@dataclass(frozen=True)
class PaperEntry:
    """What one person typed in. Pass 1 and 2 are by different people, pass 3 settles where they disagree.

    `eligible_persons`: people of the household who could have been drawn; the weight needs it.
    """

    wave: str
    code: str
    number: int
    answers: Mapping[str, AnswerValue]
    eligible_persons: int
    by: str
    at: datetime

    def __post_init__(self) -> None:
        if self.eligible_persons < 1:
            raise PaperError(f"form {self.code}: eligible persons: expected at least 1, found {self.eligible_persons}")
        if self.number not in {1, 2, 3}:
            raise PaperError(f"form {self.code}: pass: expected 1, 2 or 3, found {self.number}")


def disagreements(first: PaperEntry, second: PaperEntry) -> tuple[str, ...]:
    """Names of the items that the two passes have differently, `eligible_persons` for the household's size."""
    names = [*first.answers, *(name for name in second.answers if name not in first.answers)]
    differ = [name for name in names if first.answers.get(name) != second.answers.get(name)]
    return (*differ, *(["eligible_persons"] if first.eligible_persons != second.eligible_persons else []))
