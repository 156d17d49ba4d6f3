"""Questionnaires of the office: published versions as workbooks, and a workbook that becomes a version."""

import tempfile
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from survey.actions.instrument.read_draft import drafts
from survey.actions.instrument.read_published import list_published, read_published
from survey.exchange.fault import FaultsFoundError
from survey.instrument.fault import FaultsError
from survey.web.fault_words import faults_in_words
from survey.web.i18n import current_time
from survey.web.listing import Column, Listing
from survey.web.loss_words import in_words, place_in_words
from survey.web.office.drafting.draft_words import fault_in_words
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("questionnaires", __name__, url_prefix="/staff/questionnaires")

PUBLISHED: Listing[tuple[str, int, datetime]] = Listing(
    columns=(
        Column("name", lazy_gettext("问卷"), lambda row: f"{row[0]} {row[1]:09d}"),
        Column("version", lazy_gettext("版本"), lambda row: row[1]),
        Column("published", lazy_gettext("发布时间"), lambda row: row[2]),
        Column("download", lazy_gettext("下载")),
        Column("go_on", lazy_gettext("接着改")),
    ),
    identity=lambda row: f"{row[0]} {row[1]:09d}",
    text=lambda row: f"{row[0]} v{row[1]}",
    sort="name",
)
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/")
def questionnaires() -> str:
    return _page()


@blueprint.get("/<name>/<version>.<any('xlsx', 'xml'):kind>")
def download(name: str, version: str, kind: str) -> Response:
    """A published version as XLSForm, or as the XForm made of it."""
    from survey.exchange.xlsform.sheets import sheets_of
    from survey.exchange.xlsform.workbook import workbook_bytes
    from survey.exchange.xlsform.xform import to_xform

    number = version.removeprefix("v")
    found = read_published(services().storage, name, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        abort(404)
    sheets = sheets_of(found)
    content = workbook_bytes(sheets) if kind == "xlsx" else to_xform(sheets)
    name_of_file = {"Content-Disposition": f'attachment; filename="{name}-v{found.version}.{kind}"'}
    return Response(content, mimetype=_WORKBOOK if kind == "xlsx" else "text/xml", headers=name_of_file)


@blueprint.post("/")
def check() -> ResponseReturnValue:
    """Read a workbook; nothing is stored. The next page says what was kept and what not."""
    from survey.exchange.xlsform.reading import read_xlsform

    upload = request.files.get("workbook")
    if upload is None or not upload.filename:
        return _page([gettext("请先选择文件。")]), 422
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(upload.filename.replace("\\", "/")).name[-80:]
            upload.save(path)
            read = read_xlsform(path, services().settings.questionnaires)
    except FaultsFoundError as error:
        return _page(faults_in_words(error.faults)), 422
    lost = [(place_in_words(one.where), in_words(one)) for one in read.not_kept]
    return render_template("office/questionnaire_check.html", read=read, lost=lost)


@blueprint.post("/publish")
def publish() -> ResponseReturnValue:
    """Take what the page before showed."""
    from survey.actions.instrument.add_questionnaire import add_questionnaire  # YAML and grammar load only here

    text, folder = request.form.get("text", ""), services().settings.questionnaires
    actor = signed_in_account().email
    try:
        added = add_questionnaire(services().storage, folder, text, now=current_time(), actor=actor)
    except FaultsError as error:
        return _page([fault_in_words(fault) for fault in error.faults]), 422
    except OSError:
        return _page([gettext("问卷文件夹不能写入，请联系系统管理员。")]), 422
    questionnaire = added.questionnaire
    words = gettext("已发布 %(name)s 第 %(version)s 版。", name=questionnaire.name, version=questionnaire.version)
    flash(words, "success")
    return redirect(url_for("questionnaires.questionnaires"), 303)


@blueprint.post("/start-draft")
def start_draft() -> ResponseReturnValue:
    """Take what the page before showed as a draft, to go on with it in the editor."""
    from survey.actions.instrument.start_draft import start_from_workbook

    actor = signed_in_account().email
    draft = start_from_workbook(services().storage, request.form.get("text", ""), now=current_time(), actor=actor)
    if draft is None:
        abort(400)
    return redirect(url_for("drafting.editor", draft=draft), 303)


def _page(problems: list[str] | None = None) -> str:
    published = list_published(services().storage)
    return render_template(
        "office/questionnaires.html",
        page=PUBLISHED.page(published, request.args),
        drafts=drafts(services().storage),
        problems=problems or [],
    )
