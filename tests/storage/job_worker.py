"""A process that does one job and is killed by the test in the middle of it, or before its effect is committed.

python -m tests.storage.job_worker URL VAR slow|before-commit
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from survey.actions.jobs import kinds
from survey.actions.jobs.job_run import JobRun
from survey.actions.jobs.kinds import JobOutcome
from survey.actions.jobs.run_jobs import run_next_job
from survey.jobs.job import JobKind
from survey.settings import Settings, read_settings
from survey.storage import Storage
from survey.storage.events import new_event, record_event

EFFECT = "effect of a job"


def settings_of(url: str, var: Path) -> Settings:
    values = {"DATABASE_URL": url, "SURVEY_VAR": str(var), "SURVEY_ENV": "test", "SECRET_KEY": "of the tests"}
    return read_settings(values)


def with_effect(run: JobRun, before_commit: Callable[[], None] = lambda: None) -> JobOutcome:
    """A job whose effect is one event, written in the transaction that ends the job."""
    with run.storage.write() as session:
        record_event(session, new_event(run.clock(), run.job.asked_by, EFFECT, run.job.id))
        session.flush()
        before_commit()
        run.settle(session)
    return JobOutcome()


def slow(run: JobRun) -> JobOutcome:
    """Says that it has begun and never ends by itself, unless it is told that it was cancelled."""
    for step in range(10_000):
        run.report(step, 10_000)
        if step == 0:
            os.write(sys.stdout.fileno(), b"begun\n")
        time.sleep(0.05)
    return JobOutcome()


def _die() -> None:
    os.write(sys.stdout.fileno(), b"begun\n")
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    url, var, what = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    work = slow if what == "slow" else lambda run: with_effect(run, _die)
    cast(dict[JobKind, object], kinds.KINDS)[JobKind.EXPORT] = work
    run_next_job(Storage(url), settings_of(url, var), lambda: datetime.now(UTC), kill_at_cancel=True)
