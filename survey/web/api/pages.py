"""The routes of `/api/v1`: read the token, call an action, answer with a document. Errors are documents as well."""

from flask import Blueprint, Response, abort, jsonify, request, url_for
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from survey.actions import StorageUnavailableError
from survey.actions.invitation.show_funnel import show_funnel_by_day
from survey.actions.programme.list_areas import list_areas
from survey.actions.programme.list_waves_in_area import list_waves_in_area
from survey.actions.results.page_responses import LARGEST_PAGE, CursorError, page_responses
from survey.actions.results.show_results import show_results
from survey.programme.wave import WaveError
from survey.web.api.bearer import NotAdmittedError, admit, bearer
from survey.web.api.documents import (
    AreaDocument,
    AreaList,
    EstimateList,
    FunnelDocument,
    FunnelList,
    Problem,
    ResponseDocument,
    ResponseList,
    WaveDocument,
    WaveList,
)
from survey.web.api.openapi import openapi_document
from survey.web.i18n import current_time
from survey.web.services import services

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.before_request(admit)
_USUAL_PAGE = 200


@blueprint.get("/openapi.json")
def openapi() -> Response:
    return jsonify(openapi_document())


@blueprint.get("/waves")
def waves() -> Response:
    found = list_waves_in_area(services().storage, bearer().area)
    return _send(WaveList(items=[WaveDocument.of(summary) for summary in found]))


@blueprint.get("/areas")
def areas() -> Response:
    return _send(AreaList(items=[AreaDocument.of(area) for area in list_areas(services().storage, bearer().area)]))


@blueprint.get("/waves/<wave_id>/estimates")
def estimates(wave_id: str) -> Response:
    results = show_results(services().storage, wave_id, bearer().area)
    if results is None:
        abort(404, f"there is no wave {wave_id}")
    return _send(EstimateList.of(results))


@blueprint.get("/waves/<wave_id>/responses")
def responses(wave_id: str) -> Response:
    limit = request.args.get("limit", str(_USUAL_PAGE))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= LARGEST_PAGE):
        abort(400, f"limit: expected a number from 1 to {LARGEST_PAGE}, found {limit[:80]!r}")
    page = page_responses(
        services().storage,
        wave_id,
        bearer().area,
        after=request.args.get("after"),
        limit=int(limit),
        now=current_time(),
    )
    following = None
    if page.after is not None:
        following = url_for("api.responses", wave_id=wave_id, limit=limit, after=page.after)
    items = [ResponseDocument.of(response, page.left_out) for response in page.responses]
    return _send(ResponseList(items=items, next=following))


@blueprint.get("/waves/<wave_id>/funnel")
def funnel(wave_id: str) -> Response:
    inside = {area.code for area in list_areas(services().storage, bearer().area)}
    days = [day for day in show_funnel_by_day(services().storage, wave_id) if day.area.code in inside]
    items = [
        FunnelDocument(
            poster=found.poster.code,
            area=found.area.code,
            day=found.day,
            scanned=found.funnel.scanned,
            opened=found.funnel.opened,
            started=found.funnel.started,
            sent=found.funnel.sent,
            flagged=found.funnel.flagged,
        )
        for found in days
    ]
    return _send(FunnelList(items=items))


@blueprint.errorhandler(NotAdmittedError)
def refuse(error: NotAdmittedError) -> Response:
    answer = _problem(error.status, "not admitted", error.detail)
    answer.headers["WWW-Authenticate"] = error.challenge
    return answer


@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> Response:
    return _problem(error.code or 500, error.name, error.description or "")


@blueprint.errorhandler(WaveError)
def show_unknown_wave(error: WaveError) -> Response:
    return _problem(404, "Not Found", str(error))


@blueprint.errorhandler(CursorError)
def show_wrong_cursor(error: CursorError) -> Response:
    return _problem(400, "Bad Request", str(error))


@blueprint.errorhandler(StorageUnavailableError)
def show_outage(_error: StorageUnavailableError) -> Response:
    answer = _problem(503, "Service Unavailable", "the database cannot be reached now; ask again in a while")
    answer.headers["Retry-After"] = "20"
    return answer


def _send(document: BaseModel) -> Response:
    return Response(document.model_dump_json(), mimetype="application/json")


def _problem(status: int, title: str, detail: str) -> Response:
    body = Problem(title=title, status=status, detail=detail).model_dump_json()
    return Response(body, status, mimetype="application/problem+json")
