"""What every member of the staff has: a first page that leads to the own work, and the list of accounts."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from survey.accounts.account import Role
from survey.accounts.credentials import Credentials
from survey.actions.accounts.find_account import list_accounts
from survey.web import service_tokens
from survey.web.frame import ROLE_NAMES
from survey.web.listing import Column, Filter, Listing
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

_IN_USE = {"active": lazy_gettext("使用中"), "stopped": lazy_gettext("已停用")}


def _in_use(found: Credentials) -> str:
    return "active" if found.account.active else "stopped"


ACCOUNTS: Listing[Credentials] = Listing(
    columns=(
        Column("name", lazy_gettext("姓名"), lambda found: found.account.name),
        Column("email", lazy_gettext("邮箱"), lambda found: found.account.email),
        Column("role", lazy_gettext("角色"), lambda found: list(Role).index(found.account.role)),
        Column("scope", lazy_gettext("范围"), lambda found: found.account.unit or found.account.area),
        Column("second", lazy_gettext("两步验证"), lambda found: 0 if found.second_factor.method else 1),
        Column("state", lazy_gettext("状态"), _in_use),
    ),
    identity=lambda found: found.account.email,
    text=lambda found: f"{found.account.name} {found.account.email} {found.account.unit or found.account.area}",
    sort="email",
    filters=(
        Filter(
            "role",
            lazy_gettext("角色"),
            {role.value: words for role, words in ROLE_NAMES.items()},
            lambda found: found.account.role.value,
        ),
        Filter("state", lazy_gettext("状态"), _IN_USE, _in_use),
    ),
)


@blueprint.get("/")
def home() -> Response:
    """Each role has one first page."""
    return redirect(url_for(_FIRST_PAGE[signed_in_account().role]), 303)


@blueprint.get("/accounts")
def accounts() -> str:
    """Every account, to look one up."""
    return render_template("staff/accounts.html", page=ACCOUNTS.page(list_accounts(services().storage), request.args))
