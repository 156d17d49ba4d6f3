"""Pages of the office: its waves, the codes of a wave as pictures and as printed sheets, retiring a code."""

import io

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from survey.actions.find_poster import Poster, find_poster
from survey.actions.list_waves_in_area import list_waves_in_area
from survey.actions.print_posters import Selection, collect_sheets, print_posters
from survey.actions.retire_code import retire_code
from survey.actions.show_wave import WaveOverview, show_wave
from survey.invitation.code import answer_address, spaced
from survey.invitation.invitation import InvitationKind
from survey.programme.wave import WaveError
from survey.web.i18n import current_time
from survey.web.qr import qr_svg
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("office", __name__, url_prefix="/staff/waves")


@blueprint.get("/")
def waves() -> str:
    summaries = list_waves_in_area(services().storage, signed_in_account().area)
    return render_template("office/waves.html", summaries=summaries)


@blueprint.get("/<wave_id>")
def wave(wave_id: str) -> str:
    return render_template("office/wave.html", overview=_overview(wave_id), address=_address, spaced=spaced)


@blueprint.get("/<wave_id>/codes/<code>.svg")
def code_picture(wave_id: str, code: str) -> Response:
    """The QR picture of a poster."""
    poster = _poster(wave_id, code).invitation
    picture = qr_svg(_address(poster.code), f"QR {spaced(poster.code)}")
    return Response(picture, mimetype="image/svg+xml")


@blueprint.get("/<wave_id>/posters.pdf")
def posters(wave_id: str) -> Response | Answer:
    """Every poster in use as A4 pages."""
    try:
        sheets = collect_sheets(services().storage, wave_id, _base(), Selection(InvitationKind.POSTER))
    except WaveError:
        flash(gettext("没有可以打印的海报。"), "error")
        return redirect(url_for("office.wave", wave_id=wave_id), 303)
    file = io.BytesIO()
    print_posters(sheets, file)
    name = {"Content-Disposition": f'attachment; filename="{wave_id}-posters.pdf"'}
    return Response(file.getvalue(), mimetype="application/pdf", headers=name)


@blueprint.route("/<wave_id>/codes/<code>/retire", methods=["GET", "POST"])
def retire(wave_id: str, code: str) -> str | Answer:
    """Ask first; then retire the code."""
    found = _poster(wave_id, code)
    if request.method == "GET":
        return render_template("office/retire.html", found=found, spaced=spaced)
    if retire_code(services().storage, wave_id, code, current_time(), signed_in_account().email):
        flash(gettext("编码 %(code)s 已停用。", code=spaced(code)), "success")
    return redirect(url_for("office.wave", wave_id=wave_id), 303)


def _overview(wave_id: str) -> WaveOverview:
    found = show_wave(services().storage, wave_id)
    if found is None:
        abort(404)
    return found


def _poster(wave_id: str, code: str) -> Poster:
    found = find_poster(services().storage, wave_id, code)
    if found is None:
        abort(404)
    return found


def _address(code: str) -> str:
    return answer_address(_base(), code)


def _base() -> str:
    """What residents' telephones reach: the setting, or the address of this very page."""
    return services().settings.public_url or request.url_root
