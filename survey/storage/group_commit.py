"""Group commit: requests that wait at the same moment share one transaction and one fsync.

Why: a commit costs a disk flush; twenty requests that each pay one are far slower than twenty that share one. Each
piece of work runs in a savepoint, so that one that fails takes nobody else with it. Nobody gets an answer before the
whole group is on disk. Between processes an advisory file lock replaces SQLite's busy-waiting.
"""

import fcntl
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
LARGEST_GROUP = 64


@dataclass
class _Job:
    work: Callable[[Connection], Any]
    finished: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None


class GroupCommit:
    """One writer thread per process, started with the first piece of work (and again after a fork)."""

    def __init__(self, engine: Engine, lock_file: Path | None) -> None:
        self._engine = engine
        self._lock_file = lock_file
        self._start = threading.Lock()
        self._process: int | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, work: Callable[[Connection], T]) -> T:
        """Hand in `work`, wait until its group is on disk, return its result or raise its error."""
        self._ensure_started()
        job = _Job(work)
        self._jobs.put(job)
        job.finished.wait()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def stop(self) -> None:
        """Finish what waits and end the thread."""
        with self._start:
            if self._thread is not None and self._process == os.getpid():
                self._jobs.put(None)
                self._thread.join()
            self._thread, self._process = None, None

    def _ensure_started(self) -> None:
        if self._process == os.getpid():
            return
        with self._start:
            if self._process == os.getpid():
                return
            self._jobs = queue.SimpleQueue()
            self._thread = threading.Thread(target=self._serve, name="group-commit", daemon=True)
            self._thread.start()
            self._process = os.getpid()

    def _serve(self) -> None:
        while (first := self._jobs.get()) is not None:
            group, stopping = self._collect(first)
            self._commit(group)
            if stopping:
                return

    def _collect(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _commit(self, group: list[_Job]) -> None:
        try:
            with self._between_processes(), self._engine.begin() as connection:
                for job in group:
                    self._run_in_savepoint(connection, job)
        except BaseException as error:
            for job in group:
                job.error = error
        finally:
            for job in group:
                job.finished.set()

    @staticmethod
    def _run_in_savepoint(connection: Connection, job: _Job) -> None:
        try:
            with connection.begin_nested():
                job.result = job.work(connection)
        except Exception as error:
            if connection.invalidated:
                raise
            job.error = error

    @contextmanager
    def _between_processes(self) -> Iterator[None]:
        if self._lock_file is None:
            yield
            return
        with self._lock_file.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield  # closing the file releases the lock
