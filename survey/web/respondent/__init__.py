"""Residents: from the QR code to the receipt. No cookie, no script: all there is stands in the path."""

import json

from flask import Blueprint, Response, request

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

blueprint = Blueprint("respondent", __name__)


@blueprint.after_request
def tell_script(response: Response) -> Response:
    """Tell the script that sent a form where to go, instead of sending it there: it goes as a browser does."""
    if request.headers.get("X-Requested-With") == "fetch" and response.status_code == 303:
        response.data = json.dumps({"location": response.headers.pop("Location")})
        response.status_code, response.mimetype = 200, "application/json"
    return response


for page in (start, answer_all, answer_one, review, receipt, change, resume, kiosk, opinion, slip, voice):
    page.add_routes(blueprint)
