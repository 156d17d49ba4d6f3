"""A job while it is done: its folder, its signs of life, and the claim that decides whether its work counts."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from survey.jobs.job import KEPT, Job, JobCancelledError, JobLostError, JobStatus
from survey.settings import Settings
from survey.storage import Storage, StorageUnavailableError
from survey.storage.jobs import beat, change_held

BEAT_SECONDS = 3.0
_GRACE_BEATS = 3  # a cancelled job that does not look up for so long is ended with its process


@dataclass
class JobRun:
    """What the function of a kind works with. `report` is called with the steps done and their number."""

    storage: Storage
    settings: Settings
    job: Job
    claim: str
    clock: Callable[[], datetime]
    _steps: tuple[int, int] = (0, 0)
    _lost: bool = False
    _cancelled: bool = False
    _settled: bool = False
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def folder(self) -> Path:
        """Where the files that came with the job are."""
        return jobs_folder(self.settings) / self.job.id

    @property
    def result_folder(self) -> Path:
        """Where the job writes; emptied before each attempt."""
        return self.folder / "result"

    @property
    def is_settled(self) -> bool:
        return self._settled

    def report(self, done: int, total: int) -> None:
        """Raises `JobCancelledError` and `JobLostError`, which end the work."""
        self._steps = (done, total)
        if self._lost:
            raise JobLostError(self.job.id)
        if self._cancelled:
            raise JobCancelledError(self.job.id)

    def settle(self, session: Session, message: str = "", file: str | None = None) -> None:
        """End the job as done, in the transaction of its effect: both are stored, once, or neither.

        Raises `JobLostError` when another process holds the job by now; the transaction is then to be undone.
        """
        now = self.clock()
        over: dict[str, object] = {"status": JobStatus.DONE.value, "only_one": None, "message": message, "file": file}
        over |= {"claim": None, "finished_at": now, "keep_until": now + KEPT, "done": 1, "total": 1}
        if not change_held(session, self.job.id, self.claim, over):
            raise JobLostError(self.job.id)
        self._settled = True

    def beat_until_over(self, give_up: Callable[[], None] | None) -> None:
        """For a thread: tells the database that the job is alive, and the job that it was cancelled or lost."""
        ignored = 0
        while not self._over.wait(BEAT_SECONDS):
            try:
                with self.storage.write() as session:
                    cancelled = beat(session, self.job.id, self.claim, self.clock(), *self._steps)
            except StorageUnavailableError:
                continue  # the work's own transaction may hold the database; the next beat comes soon
            if cancelled is None and not self._over.is_set():
                self._lost = True
            elif cancelled:
                self._cancelled, ignored = True, ignored + 1
                if give_up is not None and ignored > _GRACE_BEATS:
                    give_up()

    def end(self) -> None:
        self._over.set()


def jobs_folder(settings: Settings) -> Path:
    return settings.var / "jobs"
