"""Count the steps of the posters' funnels: in memory at once, in the database every few seconds. Step 3 of the flow.

A page never waits for it. Numbers that are not stored yet are lost when the process is killed; answers are not.
"""

import atexit
import logging
import threading
import weakref
from collections import Counter
from datetime import date

from sqlalchemy.exc import IntegrityError

from survey.invitation.funnel import Step
from survey.storage import Storage, StorageUnavailableError
from survey.storage.funnel import StepKey, add_steps

FLUSH_SECONDS = 5.0
_ATTEMPTS = 3
_LARGEST = 20_000  # different counters that may wait while the database is away

_log = logging.getLogger(__name__)


class StepCounter:
    """The counters of one process."""

    def __init__(self, storage: Storage, flush_seconds: float = FLUSH_SECONDS) -> None:
        self._storage = storage
        self._seconds = flush_seconds
        self._lock = threading.Lock()
        self._waiting: Counter[StepKey] = Counter()
        self._timer: threading.Timer | None = None
        atexit.register(_flush_at_exit, weakref.ref(self))

    def add(self, wave: str, code: str, day: date, step: Step) -> None:
        """Count one step; it is stored some seconds later."""
        with self._lock:
            if len(self._waiting) < _LARGEST:
                self._waiting[wave, code, day, step] += 1
            self._plan()

    def flush(self) -> None:
        """Store what waits. While the database is away it goes on waiting."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
            self._timer = None
        if not taken:
            return
        try:
            self._store(taken)
        except (StorageUnavailableError, IntegrityError) as error:
            _log.warning("steps of posters wait for the database: %s", error)
            with self._lock:
                self._waiting += taken
                self._plan()

    def _plan(self) -> None:
        """One timer at a time; a daemon, so that it never keeps a process alive. The lock is held."""
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def _store(self, counts: Counter[StepKey]) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._storage.write() as session:
                    add_steps(session, counts)
            except IntegrityError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return


def _flush_at_exit(counter: "weakref.ref[StepCounter]") -> None:
    found = counter()
    if found is not None:
        found.flush()
