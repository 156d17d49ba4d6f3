"""A person's decision about an answer, made without knowing where it was given. Step 4 of the flow."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewError(ValueError):
    """A decision that cannot be made; the message says why."""


class ReviewDecision(StrEnum):
    """Only a rejected answer leaves counts and analysis; it stays stored, and the decision can be undone."""

    OPEN = "open"  # decided before and opened again
    APPROVED = "approved"
    HELD = "held"  # somebody looks into it; it counts meanwhile
    REJECTED = "rejected"


@dataclass(frozen=True)
class Review:
    wave: str
    response: str
    decision: ReviewDecision
    reason: str
    by: str
    at: datetime

    def __post_init__(self) -> None:
        if self.decision in {ReviewDecision.HELD, ReviewDecision.REJECTED} and not self.reason.strip():
            raise ReviewError(f"response {self.response}: reason: expected why it is {self.decision}, found nothing")
