"""Pages of the office: responses from other tools. Upload, mapping assistant, check, import, withdraw. Step 4."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.programme.list_areas import list_areas
from survey.actions.response.prepare_import import (
    PreparedImport,
    assign,
    begin_import,
    find_wave_import,
    imports_folder,
    list_imports,
    open_import,
    start_import,
)
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.imports.assignment import PARTS, Assignment
from survey.exchange.imports.proposal import LAYOUTS
from survey.programme.wave import WaveError
from survey.response.response import Mode, Source
from survey.response.response_import import ImportRefusedError, ImportStatus, ResponseImport
from survey.web.fault_words import faults_in_words
from survey.web.i18n import current_time, gettext
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("imports", __name__, url_prefix="/staff/imports")
_SHOWN = 300
_STEPS = ("check", "store")
STATUSES = {
    ImportStatus.DRAFT: lazy_gettext("待检查"),
    ImportStatus.FAULTY: lazy_gettext("有错误"),
    ImportStatus.CHECKED: lazy_gettext("检查通过，待导入"),
    ImportStatus.STORED: lazy_gettext("已导入"),
    ImportStatus.WITHDRAWN: lazy_gettext("已撤回"),
}

IMPORTS: Listing[ResponseImport] = Listing(
    columns=(
        Column("file", lazy_gettext("文件"), lambda one: one.file),
        Column("made", lazy_gettext("上传时间"), lambda one: one.made_at),
        Column("by", lazy_gettext("上传人"), lambda one: one.made_by),
        Column("status", lazy_gettext("状态"), lambda one: list(ImportStatus).index(one.status)),
        Column("new", lazy_gettext("新答卷"), lambda one: one.counts["new"] if one.stored_at else None, number=True),
    ),
    identity=lambda one: one.id,
    text=lambda one: f"{one.file} {one.made_by}",
    sort="-made",
    filters=(
        Filter(
            "status",
            lazy_gettext("状态"),
            {status.value: words for status, words in STATUSES.items()},
            lambda one: one.status.value,
        ),
    ),
)


@blueprint.route("/<wave_id>", methods=["GET", "POST"])
def imports(wave_id: str) -> ResponseReturnValue:
    """The imports of a wave and the form for another file; a file that is sent becomes one."""
    _require_whole_district()
    if request.method == "GET":
        return _list_page(wave_id)
    upload = request.files.get("table")
    if upload is None or not upload.filename:
        return _list_page(wave_id, [gettext("请选择一个 CSV 或 XLSX 文件。")]), 422
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(upload.filename).name
        upload.save(path)
        try:
            import_id = begin_import(
                services().storage, _folder(), wave_id, path, current_time(), signed_in_account().email
            )
        except FaultsFoundError as error:
            return _list_page(wave_id, faults_in_words(error.faults[:_SHOWN])), 422
        except WaveError:
            return _list_page(wave_id, [gettext("这一轮还没有开始，开始以后才能导入答卷。")]), 422
    return redirect(url_for("imports.mapping", wave_id=wave_id, import_id=import_id), 303)


@blueprint.route("/<wave_id>/<import_id>", methods=["GET", "POST"])
def mapping(wave_id: str, import_id: str) -> ResponseReturnValue:
    """Which column is which question and what its values mean; every button keeps what was chosen first."""
    _require_whole_district()
    one = _import(wave_id, import_id)
    prepared = open_import(services().storage, _folder(), one) if one.may_change else None
    if request.method == "GET" or prepared is None:
        return render_template("office/import.html", one=one, prepared=prepared, **_words(prepared))
    try:
        assign(services().storage, one, _assignment(prepared))
    except (FaultsFoundError, ImportRefusedError) as error:
        told = error.faults if isinstance(error, FaultsFoundError) else ()
        problems = faults_in_words(told) or [str(error)]
        page = render_template("office/import.html", one=one, prepared=prepared, problems=problems, **_words(prepared))
        return page, 422
    step = request.form.get("go", "")
    if step in _STEPS:
        return _start(one, step)
    flash(gettext("已保存。"), "success")
    return redirect(url_for("imports.mapping", wave_id=wave_id, import_id=import_id), 303)


@blueprint.post("/<wave_id>/<import_id>/withdraw")
def withdraw(wave_id: str, import_id: str) -> ResponseReturnValue:
    """Take the whole import back; asks for a reason, which stays in the log."""
    _require_whole_district()
    one = _import(wave_id, import_id)
    reason = request.form.get("reason", "").strip()
    if one.status is not ImportStatus.STORED or not reason:
        flash(gettext("请写明撤回的原因。"), "error")
        return redirect(url_for("imports.mapping", wave_id=wave_id, import_id=import_id), 303)
    return _start(one, "withdraw", reason)


def _start(one: ResponseImport, step: str, reason: str = "") -> ResponseReturnValue:
    actor = signed_in_account().email
    job = start_import(services().storage, one, current_time(), actor, step=step, reason=reason)
    return redirect(url_for("jobs.job", job_id=job), 303)


def _assignment(prepared: PreparedImport) -> Assignment:
    """What the form says; columns and values are named by their place in the file."""
    form, before = request.form, prepared.assignment
    targets = {column: form.get(f"t{place}", "") for place, column in enumerate(prepared.table.header)}
    places = {column: place for place, column in enumerate(prepared.table.header)}
    values = {
        column: {value: form.get(f"v{places[column]}-{place}", "") for place, value in enumerate(found)}
        for column, found in prepared.values.items()
        if targets[column] == before.targets.get(column)
    }
    return replace(
        before,
        targets=targets,
        values=values,
        source=form.get("source", before.source),
        mode=form.get("mode", before.mode),
        area=form.get("area", ""),
        prefix=form.get("prefix", "")[:20],
    )


def _import(wave_id: str, import_id: str) -> ResponseImport:
    found = find_wave_import(services().storage, wave_id, import_id)
    if found is None:
        abort(404)
    return found


def _list_page(wave_id: str, problems: Sequence[str] = ()) -> str:
    try:
        found = list_imports(services().storage, wave_id)
    except WaveError:
        abort(404)
    page = IMPORTS.page(found, request.args)
    return render_template("office/imports.html", page=page, wave_id=wave_id, problems=problems, **_words(None))


def _words(prepared: PreparedImport | None) -> dict[str, object]:
    """What the templates call things."""
    parts = {
        "id": gettext("答卷编号"),
        "received_at": gettext("提交时间"),
        "started_at": gettext("开始时间"),
        "area": gettext("地区代码"),
        "stratum": gettext("层（抽样）"),
        "psu": gettext("初级单元（抽样）"),
        "base_weight": gettext("基础权数（抽样）"),
        "language": gettext("语言"),
        "interviewer": gettext("访问员"),
    }
    return {
        "parts": {name: parts[name] for name in PARTS},
        "statuses": STATUSES,
        "layouts": {name: layout.title for name, layout in LAYOUTS.items()},
        "sources": list(Source),
        "modes": list(Mode),
        "areas": list_areas(services().storage, signed_in_account().area) if prepared else [],
        "told": lambda one: faults_in_words([Fault(one.file, *fault) for fault in one.faults[:_SHOWN]]),
        "examples": _examples,
    }


def _examples(prepared: PreparedImport, place: int) -> list[str]:
    """The first three different values of a column."""
    found: dict[str, None] = {}
    for _, row in prepared.table.rows[:200]:
        if row[place]:
            found.setdefault(row[place][:40])
    return list(found)[:3]


def _require_whole_district() -> None:
    """A file of responses may hold answers from anywhere."""
    areas = list_areas(services().storage, signed_in_account().area)
    if areas and areas[0].parent is not None:
        abort(403)


def _folder() -> Path:
    return imports_folder(services().settings)
