"""Downloading the special report of a wave, for accounts of the whole district only."""

from flask import Blueprint, Response, abort

from survey.actions.results.report_wave import report_as
from survey.actions.results.show_results import show_results
from survey.web.security import signed_in_account
from survey.web.services import services

_KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/report.<any(docx, pdf, html):ending>", "report", report)


def report(wave_id: str, ending: str) -> Response:
    results = show_results(services().storage, wave_id, signed_in_account().area)
    if results is None or results.shown is None or not results.areas or results.areas[0].parent is not None:
        abort(404)
    content = report_as(services().storage, wave_id, ending)
    headers = {"Content-Disposition": f'attachment; filename="{wave_id}-report.{ending}"'}
    return Response(content, content_type=_KINDS[ending], headers=headers)
