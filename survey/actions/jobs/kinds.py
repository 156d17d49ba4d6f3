"""What each kind of job does: one function for each, whose heavy libraries load when the first such job is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.actions.jobs.job_run import JobRun
from survey.invitation.invitation import InvitationKind
from survey.invitation.sheet import Sheet
from survey.jobs.job import Job, JobKind
from survey.programme.question import Question
from survey.storage.analyses import AnalysisRunRow
from survey.storage.analysis_questions import load_question


@dataclass(frozen=True)
class JobOutcome:
    """`file`: a name in the job's result folder that its asker may download."""

    message: str = ""
    file: str | None = None


def _analysis(run: JobRun) -> JobOutcome:
    from survey.actions.results.analyse_wave import analyse_wave

    wave = _wave(run)
    out = run.settings.var / "analyses" / wave / run.job.id
    analysed = analyse_wave(run.storage, wave, out, run.clock(), run_id=run.job.id)
    return JobOutcome("\n".join(analysed.warnings))


def _export(run: JobRun) -> JobOutcome:
    from survey.actions.results.download_responses import download_responses
    from survey.actions.results.export_responses import ExportFormat

    wave, kind = _wave(run), ExportFormat(run.job.parameters["format"])
    target = run.result_folder / f"{wave}-{kind.value}.zip"
    area, actor = run.job.parameters["area"], run.job.asked_by
    download_responses(run.storage, wave, area, run.clock(), actor, kind=kind, on_progress=run.report, target=target)
    return JobOutcome(file=target.name)


def _report(run: JobRun) -> JobOutcome:
    from survey.actions.results.report_period import report_period
    from survey.actions.results.report_wave import report_as

    ending, written = run.job.parameters["ending"], run.job.parameters.get("period")
    if written is not None:
        target = run.result_folder / f"bulletin-{written}.{ending}"
        target.write_bytes(report_period(run.storage, written, ending, run.clock()))
        return JobOutcome(file=target.name)
    wave = _wave(run)
    target = run.result_folder / f"{wave}-report.{ending}"
    target.write_bytes(report_as(run.storage, wave, ending))
    return JobOutcome(file=target.name)


def _evidence(run: JobRun) -> JobOutcome:
    from survey.actions.results.make_evidence import make_evidence

    wave = _wave(run)
    target = run.result_folder / f"{wave}-evidence.zip"
    with target.open("w+b") as file:
        made = make_evidence(run.storage, wave, run.settings.secret_key, file, run.clock(), run.job.asked_by)
    return JobOutcome(f"sha256 {made.sha256}", target.name)


def _print(run: JobRun) -> JobOutcome:
    from survey.actions.invitation.print_posters import Selection, collect_sheets, print_posters

    wave, wanted = _wave(run), run.job.parameters
    selection = Selection(InvitationKind(wanted["codes"]))
    sheets = collect_sheets(run.storage, wave, wanted["base"], selection, sheet=Sheet(wanted["sheet"]))
    target = run.result_folder / f"{wave}-{wanted['codes']}-{wanted['sheet']}.pdf"
    with target.open("wb") as file:
        print_posters(sheets, file)
    return JobOutcome(file=target.name)


def _import(run: JobRun) -> JobOutcome:
    from survey.actions.response.run_import import run_import

    return JobOutcome(run_import(run))


def _webhook(run: JobRun) -> JobOutcome:
    from survey.actions.webhooks.deliver import deliver

    return JobOutcome(deliver(run))


def _question(run: JobRun) -> JobOutcome:
    from survey.actions.results.answer_question import answer_question

    wave, wanted = _wave(run), run.job.parameters
    data = run.settings.var / "analyses" / wave / wanted["run"]
    answer_question(run.storage, wave, wanted["run"], Question.from_key(wanted["question"]), data, run.clock())
    return JobOutcome()


def _patterns(run: JobRun) -> JobOutcome:
    from survey.actions.results.search_patterns import keep_patterns

    keep_patterns(run, _wave(run))
    return JobOutcome()


def _wave(run: JobRun) -> str:
    if run.job.wave is None:
        raise ValueError(f"job {run.job.id}: expected a wave, found none")
    return run.job.wave


KINDS: Mapping[JobKind, Callable[[JobRun], JobOutcome]] = {
    JobKind.ANALYSIS: _analysis,
    JobKind.EXPORT: _export,
    JobKind.REPORT: _report,
    JobKind.EVIDENCE: _evidence,
    JobKind.PRINT: _print,
    JobKind.IMPORT: _import,
    JobKind.WEBHOOK: _webhook,
    JobKind.QUESTION: _question,
    JobKind.PATTERNS: _patterns,
}


def ended(session: Session, job: Job, now: datetime, message: str) -> None:
    """What else has to be written when a job ends without having been done."""
    if job.kind is JobKind.ANALYSIS and job.wave is not None:
        row = session.get(AnalysisRunRow, (job.wave, job.id))
        if row is not None and row.status == "running":
            row.status, row.finished_at, row.message = "failed", now, message
    if job.kind is JobKind.QUESTION and job.wave is not None:
        asked = load_question(session, job.wave, job.parameters["run"], Question.from_key(job.parameters["question"]))
        if asked is not None and asked.status == "running":
            asked.status, asked.finished_at, asked.message = "failed", now, message
