"""Devices with ODK Collect, from the page of all devices: set one up by a QR code, revoke one."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from survey.actions.fieldwork.collect_devices import (
    find_collect_device,
    issue_collect_device,
    revoke_collect_device,
)
from survey.exchange.openrosa.device_settings import settings_code
from survey.fieldwork.collect_device import LABEL_LIMIT, CollectDeviceError
from survey.web.i18n import current_time
from survey.web.office.devices import devices_page
from survey.web.office.found import base_address
from survey.web.qr import qr_svg
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("collect", __name__, url_prefix="/staff/collect")


@blueprint.get("/")
def devices() -> ResponseReturnValue:
    """They stand with all others."""
    return redirect(url_for("devices.devices", _anchor="collect"), 303)


@blueprint.post("/")
def issue() -> ResponseReturnValue:
    """A new device; its QR code is on the answer to this request and nowhere else."""
    account = signed_in_account()
    interviewer, label = request.form.get("interviewer", ""), request.form.get("label", "")
    try:
        issued = issue_collect_device(
            services().storage, interviewer, label, area=account.area, now=current_time(), actor=account.email
        )
    except CollectDeviceError:
        problem = gettext("请选择访问员，并给设备起一个不超过 %(n)s 个字的名称。", n=LABEL_LIMIT)
        return devices_page(problem, at="label"), 422
    address = f"{base_address().rstrip('/')}/openrosa/{issued.token}"
    picture = qr_svg(settings_code(address, gettext("民意调查")), gettext("设置 ODK Collect 的二维码"))
    return render_template("office/collect_issued.html", device=issued.device, address=address, picture=picture)


@blueprint.route("/<device_id>/revoke", methods=["GET", "POST"])
def revoke(device_id: str) -> ResponseReturnValue:
    """Ask first; then its token opens nothing any more."""
    account, storage = signed_in_account(), services().storage
    device = find_collect_device(storage, device_id, account.area)
    if device is None:
        abort(404)
    if request.method == "GET":
        return render_template("office/collect_revoke.html", device=device)
    if revoke_collect_device(storage, device_id, area=account.area, now=current_time(), actor=account.email):
        flash(gettext("设备“%(label)s”已停用。", label=device.label), "success")
    return redirect(url_for("devices.devices"), 303)
