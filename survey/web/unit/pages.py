"""The first page of a responsible unit: which indicators it leads or supports. No live result is shown to it."""

from flask import Blueprint, abort, render_template, request
from flask_babel import lazy_gettext

from survey.actions.programme.show_unit import show_unit
from survey.programme.unit import UnitRole
from survey.programme.wave_indicator import WaveIndicator
from survey.web.i18n import in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("unit", __name__, url_prefix="/staff/unit")
Row = tuple[UnitRole, str, WaveIndicator | None]
ROLES = {UnitRole.LEAD: lazy_gettext("牵头"), UnitRole.COOPERATING: lazy_gettext("配合")}


def _name(row: Row) -> str:
    return in_page_language(row[2].indicator.label) if row[2] else row[1]


INDICATORS: Listing[Row] = Listing(
    columns=(
        Column("name", lazy_gettext("指标"), _name),
        Column("role", lazy_gettext("分工"), lambda row: f"{list(ROLES).index(row[0])} {row[1]}"),
        Column("target", lazy_gettext("目标"), lambda row: row[2].target.value if row[2] and row[2].target else None),
    ),
    identity=lambda row: row[1],
    text=lambda row: f"{row[1]} {_name(row)}",
    sort="role",
    filters=(
        Filter(
            "role",
            lazy_gettext("分工"),
            {role.value: words for role, words in ROLES.items()},
            lambda row: row[0].value,
        ),
    ),
)


@blueprint.get("/")
def indicators() -> str:
    found = show_unit(services().storage, signed_in_account().unit or "")
    if found is None:
        abort(404)
    page = INDICATORS.page(found.rows, request.args)
    return render_template("unit/indicators.html", found=found, page=page, roles=ROLES)
