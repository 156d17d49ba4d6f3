"""The workers' devices as the office and supervisors see them: counts and clocks, never what was recorded."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.fieldwork.import_device_file import import_device_file
from survey.actions.fieldwork.list_devices import list_devices
from survey.actions.fieldwork.settle_kept_record import reopen_kept_record, settle_kept_record
from survey.actions.fieldwork.stop_device import find_device, stop_device
from survey.fieldwork.collect_device import LABEL_LIMIT
from survey.fieldwork.device import DeviceError, RecordOutcome
from survey.web.i18n import current_time, gettext
from survey.web.office.device_lists import DEVICES, KEPT_RECORDS
from survey.web.office.device_words import REASONS
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("devices", __name__, url_prefix="/staff/devices")


@blueprint.get("/")
def devices() -> str:
    return devices_page()


@blueprint.route("/<device_id>/stop", methods=["GET", "POST"])
def stop(device_id: str) -> ResponseReturnValue:
    """Ask first; then take the device out of service."""
    account = signed_in_account()
    found = find_device(services().storage, device_id, account.area)
    if found is None:
        abort(404)
    if request.method == "GET":
        return render_template("office/stop_device.html", device=found)
    stop_device(services().storage, device_id, account.area, current_time(), account.email)
    flash(gettext("设备“%(label)s”已停用。", label=found.label), "success")
    return redirect(url_for("devices.devices"), 303)


@blueprint.post("/import")
def take_file() -> ResponseReturnValue:
    """Bring in the file that an app exported."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return devices_page(gettext("请先选择文件。")), 422
    account, key = signed_in_account(), services().settings.secret_key
    content = upload.read()
    try:
        outcomes = import_device_file(
            services().storage, key, content, current_time(), account.email, area=account.area
        )
    except DeviceError:
        return devices_page(gettext("这不是本系统的入户应用导出的文件，什么也没有导入。")), 422
    known = outcomes.get(RecordOutcome.ALREADY_RECEIVED, 0)
    waiting = outcomes.get(RecordOutcome.KEPT, 0) + outcomes.get(RecordOutcome.CONFLICT, 0)
    counts = {"new": outcomes.get(RecordOutcome.ACCEPTED, 0), "known": known, "waiting": waiting}
    flash(gettext("已导入：新收 %(new)s 条，以前收过 %(known)s 条，待核对 %(waiting)s 条。", **counts), "success")
    return redirect(url_for("devices.devices"), 303)


@blueprint.get("/kept")
def kept() -> str:
    """The records that wait for a person, and what was done about the others."""
    return _kept_page()


@blueprint.post("/kept/<record_id>/<sha256>")
def settle(record_id: str, sha256: str) -> ResponseReturnValue:
    """Note what was done about a record that waited."""
    account, done = signed_in_account(), request.form.get("done", "")
    try:
        who = {"area": account.area, "actor": account.email}
        if request.form.get("action") == "reopen":
            reopen_kept_record(services().storage, record_id, sha256, why=done, now=current_time(), **who)
        else:
            settle_kept_record(services().storage, record_id, sha256, done=done, now=current_time(), **who)
    except DeviceError:
        return _kept_page(gettext("请写明怎样处理的（200 字以内）；也可能刚刚有人处理过，请看下面的最新情况。")), 422
    flash(gettext("已记下。"), "success")
    return redirect(url_for("devices.kept"), 303)


def devices_page(problem: str = "", at: str = "main") -> str:
    """Every device, with our app or with ODK Collect. `problem` is linked to the field with the id `at`."""
    found = list_devices(services().storage, signed_in_account().area)
    return render_template(
        "office/devices.html",
        found=found,
        page=DEVICES.page((*found.devices, *found.collect), request.args),
        problem=problem,
        at=at,
        label_limit=LABEL_LIMIT,
        typed=request.form,
    )


def _kept_page(problem: str = "") -> str:
    found = list_devices(services().storage, signed_in_account().area)
    page = KEPT_RECORDS.page(found.kept + found.settled, request.args)
    return render_template("office/kept_records.html", page=page, reasons=REASONS, problem=problem)
