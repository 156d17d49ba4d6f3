"""Pages of the office: what is printed, looked at as a picture first; letters, reminders and reprints."""

import io
import tempfile
from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from survey.actions.invitation.print_posters import (
    Selection,
    Sheets,
    collect_sheets,
    merge_addresses,
    preview_posters,
    print_posters,
    sample_letter,
)
from survey.actions.invitation.record_printing import record_printing
from survey.actions.invitation.show_letters import show_letters
from survey.actions.jobs.ask_for_job import ask_for_job
from survey.exchange.fault import Fault, FaultsFoundError
from survey.invitation.invitation import InvitationKind
from survey.invitation.sheet import Sheet, SheetError
from survey.jobs.job import JobKind
from survey.programme.wave import WaveError
from survey.web.fault_words import faults_in_words
from survey.web.i18n import current_time
from survey.web.office.found import base_address
from survey.web.security import signed_in_account
from survey.web.services import services

MOST_PAGES = 300  # what is printed while a browser waits; more in the background
_POSTERS = Selection(InvitationKind.POSTER)
_LETTERS = {
    "all": Selection(InvitationKind.LETTER),
    "reminder": Selection(reminder=True),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/posters.pdf", "posters", posters)
    blueprint.add_url_rule("/<wave_id>/posters.png", "preview", preview)
    blueprint.add_url_rule("/<wave_id>/letters", "letters", letters, methods=["GET"])
    blueprint.add_url_rule("/<wave_id>/letters", "print_letters", print_letters, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/letters.png", "letter_preview", letter_preview)


def posters(wave_id: str) -> ResponseReturnValue:
    """Every poster in use, on the sheets that `?sheet=` names."""
    sheet = _sheet()
    try:
        sheets = collect_sheets(services().storage, wave_id, base_address(), _POSTERS, sheet=sheet)
    except WaveError:
        flash(gettext("没有可以打印的海报。"), "error")
        return redirect(url_for("office.wave", wave_id=wave_id), 303)
    if sheets.page_count > MOST_PAGES:
        return _print_in_background(wave_id, InvitationKind.POSTER, sheet)
    return _pdf(sheets, f"{wave_id}-{sheet.value}.pdf")


def preview(wave_id: str) -> Response:
    """The first page of the sheets that `?sheet=` names."""
    try:
        sheets = collect_sheets(services().storage, wave_id, base_address(), _POSTERS, sheet=_sheet())
    except WaveError:
        abort(404)
    return Response(preview_posters(sheets), mimetype="image/png")


def letters(wave_id: str) -> str:
    return _letters_page(wave_id)


def print_letters(wave_id: str) -> ResponseReturnValue:
    """All letters, a reminder, or chosen ones again. The last two are recorded; addresses are only passed through."""
    what = request.form.get("what", "")
    codes = tuple(request.form.get("codes", "").replace(",", "\n").replace("，", "\n").split("\n"))
    named = Selection(InvitationKind.LETTER, codes=tuple(code for code in codes if code.strip()))
    selection = _LETTERS.get(what) or named
    if what not in {*_LETTERS, "reprint"}:
        abort(400)
    if what == "reprint" and not named.codes:
        return _letters_page(wave_id, [gettext("请先填写要补印的编码。")]), 422
    try:
        sheets = _merged(collect_sheets(services().storage, wave_id, base_address(), selection))
    except WaveError:
        return _letters_page(wave_id, [gettext("没有要打印的信。")]), 422
    except SheetError:
        return _letters_page(wave_id, [gettext("有的编码不是本轮在用的来信编码，或者已经答过。")]), 422
    except FaultsFoundError as error:
        return _letters_page(wave_id, faults=error.faults), 422
    if what == "all" and sheets.page_count > MOST_PAGES and not request.files.get("addresses"):
        return _print_in_background(wave_id, InvitationKind.LETTER, Sheet.A4)
    if what != "all":
        record_printing(services().storage, sheets, current_time(), signed_in_account().email)
    return _pdf(sheets, f"{wave_id}-letters-{what}.pdf")


def letter_preview(wave_id: str) -> Response:
    """A letter with a made-up code: a household's is never shown on a screen."""
    try:
        sheets = collect_sheets(services().storage, wave_id, base_address(), _LETTERS["all"])
    except WaveError:
        abort(404)
    return Response(preview_posters(sample_letter(sheets, base_address())), mimetype="image/png")


def _print_in_background(wave_id: str, codes: InvitationKind, sheet: Sheet) -> ResponseReturnValue:
    """Addresses are never stored, so letters with them are always made while the browser waits."""
    wanted = {"codes": codes.value, "sheet": sheet.value, "base": base_address()}
    actor = signed_in_account().email
    job = ask_for_job(
        services().storage,
        JobKind.PRINT,
        actor=actor,
        now=current_time(),
        wave=wave_id,
        parameters=wanted,
        only_one=f"print {codes.value} {sheet.value} {wave_id} {actor}"[:120],
    )
    return redirect(url_for("jobs.job", job_id=job), 303)


def _merged(sheets: Sheets) -> Sheets:
    upload = request.files.get("addresses")
    if upload is None or not upload.filename:
        return sheets
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("addresses" + Path(upload.filename).suffix.lower()[:5])
        upload.save(path)
        return merge_addresses(sheets, path)


def _letters_page(wave_id: str, problems: list[str] | None = None, faults: tuple[Fault, ...] = ()) -> str:
    found = show_letters(services().storage, wave_id)
    if found is None:
        abort(404)
    told = [*(problems or []), *faults_in_words(faults)]
    return render_template("office/letters.html", found=found, problems=told)


def _pdf(sheets: Sheets, name: str) -> Response:
    file = io.BytesIO()
    print_posters(sheets, file)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), mimetype="application/pdf", headers=headers)


def _sheet() -> Sheet:
    try:
        return Sheet(request.args.get("sheet", Sheet.A4.value))
    except ValueError:
        abort(404)
