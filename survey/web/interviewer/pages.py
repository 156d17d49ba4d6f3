"""The first page of supervisors and interviewers: how much there is to do, and never an answer or a rate."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext

from survey.actions.fieldwork.count_assignments import AreaAssignments, WaveAssignments, count_assignments
from survey.programme.wave import Wave
from survey.web.i18n import in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("interviewer", __name__, url_prefix="/staff/assignments")
Row = tuple[Wave, AreaAssignments]


def _listing(waves: Sequence[WaveAssignments]) -> Listing[Row]:
    """The communities of the waves that are being asked, by their codes; the wave, where there are several."""
    wave = Column[Row]("wave", lazy_gettext("调查轮次"), lambda row: in_page_language(row[0].name))
    return Listing(
        columns=(
            Column("area", lazy_gettext("社区"), lambda row: row[1].area.code),
            Column("drawn", lazy_gettext("抽中住户"), lambda row: row[1].drawn, number=True),
            Column("interviewed", lazy_gettext("已访问"), lambda row: row[1].interviewed, number=True),
            Column("otherwise", lazy_gettext("其他结果"), lambda row: row[1].ended_otherwise, number=True),
            Column("open", lazy_gettext("尚未上门"), lambda row: row[1].not_visited, number=True),
            *([wave] if len(waves) > 1 else []),
        ),
        identity=lambda row: f"{row[0].id} {row[1].area.code}",
        text=lambda row: f"{in_page_language(row[1].area.name)} {row[1].area.code}",
        sort="area",
        filters=(
            Filter(
                "wave",
                lazy_gettext("调查轮次"),
                {each.wave.id: in_page_language(each.wave.name) for each in waves},
                lambda row: row[0].id,
            ),
        ),
    )


@blueprint.get("/")
def assignments() -> str:
    waves = count_assignments(services().storage, signed_in_account().area)
    rows = [(each.wave, area) for each in waves for area in each.areas]
    return render_template("interviewer/assignments.html", page=_listing(waves).page(rows, request.args), waves=waves)
