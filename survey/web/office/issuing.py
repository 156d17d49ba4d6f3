"""Pages of the office: new posters from a file or one by one, a new code in the place of an old one, retiring."""

import tempfile
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from survey.actions.invitation.issue_posters import issue_poster, issue_posters_of_file, replace_poster
from survey.actions.invitation.retire_code import retire_code
from survey.exchange.fault import FaultsFoundError
from survey.instrument.text import Text
from survey.invitation.code import spaced
from survey.invitation.invitation import PlaceType
from survey.invitation.place import PlaceError, PosterPlace
from survey.invitation.sheet import Sheet
from survey.programme.wave import NotArrangedError, WaveError
from survey.web.fault_words import faults_in_words
from survey.web.i18n import current_time
from survey.web.office.found import found_overview, found_poster
from survey.web.office.place_words import PLACE_TYPES, SHEETS
from survey.web.security import signed_in_account
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/posters", "print_page", print_page, methods=["GET"])
    blueprint.add_url_rule("/<wave_id>/posters", "add_poster", add_poster, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/posters/file", "issue_file", issue_file, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/codes/<code>/retire", "retire", retire, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/codes/<code>/replace", "replace", replace, methods=["GET", "POST"])


def print_page(wave_id: str) -> str:
    """Sheets to print and forms for new codes."""
    return _page(wave_id)


def add_poster(wave_id: str) -> ResponseReturnValue:
    """One poster, from the form."""
    kind = request.form.get("place_type", "")
    if kind not in set(PlaceType):
        abort(400)
    name = Text(request.form.get("place", "").strip(), request.form.get("place_en", "").strip())
    try:
        place = PosterPlace(request.form.get("area", ""), name, PlaceType(kind))
        new = issue_poster(services().storage, wave_id, place, current_time(), signed_in_account().email)
    except PlaceError:
        problem = gettext("请填写地点名称（最多 120 个字）；同一地区的同一地点只能有一个在用的编码。")
        return _page(wave_id, [problem]), 422
    except NotArrangedError:
        return _page(wave_id, [_not_arranged()]), 422
    except WaveError:
        return _page(wave_id, [gettext("本轮已经结束，不能再发放编码。")]), 422
    flash(gettext("已发放编码 %(code)s。", code=spaced(new.code)), "success")
    return redirect(url_for("office.print_page", wave_id=wave_id), 303)


def issue_file(wave_id: str) -> ResponseReturnValue:
    """Many posters, from a table; every fault is told, and then nothing is written."""
    upload = request.files.get("places")
    if upload is None or not upload.filename:
        return _page(wave_id, [gettext("请先选择文件。")]), 422
    actor = signed_in_account().email
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ("places" + Path(upload.filename).suffix.lower()[:5])
            upload.save(path)
            issued = issue_posters_of_file(services().storage, wave_id, path, current_time(), actor)
    except FaultsFoundError as error:
        return _page(wave_id, faults_in_words(error.faults)), 422
    except NotArrangedError:
        return _page(wave_id, [_not_arranged()]), 422
    except WaveError:
        return _page(wave_id, [gettext("本轮已经结束，不能再发放编码。")]), 422
    flash(gettext("已发放 %(n)s 个编码。", n=len(issued)), "success")
    return redirect(url_for("office.print_page", wave_id=wave_id), 303)


def retire(wave_id: str, code: str) -> ResponseReturnValue:
    """Ask first; then retire the code."""
    found = found_poster(wave_id, code)
    if request.method == "GET":
        return render_template("office/retire.html", found=found, spaced=spaced)
    if retire_code(services().storage, wave_id, code, current_time(), signed_in_account().email):
        flash(gettext("编码 %(code)s 已停用。", code=spaced(code)), "success")
    return redirect(url_for("office.wave", wave_id=wave_id), 303)


def replace(wave_id: str, code: str) -> ResponseReturnValue:
    """Ask first; then retire the code and issue another for its place."""
    found = found_poster(wave_id, code)
    if request.method == "GET":
        return render_template("office/replace.html", found=found, spaced=spaced)
    try:
        new = replace_poster(services().storage, wave_id, code, current_time(), signed_in_account().email)
    except WaveError:
        flash(gettext("本轮已经结束，不能再发放编码。"), "error")
        return redirect(url_for("office.wave", wave_id=wave_id), 303)
    if new is not None:
        words = gettext("编码 %(old)s 已停用，新编码是 %(new)s。", old=spaced(code), new=spaced(new.code))
        flash(words, "success")
    return redirect(url_for("office.wave", wave_id=wave_id), 303)


def _not_arranged() -> str:
    return str(gettext("本轮的安排里没有海报，或者不包括这个地区。"))


def _page(wave_id: str, problems: list[str] | None = None) -> str:
    return render_template(
        "office/posters.html",
        overview=found_overview(wave_id),
        problems=problems or [],
        sheets=[(sheet, *SHEETS[sheet]) for sheet in Sheet],
        place_types=PLACE_TYPES,
        typed=request.form,
    )
