"""Starts a worker process when a job is due: at once after a form was sent, else by looking every few seconds.

Only with `JOBS=server`; in production a service of its own (deploy/minyi-jobs.service) may do the jobs instead.
"""

import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, request
from werkzeug.wrappers import Response

from survey.actions import Storage, StorageUnavailableError
from survey.actions.jobs.follow_job import is_any_due
from survey.settings import PROJECT, Settings

_LOOK_SECONDS = 5.0
_COMMAND = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run", "--until-empty"]
_NICENESS = 5  # people who answer come first
_log = logging.getLogger(__name__)


def install(app: Flask, storage: Storage, settings: Settings) -> None:
    """Nothing happens before the first request: commands and forked servers start no thread by being loaded."""
    if settings.jobs != "server":
        return
    starter = JobStarter(storage, settings)
    app.before_request(starter.begin)

    @app.after_request
    def look_now(response: Response) -> Response:
        if request.method == "POST" and request.path.startswith("/staff/"):
            starter.look.set()
        return response


class JobStarter:
    """One thread for each process of the server. Jobs that a killed server left are found by its successor's."""

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self.look = threading.Event()
        self._storage, self._settings = storage, settings
        self._started = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        if self._started.acquire(blocking=False):  # never released: once for each process
            threading.Thread(target=self._watch, name="jobs", daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.look.wait(_LOOK_SECONDS)
            self.look.clear()
            try:
                self._start_if_due()
            except (StorageUnavailableError, OSError) as error:
                _log.warning("jobs wait: %s", error)
            except Exception:  # a fault, such as a table not made yet, must not end the watch of a running server
                _log.exception("jobs wait")

    def _start_if_due(self) -> None:
        if self._worker is not None and self._worker.poll() is None:
            return
        if not is_any_due(self._storage, datetime.now(UTC)):
            return
        self._worker = start_worker(self._settings.var / "jobs")


def start_worker(folder: Path) -> subprocess.Popen[bytes]:
    """A process that does every job that is due, then ends; it writes to worker.log in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "worker.log").open("ab") as log:
        worker = subprocess.Popen(  # noqa: S603 - our own command, nothing of a request in it
            _COMMAND, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    os.setpriority(os.PRIO_PROCESS, worker.pid, os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS)
    return worker
