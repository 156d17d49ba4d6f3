"""Answer a further question to a run: the run's plan with other figures, on the data of the run where they are kept."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from survey.actions.results.analyse_wave import AnalysisFailedError, define_wave, write_source
from survey.actions.results.compare_waves import compare_waves
from survey.actions.texts.weigh_categories import weigh_categories
from survey.exchange.plan.analysis_bundle import PLAN, BundleWriter
from survey.exchange.plan.analysis_plan import RESPONSES, plan_text
from survey.exchange.plan.question_plan import question_plan
from survey.exchange.plan.wave_definition import WaveDefinition
from survey.programme.question import Question, QuestionKind
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.analyses import load_run
from survey.storage.analysis_questions import AnalysisQuestionRow, load_question
from survey.storage.responses import stream_responses

LEAST_COMPARED = 30  # answers of a mode; fewer tell nothing about it and would weaken every other test
_ANSWER = (
    "estimates",
    "contrasts",
    "crosstabs",
    "ranks",
    "small_areas",
    "trends",
    "rows",
    "plan_sha256",
    "data_sha256",
)


def answer_question(
    storage: Storage, wave_id: str, run_id: str, question: Question, data: Path | None, now: datetime
) -> Mapping[str, Any]:
    """Answer the question of the run and keep plan and answer with it; the answer.

    `data`: the run's folder; where its answers are not those of the run any more, they are taken from the database, and
    `same_data` is false. Raises `AnalysisFailedError`; the question is then kept as failed.
    """
    try:
        plan, answer = _answer(storage, wave_id, run_id, question, data)
    except BaseException as error:
        _keep(storage, wave_id, run_id, question, now, status="failed", message=str(error) or type(error).__name__)
        raise
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    _keep(storage, wave_id, run_id, question, now, status="done", plan=plan, result=text)
    return answer


def _answer(
    storage: Storage, wave_id: str, run_id: str, question: Question, data: Path | None
) -> tuple[str, dict[str, Any]]:
    with storage.read() as session:
        run = load_run(session, wave_id, run_id)
        definition = define_wave(session, wave_id)
    if run is None or run.status != "done" or not (json.loads(run.result).get(Source.PROB.value)):
        raise AnalysisFailedError(f"run {run_id}: expected a finished analysis of a drawn sample")
    if question.kind is QuestionKind.TREND:
        compared, entry = compare_waves(storage, wave_id)
        text = plan_text(compared, [f"Wave {wave_id} and those before it"])
        return text, {name: entry[name] for name in _ANSWER} | {"same_data": True}
    if question.kind is QuestionKind.TEXTS:
        weighed, entry = weigh_categories(storage, wave_id, question.row)
        text = plan_text(weighed, [f"Wave {wave_id}: what the texts of {question.row} are about"])
        return text, {name: entry[name] for name in _ANSWER} | {"same_data": True}
    sha256 = json.loads(run.result)[Source.PROB.value]["data_sha256"]
    if data is not None and _sha256(data / RESPONSES) == sha256:
        return _run_in(data, _plan_of(run.plan), question, definition, same_data=True)
    with tempfile.TemporaryDirectory(prefix="minyi-question-") as made:
        folder = Path(made)
        with storage.read() as session:
            writer = BundleWriter(definition, Source.PROB)
            write_source(writer, folder, lambda one: stream_responses(session, wave_id, sources=(one,)))
        same = _sha256(folder / RESPONSES) == sha256
        return _run_in(folder, _plan_of((folder / PLAN).read_text("utf-8")), question, definition, same_data=same)


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plan_of(text: str) -> dict[str, Any]:
    """The first plan of a run's text: that of the drawn sample."""
    plan: dict[str, Any] = next(iter(yaml.safe_load_all(text)))
    return plan


def _run_in(
    folder: Path, plan: Mapping[str, Any], question: Question, definition: WaveDefinition, *, same_data: bool
) -> tuple[str, dict[str, Any]]:
    from analysis.fault import FaultsFound
    from analysis.pipeline import run_plan
    from analysis.plan import Plan
    from analysis.read import read_frame
    from analysis.report.json_report import result_entry

    try:
        found = read_frame(Plan.model_validate({"data": plan["data"], "domains": [["mode"]]}), folder)
        modes = found.column("mode")
        answers = zip(modes.labels, (int((modes.codes == k).sum()) for k in range(len(modes.labels))), strict=True)
        compared = tuple(label for label, n in answers if n >= LEAST_COMPARED)
        wanted = question_plan(
            plan, question, definition.questionnaire, definition.indicators, compared, definition.areas
        )
        result = run_plan(Plan.model_validate(wanted), folder=folder)
    except FaultsFound as faults:
        raise AnalysisFailedError("\n".join(str(fault) for fault in faults.faults)) from faults
    entry = result_entry(result)
    text = plan_text(wanted, [f"Wave {definition.wave.id}: {question.key}"])
    return text, {name: entry[name] for name in _ANSWER} | {"same_data": same_data}


def _keep(storage: Storage, wave_id: str, run_id: str, question: Question, now: datetime, **columns: str) -> None:
    with storage.write() as session:
        row = load_question(session, wave_id, run_id, question)
        if row is None and load_run(session, wave_id, run_id) is None:
            return
        if row is None:
            row = AnalysisQuestionRow(wave=wave_id, run_id=run_id, key=question.key, started_at=now, status="running")
            session.add(row)
        row.finished_at = now
        for name, value in columns.items():
            setattr(row, name, value)
