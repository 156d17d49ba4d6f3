"""Follow jobs: an account's own, one of them, the file that came of it; cancel one; whether any is due."""

from datetime import datetime
from pathlib import Path

from survey.actions.jobs.kinds import ended
from survey.jobs.job import Job, JobError, JobStatus
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.jobs import ask_to_cancel, delete_jobs_past, find_job, is_due, jobs_of, newest_jobs

_SHOWN = 100


def list_jobs(storage: Storage, account: str) -> list[Job]:
    with storage.read() as session:
        return jobs_of(session, account, _SHOWN)


def all_jobs(storage: Storage) -> list[Job]:
    """The newest of everybody, for who keeps the installation running."""
    with storage.read() as session:
        return newest_jobs(session, _SHOWN)


def find_any_job(storage: Storage, job_id: str) -> Job:
    """Raises `JobError` for an unknown one."""
    with storage.read() as session:
        job = find_job(session, job_id)
    if job is None:
        raise JobError(f"job: expected the id of a job, found {job_id!r}; `flask jobs list` shows them")
    return job


def own_job(storage: Storage, job_id: str, account: str) -> Job | None:
    """None for an unknown job and for somebody else's."""
    with storage.read() as session:
        job = find_job(session, job_id)
    return job if job is not None and job.asked_by == account else None


def file_of(job: Job, folder: Path) -> Path | None:
    """What can be downloaded; None when nothing came of it or its time is over."""
    path = folder / job.id / "result" / job.file if job.file else None
    return path if path is not None and path.is_file() else None


def cancel_job(storage: Storage, job: Job, now: datetime, actor: str) -> None:
    """A waiting job ends at once, a running one within seconds; one that is over stays as it is."""
    with storage.write() as session:
        ask_to_cancel(session, job.id, now)
        session.expire_all()
        found = find_job(session, job.id)
        if found is not None and found.status is JobStatus.CANCELLED:
            ended(session, found, now, "cancelled")
        record_event(session, new_event(now, actor, "cancel_job", job.id, job.kind.value))


def is_any_due(storage: Storage, now: datetime) -> bool:
    with storage.read() as session:
        return is_due(session, now)


def delete_past_jobs(storage: Storage, now: datetime) -> list[str]:
    """Delete the rows of jobs whose time is over; their ids, whose folders the caller removes."""
    with storage.write() as session:
        return delete_jobs_past(session, now)
