"""Pages of one's own background jobs: the list, one job with its progress, cancelling it, its file."""

from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as Answer

from survey.actions.jobs.follow_job import cancel_job, file_of, list_jobs, own_job
from survey.jobs.job import Job, JobKind, JobStatus
from survey.web.i18n import current_time
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("jobs", __name__, url_prefix="/staff/jobs")
_REFRESH_SECONDS = 3
KIND_NAMES = {
    JobKind.ANALYSIS: lazy_gettext("计算结果"),
    JobKind.EXPORT: lazy_gettext("导出答卷"),
    JobKind.REPORT: lazy_gettext("生成报告"),
    JobKind.EVIDENCE: lazy_gettext("生成复核材料"),
    JobKind.PRINT: lazy_gettext("生成打印文件"),
    JobKind.IMPORT: lazy_gettext("导入答卷"),
    JobKind.WEBHOOK: lazy_gettext("消息推送"),
    JobKind.QUESTION: lazy_gettext("计算分析视图"),
    JobKind.PATTERNS: lazy_gettext("查找访问员模式"),
}

STATUS_NAMES = {
    JobStatus.WAITING: lazy_gettext("等待中"),
    JobStatus.RUNNING: lazy_gettext("进行中"),
    JobStatus.DONE: lazy_gettext("已完成"),
    JobStatus.FAILED: lazy_gettext("没有成功"),
    JobStatus.CANCELLED: lazy_gettext("已取消"),
}

JOBS: Listing[Job] = Listing(
    columns=(
        Column("kind", lazy_gettext("任务"), lambda job: str(KIND_NAMES[job.kind])),
        Column("wave", lazy_gettext("轮次"), lambda job: job.wave or None),
        Column("asked", lazy_gettext("提交时间"), lambda job: job.asked_at),
        Column("status", lazy_gettext("状态"), lambda job: list(JobStatus).index(job.status)),
        Column("file", lazy_gettext("文件"), lambda job: job.file or None),
    ),
    identity=lambda job: job.id,
    text=lambda job: f"{KIND_NAMES[job.kind]} {job.wave or ''} {job.file or ''}",
    sort="-asked",
    filters=(
        Filter(
            "status",
            lazy_gettext("状态"),
            {status.value: words for status, words in STATUS_NAMES.items()},
            lambda job: job.status.value,
        ),
    ),
)


@blueprint.get("/")
def jobs() -> str:
    """The account's own jobs, the newest first."""
    page = JOBS.page(list_jobs(services().storage, signed_in_account().email), request.args)
    files = {job.id for job in page.rows if file_of(job, _folder())}
    return render_template("staff/jobs.html", page=page, files=files, kinds=KIND_NAMES)


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
