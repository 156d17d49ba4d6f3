"""Pages of one's own background jobs: the list, one job with its progress, cancelling it, its file."""

from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, send_file, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as Answer

from survey.actions.jobs.follow_job import cancel_job, file_of, list_jobs, own_job
from survey.jobs.job import Job, JobKind
from survey.web.i18n import current_time
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("jobs", __name__, url_prefix="/staff/jobs")
_REFRESH_SECONDS = 3
KIND_NAMES = {
    JobKind.ANALYSIS: lazy_gettext("计算结果"),
    JobKind.EXPORT: lazy_gettext("导出答卷"),
    JobKind.REPORT: lazy_gettext("生成专报"),
    JobKind.EVIDENCE: lazy_gettext("生成复核材料"),
    JobKind.PRINT: lazy_gettext("生成打印文件"),
    JobKind.IMPORT: lazy_gettext("导入答卷"),
    JobKind.WEBHOOK: lazy_gettext("消息推送"),
    JobKind.QUESTION: lazy_gettext("计算分析视图"),
}


@blueprint.get("/")
def jobs() -> str:
    found = list_jobs(services().storage, signed_in_account().email)
    files = {job.id for job in found if file_of(job, _folder())}
    return render_template("staff/jobs.html", jobs=found, files=files, kinds=KIND_NAMES)


@blueprint.get("/<job_id>")
def job(job_id: str) -> str:
    """How far the job is; without script the page asks again every few seconds."""
    found = _own(job_id)
    refresh = None if found.is_over else _REFRESH_SECONDS
    return render_template(
        "staff/job.html", job=found, file=file_of(found, _folder()), kinds=KIND_NAMES, refresh_seconds=refresh
    )


@blueprint.post("/<job_id>/cancel")
def cancel(job_id: str) -> Answer:
    cancel_job(services().storage, _own(job_id), current_time(), signed_in_account().email)
    return redirect(url_for("jobs.job", job_id=job_id), 303)


@blueprint.get("/<job_id>/file")
def file(job_id: str) -> Response:
    path = file_of(_own(job_id), _folder())
    if path is None:
        abort(404)
    return send_file(path, as_attachment=True, download_name=path.name)


def _own(job_id: str) -> Job:
    found = own_job(services().storage, job_id, signed_in_account().email)
    if found is None:
        abort(404)
    return found


def _folder() -> Path:
    return services().settings.var / "jobs"
