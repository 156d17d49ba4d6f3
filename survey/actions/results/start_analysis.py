"""Start the analysis of a wave as a job: another process does it, the web never loads the statistics libraries."""

import uuid
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from survey.actions.jobs.ask_for_job import add_job
from survey.jobs.job import JobKind
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow
from survey.storage.waves import require_wave


def start_analysis(storage: Storage, wave_id: str, actor: str, now: datetime) -> str:
    """The id of the job, which is the run's; one that waits or goes on is not started again.

    Raises `WaveError` for an unknown wave.
    """
    try:
        return _start(storage, wave_id, actor, now)
    except IntegrityError:  # somebody else started it in between: looked at again, it is there
        return _start(storage, wave_id, actor, now)


def _start(storage: Storage, wave_id: str, actor: str, now: datetime) -> str:
    run_id = str(uuid.uuid4())
    with storage.write() as session:
        require_wave(session, wave_id)
        job = add_job(session, JobKind.ANALYSIS, run_id, actor, now, wave_id, {}, f"analysis {wave_id}")
        if job == run_id:
            # A run of an older program, or of a restored backup, has no process any more.
            lost = update(AnalysisRunRow).where(AnalysisRunRow.wave == wave_id, AnalysisRunRow.status == "running")
            session.execute(lost.values(status="failed", finished_at=now, message="the process ended without a result"))
            session.add(AnalysisRunRow(wave=wave_id, run_id=run_id, status="running", started_at=now))
        return job
