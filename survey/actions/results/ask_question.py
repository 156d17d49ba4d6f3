"""Ask a finished analysis a further question: it is answered in a process of its own and kept with the run."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from survey.actions.results.start_analysis import STALE
from survey.programme.question import Asked, Question
from survey.settings import PROJECT
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.analysis_questions import AnalysisQuestionRow, load_question


@dataclass(frozen=True)
class Answered:
    """What is known of a question: `asked` None when nobody asked it of this run; `result` once it is answered."""

    asked: Asked | None
    result: Mapping[str, Any] | None = None


def read_question(storage: Storage, wave_id: str, run_id: str, question: Question) -> Answered:
    """The question as it is kept with the run."""
    with storage.read() as session:
        row = load_question(session, wave_id, run_id, question)
    if row is None:
        return Answered(None)
    found = Asked(question, row.status, row.message)
    return Answered(found, json.loads(row.result) if row.status == "done" else None)


def ask_question(storage: Storage, wave_id: str, question: Question, folder: Path, now: datetime) -> bool:
    """Record the question with the newest finished run and start `flask analyse-question` for it.

    `folder` holds one folder per run. False when there is no finished run. A question that is being answered,
    or was, is not asked again; one that failed, or lost its process, is.
    """
    with storage.write() as session:
        run = newest_run(session, wave_id, "done")
        if run is None:
            return False
        row = load_question(session, wave_id, run.run_id, question)
        if row is not None and (row.status == "done" or (row.status == "running" and now - row.started_at < STALE)):
            return True
        session.merge(
            AnalysisQuestionRow(
                wave=wave_id, run_id=run.run_id, key=question.key, status="running", started_at=now, finished_at=None
            )
        )
        run_id = run.run_id
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "analyse-question", "--wave", wave_id, "--run", run_id]
    out = folder / wave_id / run_id
    out.mkdir(parents=True, exist_ok=True)
    with (out / "questions.log").open("ab") as log:
        subprocess.Popen(  # noqa: S603 - our own command; wave, run and question were looked at
            [*command, "--question", question.key, "--data", str(out)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return True
