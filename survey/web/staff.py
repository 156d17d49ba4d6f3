"""What every member of the staff has: a first page that leads to the own work, and the list of accounts."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from survey.accounts.account import Role
from survey.actions.accounts.find_account import list_accounts
from survey.web import service_tokens
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
service_tokens.add_routes(blueprint)

_FIRST_PAGE = {
    Role.ADMINISTRATOR: "staff.accounts",
    Role.OFFICE: "office.waves",
    Role.ANALYST: "analyst.waves",
    Role.SUPERVISOR: "interviewer.assignments",
    Role.INTERVIEWER: "interviewer.assignments",
    Role.UNIT: "unit.indicators",
}


@blueprint.get("/")
def home() -> Response:
    """Each role has one first page."""
    return redirect(url_for(_FIRST_PAGE[signed_in_account().role]), 303)


@blueprint.get("/accounts")
def accounts() -> str:
    return render_template("staff/accounts.html", credentials=list_accounts(services().storage))
