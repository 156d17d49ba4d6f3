"""Jobs: one row each. Who works on it holds its `claim`; whatever is written about it asks for that claim."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.jobs.job import KEPT, OVER, STALE, Job, JobKind, JobStatus
from survey.storage.base import Base


class JobRow(Base):
    __tablename__ = "job"
    __table_args__ = (Index(None, "status", "due_at"), Index(None, "asked_by", "asked_at"))

    job_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    wave: Mapped[str | None] = mapped_column(String(60))
    parameters: Mapped[str] = mapped_column(Text)  # JSON
    only_one: Mapped[str | None] = mapped_column(String(120), unique=True)  # emptied when the job is over
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int]
    most_attempts: Mapped[int]
    claim: Mapped[str | None] = mapped_column(String(36))
    beat_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    done: Mapped[int]
    total: Mapped[int]
    message: Mapped[str] = mapped_column(Text, default="")
    file: Mapped[str | None] = mapped_column(String(200))
    finished_at: Mapped[datetime | None]
    keep_until: Mapped[datetime | None]


def insert_job(session: Session, job: Job, only_one: str | None) -> None:
    """Raises `IntegrityError` when a job with the same `only_one` is not over yet."""
    session.add(
        JobRow(
            job_id=job.id,
            kind=job.kind.value,
            wave=job.wave,
            parameters=json.dumps(dict(job.parameters), ensure_ascii=False),
            only_one=only_one,
            asked_by=job.asked_by,
            asked_at=job.asked_at,
            due_at=job.due_at,
            status=job.status.value,
            attempts=0,
            most_attempts=job.most_attempts,
            done=0,
            total=0,
        )
    )
    session.flush()


def find_job(session: Session, job_id: str) -> Job | None:
    row = session.get(JobRow, job_id)
    return None if row is None else _read(row)


def find_only_one(session: Session, only_one: str) -> str | None:
    """The id of the job that holds this key and is not over."""
    return session.scalars(select(JobRow.job_id).where(JobRow.only_one == only_one)).first()


def jobs_of(session: Session, asked_by: str, limit: int) -> list[Job]:
    """The newest first."""
    query = select(JobRow).where(JobRow.asked_by == asked_by).order_by(JobRow.asked_at.desc(), JobRow.job_id)
    return [_read(row) for row in session.scalars(query.limit(limit))]


def newest_jobs(session: Session, limit: int) -> list[Job]:
    query = select(JobRow).order_by(JobRow.asked_at.desc(), JobRow.job_id).limit(limit)
    return [_read(row) for row in session.scalars(query)]


def is_due(session: Session, now: datetime) -> bool:
    return session.scalars(select(JobRow.job_id).where(_due(now)).limit(1)).first() is not None


def claim_next(session: Session, now: datetime, claim: str) -> Job | None:
    """Take the job that has been due longest; None when there is none. One that waits to be cancelled comes too."""
    query = select(JobRow).where(_due(now)).order_by(JobRow.due_at, JobRow.job_id).limit(1)
    row = session.scalars(query.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    row.status, row.claim, row.beat_at = JobStatus.RUNNING.value, claim, now
    row.attempts += 1
    row.done = row.total = 0
    session.flush()
    return _read(row)


def beat(session: Session, job_id: str, claim: str, now: datetime, done: int, total: int) -> bool | None:
    """Say that the job is alive and how far it is. Whether it is to be cancelled; None when it is somebody else's."""
    alive = _held(job_id, claim).values(beat_at=now, done=done, total=total)
    found = session.execute(alive.returning(JobRow.cancel_asked_at)).first()
    return None if found is None else found[0] is not None


def change_held(session: Session, job_id: str, claim: str, values: Mapping[str, Any]) -> bool:
    """Write about a job that `claim` still holds; False when it does not."""
    return session.execute(_held(job_id, claim).values(values).returning(JobRow.job_id)).first() is not None


def ask_to_cancel(session: Session, job_id: str, now: datetime) -> None:
    """A waiting job ends at once; a running one is ended by the process that holds it."""
    waiting = update(JobRow).where(JobRow.job_id == job_id, JobRow.status == JobStatus.WAITING.value)
    over: dict[str, object] = {
        "status": JobStatus.CANCELLED.value,
        "only_one": None,
        "finished_at": now,
        "cancel_asked_at": now,
    }
    over |= {"keep_until": now + KEPT}
    if session.execute(waiting.values(over).returning(JobRow.job_id)).first() is None:
        running = update(JobRow).where(JobRow.job_id == job_id, JobRow.status == JobStatus.RUNNING.value)
        session.execute(running.values(cancel_asked_at=now))


def delete_jobs_past(session: Session, now: datetime) -> list[str]:
    """Delete jobs that are over and whose time is over; their ids."""
    past = delete(JobRow).where(JobRow.status.in_([status.value for status in OVER]), JobRow.keep_until < now)
    return list(session.scalars(past.returning(JobRow.job_id)))


def _due(now: datetime) -> Any:
    waiting = and_(JobRow.status == JobStatus.WAITING.value, JobRow.due_at <= now)
    return or_(waiting, and_(JobRow.status == JobStatus.RUNNING.value, JobRow.beat_at < now - STALE))


def _held(job_id: str, claim: str) -> Any:
    return update(JobRow).where(JobRow.job_id == job_id, JobRow.claim == claim)


def _read(row: JobRow) -> Job:
    return Job(
        id=row.job_id,
        kind=JobKind(row.kind),
        wave=row.wave,
        parameters=json.loads(row.parameters),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        due_at=row.due_at,
        status=JobStatus(row.status),
        attempts=row.attempts,
        most_attempts=row.most_attempts,
        done=row.done,
        total=row.total,
        message=row.message,
        file=row.file,
        finished_at=row.finished_at,
        keep_until=row.keep_until,
        cancel_asked=row.cancel_asked_at is not None,
    )
