"""The first page of supervisors and interviewers: how much there is to do, and never an answer or a rate."""

from flask import Blueprint, render_template

from survey.actions.fieldwork.count_assignments import count_assignments
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("interviewer", __name__, url_prefix="/staff/assignments")


@blueprint.get("/")
def assignments() -> str:
    account = signed_in_account()
    return render_template("interviewer/assignments.html", waves=count_assignments(services().storage, account.area))
