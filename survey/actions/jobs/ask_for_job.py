"""Ask for a job: one row in the caller's transaction or in an own one; a worker process takes it from there."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.jobs.job import Job, JobKind, JobStatus
from survey.storage import Storage
from survey.storage.jobs import find_only_one, insert_job


def ask_for_job(
    storage: Storage,
    kind: JobKind,
    *,
    actor: str,
    now: datetime,
    wave: str | None = None,
    parameters: Mapping[str, str] | None = None,
    only_one: str | None = None,
    inputs: Mapping[str, bytes] | None = None,
    folder: Path | None = None,
) -> str:
    """The id of the job, or of the one with the same `only_one` that is not over yet.

    `inputs`: files that the job reads, by name; they are put into `folder`/ID before anybody can take the job.
    """
    job_id = str(uuid.uuid4())
    if inputs and folder is not None:
        place = folder / job_id
        place.mkdir(parents=True)
        for name, content in inputs.items():
            (place / Path(name).name).write_bytes(content)
    try:
        with storage.write() as session:
            return add_job(session, kind, job_id, actor, now, wave, parameters or {}, only_one)
    except IntegrityError:
        with storage.read() as session:
            there = only_one and find_only_one(session, only_one)
        if not there:
            raise
        return there


def add_job(
    session: Session,
    kind: JobKind,
    job_id: str,
    actor: str,
    now: datetime,
    wave: str | None,
    parameters: Mapping[str, str],
    only_one: str | None = None,
    most_attempts: int = 3,
    due_at: datetime | None = None,
) -> str:
    """For actions whose own rows and the job belong into one transaction. Raises `IntegrityError`, see `insert_job`."""
    there = find_only_one(session, only_one) if only_one else None
    if there is not None:
        return there
    waiting = JobStatus.WAITING
    job = Job(job_id, kind, wave, parameters, actor, now, due_at or now, waiting, most_attempts=most_attempts)
    insert_job(session, job, only_one)
    return job_id
