"""A job: long work that somebody asked for and that another process does. Steps 6 to 8 of the flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STALE = timedelta(seconds=45)  # a job whose process gave no sign for longer has lost it
KEPT = timedelta(days=7)  # how long a finished job and its file stay


class JobKind(StrEnum):
    """What a job does; `survey/actions/jobs/kinds.py` names the function of each."""

    ANALYSIS = "analysis"
    EXPORT = "export"
    REPORT = "report"
    EVIDENCE = "evidence"
    PRINT = "print"
    IMPORT = "import"
    WEBHOOK = "webhook"
    QUESTION = "question"
    PATTERNS = "patterns"


class JobStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED})


class JobError(ValueError):
    """A job cannot be asked for, cancelled or found; the message says what was expected and found."""


class JobCancelledError(Exception):
    """Somebody cancelled the job that is being done."""


class JobLostError(Exception):
    """The job belongs to another process by now; nothing of this one's work may count."""


class RetryLaterError(Exception):
    """The work could not be done now and is worth another attempt after `delay`."""

    def __init__(self, message: str, delay: timedelta) -> None:
        super().__init__(message)
        self.delay = delay


@dataclass(frozen=True)
class Job:
    """`done` of `total` steps are behind it; `file`: the name of what can be downloaded until `keep_until`.

    `attempts` counts how often a process took it; after `most_attempts` it is given up.
    """

    id: str
    kind: JobKind
    wave: str | None
    parameters: Mapping[str, str]
    asked_by: str
    asked_at: datetime
    due_at: datetime
    status: JobStatus
    attempts: int = 0
    most_attempts: int = 3
    done: int = 0
    total: int = 0
    message: str = ""
    file: str | None = None
    finished_at: datetime | None = None
    keep_until: datetime | None = None
    cancel_asked: bool = False

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100; None while nobody can tell."""
        if self.status is JobStatus.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else None


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after this attempt: 15 seconds, then four times as long each time, at most 6 hours.

    >>> [retry_delay(number).total_seconds() for number in (1, 2, 3)]
    [15.0, 60.0, 240.0]
    """
    return min(timedelta(seconds=15 * int(4 ** min(attempts - 1, 8))), timedelta(hours=6))
