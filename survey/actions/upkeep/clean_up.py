"""Clean up: delete on schedule what was only kept for a while. Run daily; running it again changes nothing."""

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.actions.jobs.follow_job import delete_past_jobs
from survey.actions.opinion.send_reply_slip import delete_old_slips
from survey.actions.response.prepare_import import forget_old_files
from survey.programme.wave import OFFICE_TIME, Wave
from survey.response.resume_code import KEPT as RESUME_CODES_KEPT
from survey.response.trace import WHOLE_WAVE
from survey.storage import Storage
from survey.storage.collect import delete_attachments_until
from survey.storage.recordings import delete_recordings_until
from survey.storage.responses import DraftRow
from survey.storage.resume_codes import ResumeCodeRow
from survey.storage.traces import delete_periods, list_periods
from survey.storage.waves import list_waves

DRAFT_DAYS = 30


@dataclass(frozen=True)
class CleanedUp:
    """How many of each were deleted."""

    drafts: int
    resume_codes: int
    hashes: int
    reply_slips: int
    recordings: int = 0
    jobs: int = 0
    import_files: int = 0


def clean_up(
    storage: Storage,
    now: datetime,
    draft_days: int = DRAFT_DAYS,
    jobs_folder: Path | None = None,
    imports_folder: Path | None = None,
) -> CleanedUp:
    """Delete drafts unchanged for `draft_days`, and codes, hashes, slips and recordings past their time.

    Jobs that are over go with their folders in `jobs_folder` when their week is past; so do files in `imports_folder`
    that were uploaded and never imported.
    Each kind in a transaction of its own: what was deleted stays deleted when a later one fails.
    """
    today = now.astimezone(OFFICE_TIME).date()
    with storage.write() as session:
        unsent = delete(DraftRow).where(DraftRow.changed_on < today - timedelta(days=draft_days))
        drafts = len(session.scalars(unsent.returning(DraftRow.response_id)).all())
    with storage.write() as session:
        over = delete(ResumeCodeRow).where(ResumeCodeRow.made_on < today - RESUME_CODES_KEPT)
        resume_codes = len(session.scalars(over.returning(ResumeCodeRow.code_hash)).all())
    with storage.write() as session:
        hashes = delete_periods(session, _periods_past(session, today))
    with storage.write() as session:
        recordings = sum(_forget_recordings(session, wave, today) for wave in list_waves(session))
    jobs = delete_past_jobs(storage, now)
    if jobs_folder is not None:
        for job in jobs:
            shutil.rmtree(jobs_folder / job, ignore_errors=True)
    files = 0 if imports_folder is None else forget_old_files(storage, imports_folder, now)
    return CleanedUp(drafts, resume_codes, hashes, delete_old_slips(storage, today), recordings, len(jobs), files)


def _forget_recordings(session: Session, wave: Wave, today: date) -> int:
    """What was recorded beside visits of the wave, and files that ODK Collect sent, after the wave's `keep_days`."""
    last_day = today - timedelta(days=wave.recording.keep_days + 1)
    return delete_recordings_until(session, wave.id, last_day) + delete_attachments_until(session, wave.id, last_day)


def _periods_past(session: Session, today: date) -> list[tuple[str, str]]:
    """Wave and period of the hashes whose time is over: the wave's `keep_days` after the day, or after its end."""
    waves = {wave.id: wave for wave in list_waves(session)}
    past = []
    for wave_id, period in list_periods(session):
        wave = waves[wave_id]
        end = _end_of(wave) if period == WHOLE_WAVE else date.fromisoformat(period)
        if today > end + timedelta(days=wave.protection.keep_days):
            past.append((wave_id, period))
    return past


def _end_of(wave: Wave) -> date:
    """The last day on which answers come: when it was closed, or its approval expired."""
    if wave.closed_at is None:
        return wave.header.valid_until
    return wave.closed_at.astimezone(OFFICE_TIME).date()
