"""Residents: from the QR code to the receipt. No cookie, no script: all there is stands in the path."""

from flask import Blueprint

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


for page in (start, answer_all, answer_one, review, receipt, change, resume, kiosk, opinion, slip, voice):
    page.add_routes(blueprint)
