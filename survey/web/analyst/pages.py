"""Pages of the results: the waves, one wave, one indicator over the areas; starting a computation; downloads."""

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from survey.actions.programme.list_waves_in_area import WaveSummary, list_waves_in_area
from survey.actions.results.download_responses import download_responses
from survey.actions.results.export_estimates import export_estimates
from survey.actions.results.report_period import offered_periods
from survey.actions.results.show_results import WaveResults, show_results
from survey.actions.results.start_analysis import start_analysis
from survey.programme.area import Area
from survey.response.response import Source
from survey.web.analyst.make import sees_whole_district
from survey.web.analyst.overview_tables import (
    table_of_areas,
    table_of_indicators,
    table_of_two_samples,
    table_without,
)
from survey.web.analyst.view import Chart, show
from survey.web.charts_of_results import chart_of_areas, chart_of_indicators, title_of_areas, title_of_indicators
from survey.web.data_tables import DataTable
from survey.web.i18n import current_time, page_language
from survey.web.listing import Column, Listing
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.wave_list import ANSWERS, BY_STATUS, NAME, OPENED, STATUS, searched
from survey.web.words import SOURCES

blueprint = Blueprint("analyst", __name__, url_prefix="/staff/results")
_REFRESH_SECONDS = 4
WITHOUT = {
    "for_review": lazy_gettext("去掉待核对"),
    "flagged": lazy_gettext("去掉有疑点"),
    "watched": lazy_gettext("去掉有人在场"),
}

WAVES: Listing[WaveSummary] = Listing(
    columns=(
        *(NAME, STATUS, OPENED, *ANSWERS),
        Column("computed", lazy_gettext("最近一次计算"), lambda row: row.computed_at),
    ),
    identity=lambda row: row.wave.id,
    text=searched,
    sort="-opened",
    filters=(BY_STATUS,),
)


@blueprint.get("/")
def waves() -> str:
    """Every wave with what the account's area answered."""
    found = list_waves_in_area(services().storage, signed_in_account().area)
    whole = sees_whole_district(signed_in_account())
    periods = offered_periods(services().storage, current_time()) if whole else []
    return render_template(
        "analyst/waves.html",
        page=WAVES.page(found, request.args),
        periods=periods,
        in_english=page_language() == "en",
    )


@blueprint.get("/<wave_id>")
def wave(wave_id: str) -> str | Response:
    """Every indicator in one area: the account's own, or the one of the filter in the address."""
    results = _results(wave_id)
    area = _chosen_area(results)
    chart = chart_of_indicators(results, area) if results.shown else Markup("")
    tables = _tables(results, area) if results.shown and area else {}
    return show(
        "analyst/wave.html",
        results.wave,
        list(tables.values()),
        [Chart(title_of_indicators(area), chart)] if area and chart else [],
        results=results,
        area=area,
        places={name: k for k, name in enumerate(tables)},
        refresh_seconds=_REFRESH_SECONDS if results.newest and results.newest.status == "running" else None,
    )


def _tables(results: WaveResults, area: Area) -> dict[str, DataTable]:
    """The tables of the page by name; what compares samples and answers is of the whole district only."""
    tables = {"indicators": table_of_indicators(results, area)}
    if results.areas[0].parent is not None:
        return tables
    if results.two_samples:
        tables["two_samples"] = table_of_two_samples(results)
    marks = [str(WITHOUT[mark]) for mark in results.without]
    for source, name in (("prob", Source.PROB), ("qr", Source.QR)):
        if source in results.sources_without:
            tables[source] = table_without(results, source, str(SOURCES[name]), marks)
    return tables


@blueprint.get("/<wave_id>/indicators/<indicator_id>")
def indicator(wave_id: str, indicator_id: str) -> str | Response:
    """One indicator in every area that the account sees."""
    results = _results(wave_id)
    found = next((each for each in results.indicators if each.indicator.id == indicator_id), None)
    if found is None:
        abort(404)
    chart = chart_of_areas(results, found) if results.shown else Markup("")
    charts = [Chart(title_of_areas(found), chart)] if chart else []
    tables = [table_of_areas(results, found)] if results.shown else []
    return show("analyst/indicator.html", results.wave, tables, charts, results=results, found=found)


@blueprint.post("/<wave_id>/start")
def start(wave_id: str) -> Answer:
    """Start the computation in a process of its own; the page of the wave shows how it goes."""
    wave = _results(wave_id).wave
    start_analysis(services().storage, wave.id, signed_in_account().email, current_time())
    return redirect(url_for("analyst.wave", wave_id=wave.id), 303)


@blueprint.get("/<wave_id>/estimates.csv")
def estimates(wave_id: str) -> Response:
    """The figures as a table, unrounded; what is held back is empty and says why."""
    content = export_estimates(_results(wave_id), page_language())
    return _download(content, "text/csv; charset=utf-8", f"{wave_id}-estimates.csv")


@blueprint.get("/<wave_id>/responses.zip")
def responses(wave_id: str) -> Response:
    """The answers of the account's area, with codebook and manifest; the download is logged."""
    account = signed_in_account()
    wave = _results(wave_id).wave
    file = download_responses(services().storage, wave.id, account.area, current_time(), account.email)
    return send_file(file, "application/zip", as_attachment=True, download_name=f"{wave.id}-responses.zip")


def _results(wave_id: str) -> WaveResults:
    found = show_results(services().storage, wave_id, signed_in_account().area)
    if found is None:
        abort(404)
    return found


def _chosen_area(results: WaveResults) -> Area | None:
    """The area of `?area=`, if the account may see it; without one, the highest of its areas."""
    code = request.args.get("area")
    if code is None:
        return results.areas[0] if results.areas else None
    found = next((area for area in results.areas if area.code == code), None)
    if found is None:
        abort(404)
    return found


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
