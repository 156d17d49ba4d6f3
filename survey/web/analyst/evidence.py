"""Downloading the evidence bundle of a wave: for analysts of the whole district only."""

import tempfile

from flask import Blueprint, Response, abort, flash, redirect, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from survey.actions.results.make_evidence import make_evidence
from survey.actions.results.show_results import show_results
from survey.web.i18n import current_time
from survey.web.security import signed_in_account
from survey.web.services import services

MOST_ROWS = 20_000  # what is made while a browser waits; larger waves by `flask evidence`


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/evidence.zip", "evidence", evidence)


def evidence(wave_id: str) -> Response | Answer:
    found, account = services(), signed_in_account()
    results = show_results(found.storage, wave_id, account.area)
    if results is None or not results.areas or results.areas[0].parent is not None:
        abort(404)
    if sum(results.responses.values()) > MOST_ROWS:
        flash(gettext("答卷太多，请由管理员用命令 flask evidence 生成复核材料。"), "error")
        return redirect(url_for("analyst.wave", wave_id=wave_id), 303)
    target = tempfile.TemporaryFile(prefix="minyi-evidence-")  # noqa: SIM115 - closed when it has been sent
    make_evidence(found.storage, wave_id, found.settings.secret_key, target, current_time(), account.email)
    return send_file(target, "application/zip", as_attachment=True, download_name=f"{wave_id}-evidence.zip")
