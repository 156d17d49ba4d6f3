"""Group commit: requests that wait at the same moment share one transaction and one fsync.

Why: a commit costs a disk flush; twenty requests that each pay one are far slower than twenty that share one. The first
request that waits leads: it commits for all, then hands the lead to the next that came meanwhile. There is no thread of
its own that could die, and a single client pays nothing. Between processes a file lock replaces SQLite's busy-waiting.
"""

import fcntl
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine

from survey.storage.outage import StorageUnavailableError, is_outage

Item = TypeVar("Item")
T = TypeVar("T")
Work: TypeAlias = Callable[[Connection, Sequence[Item]], Sequence[T]]  # one result per item, in order
LARGEST_GROUP = 64
WAIT_SECONDS = 30.0


class GroupFailedError(RuntimeError):
    """The commit of a group failed for a reason that is no outage; nothing of it was stored."""


@dataclass(eq=False)
class _Job:
    work: Work[Any, Any]
    item: Any
    woken: threading.Event = field(default_factory=threading.Event)  # finished, or chosen to lead
    leads: bool = False
    result: Any = None
    error: BaseException | None = None


class GroupCommit:
    """The queue of one process in front of one database."""

    def __init__(self, engine: Engine, lock_file: Path | None) -> None:
        self._engine = engine
        self._lock_file = lock_file
        self.forget_parent()

    def forget_parent(self) -> None:
        """Start empty; also in a forked child, which inherits a lock that may be held and jobs that are not its own."""
        self._mutex = threading.Lock()  # guards the next two fields, never held while the database works
        self._waiting: deque[_Job] = deque()
        self._led = False
        self._lock: IO[str] | None = None  # stays open: opening it takes a tenth of a commit

    def run(self, work: Work[Item, T], item: Item) -> T:
        """Hand in `item`, wait until its group is on disk, return its result or raise its error.

        `work` takes all waiting items at once; when it raises, it is called again for each item alone. It must change
        nothing but its connection. Raises `StorageUnavailableError` when its turn does not end within `WAIT_SECONDS`.
        """
        job = _Job(work, item)
        with self._mutex:
            self._waiting.append(job)
            leads = not self._led
            self._led = True
        if leads or self._chosen_to_lead(job):
            self._lead()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _chosen_to_lead(self, job: _Job) -> bool:
        """Wait for the end of the job (False) or for the lead (True)."""
        if not job.woken.wait(WAIT_SECONDS):
            with self._mutex:  # the lead is handed over under the same lock: chosen, or out of the queue, never both
                if not job.woken.is_set():
                    if job in self._waiting:
                        self._waiting.remove(job)
                    raise StorageUnavailableError(f"the database did not take the write within {WAIT_SECONDS:.0f} s")
        return job.leads

    def _lead(self) -> None:
        with self._mutex:
            group = [self._waiting.popleft() for _ in range(min(LARGEST_GROUP, len(self._waiting)))]
        try:
            self._commit(group)
        except BaseException as error:
            _fail(group, error)
            if not isinstance(error, Exception):
                raise  # the process is being ended
        finally:
            with self._mutex:
                self._led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].woken.set()
            for job in group:
                job.woken.set()

    def _commit(self, group: list[_Job]) -> None:
        with self._between_processes():
            try:
                self._run_together(group)
            except Exception as error:
                if is_outage(error):
                    raise
                if len(group) == 1:
                    group[0].error = error
                else:
                    self._run_apart(group)

    def _run_together(self, group: list[_Job]) -> None:
        jobs_of_work: defaultdict[Work[Any, Any], list[_Job]] = defaultdict(list)
        for job in group:
            jobs_of_work[job.work].append(job)
        with self._engine.begin() as connection:
            for work, jobs in jobs_of_work.items():
                for job, result in zip(jobs, work(connection, [job.item for job in jobs]), strict=True):
                    job.result = result

    def _run_apart(self, group: list[_Job]) -> None:
        """Again, each in a savepoint: one that fails takes nobody else with it. Not paid for when all is well."""
        with self._engine.begin() as connection:
            for job in group:
                try:
                    with connection.begin_nested():
                        (job.result,) = job.work(connection, [job.item])
                except Exception as error:
                    # After an outage SQLite may have ended the whole transaction: what follows would commit by itself.
                    if is_outage(error):
                        raise
                    job.error = error

    @contextmanager
    def _between_processes(self) -> Iterator[None]:
        if self._lock_file is None:
            yield
            return
        try:
            self._lock = self._lock or self._lock_file.open("a")
        except OSError as error:
            raise StorageUnavailableError(f"the lock file cannot be opened: {error}") from error
        fcntl.flock(self._lock, fcntl.LOCK_EX)  # the system releases it when the process ends, however it ends
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)


def _fail(group: list[_Job], cause: BaseException) -> None:
    """An error object of its own for every job: each is raised in another thread, which writes a traceback into it."""
    for job in group:
        job.error = StorageUnavailableError(str(cause)) if is_outage(cause) else GroupFailedError(str(cause))
        job.error.__cause__ = cause
