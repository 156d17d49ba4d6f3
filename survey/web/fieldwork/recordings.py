"""Recorded beside a visit with consent: opened one by one (each opening is logged), or deleted with a reason."""

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.fieldwork.assign_cases import Decision
from survey.actions.fieldwork.show_recordings import open_recording, remove_recording
from survey.fieldwork.case import FieldworkError
from survey.programme.recording_plan import RecordingKind
from survey.web.i18n import current_time, gettext
from survey.web.security import signed_in_account
from survey.web.services import services

KINDS = {
    RecordingKind.POSITION: lazy_gettext("大致位置"),
    RecordingKind.PHOTO: lazy_gettext("照片"),
    RecordingKind.AUDIO: lazy_gettext("录音"),
}


def add_routes(blueprint: Blueprint) -> None:
    address = "/<wave_id>/cases/<case_id>/recordings/<recording_id>"
    blueprint.add_url_rule(address, "recording", recording)
    blueprint.add_url_rule(address, "remove", remove, methods=["POST"])


def recording(wave_id: str, case_id: str, recording_id: str) -> Response:
    """The file, to be saved: it is never shown inside a page."""
    account = signed_in_account()
    try:
        found = open_recording(
            services().storage,
            wave_id,
            case_id,
            recording_id,
            area=account.area,
            now=current_time(),
            actor=account.email,
        )
    except FieldworkError:
        abort(404)
    ending = found.media_type.partition("/")[2].removeprefix("x-")
    name = {"Content-Disposition": f'attachment; filename="{found.kind}-{found.id[:8]}.{ending}"'}
    return Response(found.content, mimetype=found.media_type, headers=name)


def remove(wave_id: str, case_id: str, recording_id: str) -> ResponseReturnValue:
    account, reason = signed_in_account(), request.form.get("reason", "")
    try:
        decision = Decision(account.email, account.area, current_time(), reason)
        remove_recording(services().storage, wave_id, case_id, recording_id, decision)
        flash(gettext("已删除。"), "success")
    except FieldworkError:
        flash(gettext("没有删除：请写原因；也可能已经删除了。"), "error")
    return redirect(url_for("fieldwork.case", wave_id=wave_id, case_id=case_id), 303)
