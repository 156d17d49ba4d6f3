"""Residents: from the QR code to the receipt. No cookie, no script: all there is stands in the path."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from survey.web.respondent import (
    answer_all,
    answer_one,
    change,
    kiosk,
    opinion,
    receipt,
    resume,
    review,
    slip,
    start,
    voice,
)
from survey.web.respondent.look import LookConverter

blueprint = Blueprint("respondent", __name__)


@blueprint.record_once
def _add_converter(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["look"] = LookConverter


for page in (start, answer_all, answer_one, review, receipt, change, resume, kiosk, opinion, slip, voice):
    page.add_routes(blueprint)
