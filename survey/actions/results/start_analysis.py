"""Start the analysis of a wave in a process of its own: the web never loads the statistics libraries."""

import subprocess
import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from survey.settings import PROJECT
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow, newest_run
from survey.storage.waves import require_wave

STALE = timedelta(hours=2)  # a run that says "running" for longer has lost its process


def start_analysis(storage: Storage, wave_id: str, folder: Path, now: datetime) -> str:
    """Record a run and start `flask analyse` for it; the run's id. A run that is going on is not started again.

    `folder` holds one folder per run. Raises `WaveError` for an unknown wave.
    """
    with storage.write() as session:
        require_wave(session, wave_id)
        going_on = newest_run(session, wave_id, "running")
        if going_on is not None and now - going_on.started_at < STALE:
            return going_on.run_id
        if going_on is not None:
            going_on.status, going_on.finished_at = "failed", now
            going_on.message = "the process ended without a result"
        run_id = str(uuid.uuid4())
        session.add(AnalysisRunRow(wave=wave_id, run_id=run_id, status="running", started_at=now))
    out = folder / wave_id / run_id
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "analyse", "--wave", wave_id, "--out", str(out)]
    with (out / "analyse.log").open("wb") as log:
        try:
            subprocess.Popen(  # noqa: S603 - our own command; the wave's id exists in the database
                [*command, "--run", run_id],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            _mark_failed(storage, wave_id, run_id, now, str(error))
    return run_id


def _mark_failed(storage: Storage, wave_id: str, run_id: str, now: datetime, message: str) -> None:
    with storage.write() as session:
        row = session.get_one(AnalysisRunRow, (wave_id, run_id))
        row.status, row.finished_at, row.message = "failed", now, message
