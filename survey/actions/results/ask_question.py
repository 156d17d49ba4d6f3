"""Ask a finished analysis a further question: it is answered as a job and kept with the run."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from survey.actions.jobs.ask_for_job import add_job
from survey.jobs.job import JobKind
from survey.programme.question import Asked, Question
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


def ask_question(storage: Storage, wave_id: str, question: Question, actor: str, now: datetime) -> bool:
    """Record the question with the newest finished run, and the job that answers it; False when there is no such run.

    A question that is being answered, or was, is not asked again; one that failed is.
    """
    try:
        return _ask(storage, wave_id, question, actor, now)
    except IntegrityError:  # somebody else asked it in between: looked at again, it is there
        return _ask(storage, wave_id, question, actor, now)


def _ask(storage: Storage, wave_id: str, question: Question, actor: str, now: datetime) -> bool:
    job_id = str(uuid.uuid4())
    with storage.write() as session:
        run = newest_run(session, wave_id, "done")
        if run is None:
            return False
        row = load_question(session, wave_id, run.run_id, question)
        if row is not None and row.status == "done":
            return True
        parameters = {"run": run.run_id, "question": question.key}
        only_one = f"question {run.run_id} {question.key}"
        if add_job(session, JobKind.QUESTION, job_id, actor, now, wave_id, parameters, only_one) == job_id:
            key = {"wave": wave_id, "run_id": run.run_id, "key": question.key}
            session.merge(AnalysisQuestionRow(**key, status="running", started_at=now, finished_at=None, message=""))
    return True
