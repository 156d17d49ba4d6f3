"""Pages of the office: its waves, a wave with its codes and their funnels, the code of a poster as a picture."""

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import lazy_gettext

from survey.actions.invitation.show_funnel import show_funnel_by_day
from survey.actions.programme.list_waves_in_area import list_waves_in_area
from survey.actions.programme.show_plan import list_plans
from survey.actions.programme.show_wave import PosterCount
from survey.exchange.export.csv_file import as_csv, safe_text
from survey.invitation.code import answer_address, spaced
from survey.programme.wave import WaveError
from survey.response.suspicion import REVIEW_FROM
from survey.web.funnel_chart import funnel_chart, most_of
from survey.web.i18n import in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.office.found import base_address, found_overview, found_poster
from survey.web.office.lists import POPULATIONS, WAVES
from survey.web.office.programme import may_change
from survey.web.qr import qr_svg
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.voice_words import LAYERS, signs_with_weights

_FUNNEL_COLUMNS = ("day", "code", "area", "place", "scanned", "opened", "started", "sent", "flagged")

_IN_USE = {"used": lazy_gettext("使用中"), "retired": lazy_gettext("已停用")}

POSTERS: Listing[PosterCount] = Listing(
    columns=(
        Column("picture", lazy_gettext("二维码")),
        Column("place", lazy_gettext("张贴地点"), lambda each: in_page_language(each.poster.place)),
        Column("code", lazy_gettext("编码与网址"), lambda each: each.poster.code),
        Column("funnel", lazy_gettext("漏斗")),
        Column("scanned", lazy_gettext("扫码"), lambda each: each.funnel.scanned, number=True),
        Column("opened", lazy_gettext("看题"), lambda each: each.funnel.opened, number=True),
        Column("started", lazy_gettext("动笔"), lambda each: each.funnel.started, number=True),
        Column("sent", lazy_gettext("提交"), lambda each: each.funnel.sent, number=True),
        Column("flagged", lazy_gettext("待核对"), lambda each: each.funnel.flagged, number=True),
    ),
    identity=lambda each: each.poster.code,
    text=lambda each: (
        f"{each.poster.code} {spaced(each.poster.code)} {each.poster.place.zh_hans} {each.poster.place.en} "
        f"{each.area.name.zh_hans} {each.area.name.en}"
    ),
    sort="place",
    filters=(
        Filter("state", lazy_gettext("状态"), _IN_USE, lambda each: "retired" if each.poster.retired else "used"),
    ),
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "waves", waves)
    blueprint.add_url_rule("/<wave_id>", "wave", wave)
    blueprint.add_url_rule("/<wave_id>/codes/<code>.svg", "code_picture", code_picture)
    blueprint.add_url_rule("/<wave_id>/funnel.csv", "funnel", funnel)


def waves() -> str:
    """Opened waves, and those in preparation."""
    storage = services().storage
    return render_template(
        "office/waves.html",
        page=WAVES.page(list_waves_in_area(storage, signed_in_account().area), request.args),
        populations=POPULATIONS,
        plans=list_plans(storage),
        may_change=may_change(),
    )


def wave(wave_id: str) -> str:
    overview = found_overview(wave_id)
    most = most_of([each.funnel for each in overview.posters])
    return render_template(
        "office/wave.html",
        overview=overview,
        page=POSTERS.page(overview.posters, request.args),
        address=_address,
        spaced=spaced,
        chart=lambda funnel: funnel_chart(funnel, most),
        layers=[str(LAYERS[name]) for name in overview.wave.protection.layers],
        signs=signs_with_weights(),
        review_from=REVIEW_FROM,
        may_change=may_change(),
    )


def code_picture(wave_id: str, code: str) -> Response:
    """The QR picture of a poster."""
    poster = found_poster(wave_id, code).invitation
    picture = qr_svg(_address(poster.code), f"QR {spaced(poster.code)}")
    return Response(picture, mimetype="image/svg+xml")


def funnel(wave_id: str) -> Response:
    """The funnels by poster and day as CSV."""
    try:
        days = show_funnel_by_day(services().storage, wave_id)
    except WaveError:
        abort(404)
    rows = [
        (
            *(row.day.isoformat(), row.poster.code, row.area.code, safe_text(row.poster.place.zh_hans)),
            *(row.funnel.scanned, row.funnel.opened, row.funnel.started, row.funnel.sent, row.funnel.flagged),
        )
        for row in days
    ]
    name = {"Content-Disposition": f'attachment; filename="{wave_id}-funnel.csv"'}
    return Response(as_csv(_FUNNEL_COLUMNS, rows), mimetype="text/csv", headers=name)


def _address(code: str) -> str:
    return answer_address(base_address(), code)
