"""Pages of the office: the area tree and the responsible units, and the tables that they come from."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.programme.import_programme import Changes, import_areas, import_units, show_programme
from survey.exchange.fault import Fault, FaultsFoundError
from survey.programme.area import Area
from survey.programme.unit import Unit, UnitRole
from survey.web.fault_words import faults_in_words
from survey.web.i18n import current_time, gettext
from survey.web.office.lists import AREAS, LEVELS, UNITS
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("programme", __name__, url_prefix="/staff/programme")
_FAULTS_SHOWN = 200


@blueprint.route("/", methods=["GET", "POST"])
def programme() -> ResponseReturnValue:
    """The tree, the units and the form; a table that is sent is looked through, or written when its button says so."""
    if request.method == "GET":
        return _page()
    if not may_change():
        abort(403)
    kind, write = request.form.get("kind", ""), request.form.get("go") == "write"
    try:
        changes = _take(kind, write=write)
    except FaultsFoundError as error:
        lines = faults_in_words(error.faults[:_FAULTS_SHOWN])
        if len(error.faults) > _FAULTS_SHOWN:
            lines.append(gettext("还有 %(n)s 处没有列出。", n=len(error.faults) - _FAULTS_SHOWN))
        return _page(problems=lines), 422
    if not write:
        return _page(changes=changes)
    words = gettext("已写入：新增 %(new)s，更改 %(old)s。", new=len(changes.added), old=len(changes.changed))
    flash(words, "success")
    return redirect(url_for("programme.programme"), 303)


@blueprint.get("/areas")
def areas() -> str:
    """Every area, to look one up."""
    tree = show_programme(services().storage).areas
    page = AREAS.page(tree.areas, request.args)
    return render_template("office/areas.html", page=page, tree=tree, levels=LEVELS, may_change=may_change())


@blueprint.get("/units")
def units() -> str:
    """Every responsible unit with its indicators."""
    found = show_programme(services().storage).units
    page = UNITS.page(found, request.args)
    return render_template("office/units.html", page=page, lead=UnitRole.LEAD, may_change=may_change())


def may_change() -> bool:
    """An account of a part of the area tree reads it; only one of the whole changes it."""
    area = show_programme(services().storage).areas.by_code.get(signed_in_account().area)
    return area is not None and area.parent is None


def _take(kind: str, *, write: bool) -> Changes[Area] | Changes[Unit]:
    """Raises `FaultsFoundError`, also without a file."""
    upload = request.files.get("table")
    if upload is None or not upload.filename:
        raise FaultsFoundError([Fault("table", "file", "a name ending in .csv or .xlsx", "nothing")])
    own, now, actor = services(), current_time(), signed_in_account().email
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("table" + Path(upload.filename).suffix.lower()[:5])
        upload.save(path)
        if kind == "units":
            return import_units(own.storage, own.settings.questionnaires, path, now, actor, write=write)
        return import_areas(own.storage, path, now, actor, write=write)


def _page(problems: Sequence[str] = (), changes: Changes[Area] | Changes[Unit] | None = None) -> str:
    return render_template(
        "office/programme.html",
        found=show_programme(services().storage),
        levels=LEVELS,
        kind=request.form.get("kind", "areas"),
        may_change=may_change(),
        problems=problems,
        changes=changes,
    )
