"""A household asked once more, whether the first visit took place as it was noted down. Step 4 of the flow.

It checks the fieldwork and asks nothing about the city, so it belongs to the case and not to an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

QUESTIONNAIRE, VERSION = "recontact", 1


@dataclass(frozen=True)
class Recontact:
    """One interviewed case that was drawn at random; `answers` by item, None until the household was reached."""

    wave: str
    case: str
    interviewer: str
    seed: int
    drawn_at: datetime
    answers: Mapping[str, object] | None = None
    recorded_by: str | None = None
    recorded_at: datetime | None = None
