"""The first page of a responsible unit: which indicators it leads or supports. No live result is shown to it."""

from flask import Blueprint, abort, render_template

from survey.actions.programme.show_unit import show_unit
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("unit", __name__, url_prefix="/staff/unit")


@blueprint.get("/")
def indicators() -> str:
    found = show_unit(services().storage, signed_in_account().unit or "")
    if found is None:
        abort(404)
    return render_template("unit/indicators.html", found=found)
