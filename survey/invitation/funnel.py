"""A poster's funnel: how many scanned, opened, started and sent, and what waits for review. Numbers, never people."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What is counted as it happens. Sent answers are counted from the answers themselves, which are never lost."""

    SCANNED = "scanned"  # the notice was opened through the printed address
    OPENED = "opened"  # the first question, or the page with all questions, was shown untouched
    STARTED = "started"  # something was filled in: once for each form
    FLAGGED = "flagged"  # kept for review: another answer has the same id, or the marks say so


@dataclass(frozen=True)
class Funnel:
    """The numbers of one poster, in all or of one day.

    Counters live in memory for some seconds before they are stored: a crash loses those, never an answer. A page that
    is loaded twice counts twice.
    """

    scanned: int = 0
    opened: int = 0
    started: int = 0
    sent: int = 0
    flagged: int = 0
