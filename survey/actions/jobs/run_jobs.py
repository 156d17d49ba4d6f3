"""Do the jobs that are due, one after another. A job of a process that was killed is taken up again by the next one.

The claim decides: whoever takes a job writes a new one, and nothing that is done under an old one counts.
"""

import logging
import shutil
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.actions.jobs.job_run import JobRun
from survey.actions.jobs.kinds import KINDS, ended
from survey.jobs.job import KEPT, Job, JobCancelledError, JobLostError, JobStatus, RetryLaterError, retry_delay
from survey.settings import Settings
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.jobs import change_held, claim_next

Clock = Callable[[], datetime]
_MESSAGE = 4000  # signs of a message that are kept
_log = logging.getLogger(__name__)


def run_next_job(storage: Storage, settings: Settings, clock: Clock, *, kill_at_cancel: bool = False) -> bool:
    """Take the job that has been due longest and do it; False when none is due.

    `kill_at_cancel`: a cancelled job that never reports its progress is ended together with this process.
    """
    claim = str(uuid.uuid4())
    with storage.write() as session:
        job = claim_next(session, clock(), claim)
    if job is None:
        return False
    run = JobRun(storage, settings, job, claim, clock)
    if job.cancel_asked:
        _finish(run, JobStatus.CANCELLED, "cancelled")
    elif job.attempts > job.most_attempts:
        _finish(run, JobStatus.FAILED, f"the process that worked on it ended {job.most_attempts} times")
    else:
        _do(run, (lambda: _die(run)) if kill_at_cancel else None)
    return True


def _do(run: JobRun, give_up: Callable[[], None] | None) -> None:
    shutil.rmtree(run.result_folder, ignore_errors=True)
    run.result_folder.mkdir(parents=True)
    beating = threading.Thread(target=run.beat_until_over, args=(give_up,), daemon=True)
    beating.start()
    try:
        outcome = KINDS[run.job.kind](run)
        if not run.is_settled:
            with run.storage.write() as session:
                run.settle(session, outcome.message[:_MESSAGE], outcome.file)
    except JobLostError:
        _log.warning("job %s was taken by another process; what this one did does not count", run.job.id)
    except JobCancelledError:
        _finish(run, JobStatus.CANCELLED, "cancelled")
    except RetryLaterError as error:
        _again_or_failed(run, str(error), error.delay)
    except ValueError as error:
        _finish(run, JobStatus.FAILED, str(error))  # a fault of what was asked for: another attempt would find it too
    except (KeyboardInterrupt, SystemExit):
        _again(run, "the process was stopped", timedelta(0), spent=0)
        raise
    except Exception as error:
        _log.exception("job %s (%s) failed at attempt %s", run.job.id, run.job.kind, run.job.attempts)
        _again_or_failed(run, f"{type(error).__name__}: {error}", retry_delay(run.job.attempts))
    finally:
        run.end()
        beating.join()


def _again_or_failed(run: JobRun, message: str, delay: timedelta) -> None:
    if run.job.attempts >= run.job.most_attempts:
        _finish(run, JobStatus.FAILED, message)
    else:
        _again(run, message, delay, spent=1)


def _again(run: JobRun, message: str, delay: timedelta, spent: int) -> None:
    values: dict[str, object] = {"status": JobStatus.WAITING.value, "claim": None, "due_at": run.clock() + delay}
    values |= {"message": message[:_MESSAGE], "attempts": run.job.attempts - 1 + spent}
    with run.storage.write() as session:
        change_held(session, run.job.id, run.claim, values)


def _finish(run: JobRun, status: JobStatus, message: str) -> None:
    with run.storage.write() as session:
        _end(session, run.job, run.claim, status, message, run.clock())


def _end(session: Session, job: Job, claim: str, status: JobStatus, message: str, now: datetime) -> None:
    values = {"status": status.value, "only_one": None, "claim": None, "message": message[:_MESSAGE]}
    if change_held(session, job.id, claim, values | {"finished_at": now, "keep_until": now + KEPT}):
        ended(session, job, now, message)
        record_event(session, new_event(now, job.asked_by, f"job_{status.value}", job.id, message[:200]))


def _die(run: JobRun) -> None:
    """End the job and this process; what it had written and not committed is undone by the database."""
    import os

    _finish(run, JobStatus.CANCELLED, "cancelled")
    os._exit(0)
