"""Asking for a file that takes long: answers in any format, the special report, the evidence bundle. A job makes it."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from survey.accounts.account import Account, Role
from survey.actions.jobs.ask_for_job import ask_for_job
from survey.actions.programme.list_areas import list_areas
from survey.actions.results.show_results import WaveResults, show_results
from survey.jobs.job import JobKind
from survey.programme.period import PeriodError, read_period
from survey.web.i18n import current_time, gettext
from survey.web.security import signed_in_account
from survey.web.services import services

# What the form may ask for: the kind of job and its parameters.
WANTED = {
    **{f"responses-{kind}": (JobKind.EXPORT, {"format": kind}) for kind in ("csv", "xlsx", "sav", "dta", "parquet")},
    **{f"report-{ending}": (JobKind.REPORT, {"ending": ending}) for ending in ("docx", "pdf", "html")},
    "evidence": (JobKind.EVIDENCE, {}),
}
ENDINGS = ("docx", "pdf", "html")
_ANALYSTS_ONLY = {JobKind.EXPORT, JobKind.EVIDENCE}  # they hold single answers


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/make", "make", make, methods=["POST"])
    blueprint.add_url_rule("/bulletin", "bulletin", bulletin, methods=["POST"])


def make(wave_id: str) -> Response:
    account = signed_in_account()
    results = show_results(services().storage, wave_id, account.area)
    wanted = WANTED.get(request.form.get("what", ""))
    if results is None or wanted is None:
        abort(404)
    kind, parameters = wanted
    if not _may(account, kind, results):
        abort(403)
    job = ask_for_job(
        services().storage,
        kind,
        actor=account.email,
        now=current_time(),
        wave=wave_id,
        parameters=parameters | {"area": account.area},
        only_one=f"{request.form['what']} {wave_id} {account.email}"[:120],
    )
    return redirect(url_for("jobs.job", job_id=job), 303)


def bulletin() -> Response:
    """The bulletin of a month or the roll-up of a longer period; for accounts of the whole district."""
    account, form = signed_in_account(), request.form
    if not sees_whole_district(account):
        abort(403)
    try:
        period = read_period(form.get("period", "").strip())
    except PeriodError:
        flash(gettext("期间请写成 2026、2026-H1、2026-Q2 或 2026-05。"), "error")
        return redirect(url_for("analyst.waves"), 303)
    ending = form.get("ending", "docx")
    if ending not in ENDINGS:
        abort(404)
    job = ask_for_job(
        services().storage,
        JobKind.REPORT,
        actor=account.email,
        now=current_time(),
        parameters={"period": period.written, "ending": ending},
        only_one=f"bulletin {period.written} {ending} {account.email}"[:120],
    )
    return redirect(url_for("jobs.job", job_id=job), 303)


def sees_whole_district(account: Account) -> bool:
    """Whether the account is one of the whole district, of which bulletins speak."""
    areas = list_areas(services().storage, account.area)
    return not areas or areas[0].parent is None


def _may(account: Account, kind: JobKind, results: WaveResults) -> bool:
    """Single answers are for analysts; what speaks of the whole district is for accounts of the whole district."""
    whole = bool(results.areas) and results.areas[0].parent is None
    return (kind not in _ANALYSTS_ONLY or account.role is Role.ANALYST) and (kind is JobKind.EXPORT or whole)
