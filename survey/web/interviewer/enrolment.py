"""Enrol a device: signed in, online, once. The reply is JSON for the script of the page, which seals it under a PIN."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions.fieldwork.enrol_device import enrol_device
from survey.fieldwork.device import LABEL_LIMIT, DeviceError
from survey.web.i18n import current_time
from survey.web.interviewer.app_files import module_address
from survey.web.security import signed_in_account
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/device", "enrol_page", enrol_page)
    blueprint.add_url_rule("/device", "enrol", enrol, methods=["POST"])


def enrol_page() -> str:
    return render_template("interviewer/enrol.html", module=module_address("enrol.js"), limit=LABEL_LIMIT)


def enrol() -> ResponseReturnValue:
    account = signed_in_account()
    try:
        made = enrol_device(
            services().storage, services().settings.secret_key, account, request.form.get("label", ""), current_time()
        )
    except DeviceError:
        return jsonify(error="label"), 422
    return jsonify(
        device=made.device.id,
        label=made.device.label,
        interviewer=made.device.interviewer,
        deliver_token=made.deliver_token,
        work_token=made.work_token,
        office_point=made.office_point,
        receipt_key=made.receipt_key,
    )
