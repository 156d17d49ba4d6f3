"""The OpenAPI 3.1 document of the API, made from the routes below and the fields of the documents."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from survey.actions.results.page_responses import LARGEST_PAGE
from survey.web.api.bearer import needed_scope
from survey.web.api.documents import AreaList, EstimateList, FunnelList, Problem, ResponseList, WaveList

_WAVE = {"name": "wave_id", "in": "path", "required": True, "schema": {"type": "string"}}
_LIMIT = {
    "name": "limit",
    "in": "query",
    "description": "rows of a page",
    "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 200},
}
_AFTER = {
    "name": "after",
    "in": "query",
    "description": "cursor of a page; the field `next` of the page before holds the whole address",
    "schema": {"type": "string"},
}


@dataclass(frozen=True)
class Route:
    """One address as its readers see it; `endpoint` names the row of the matrix of permissions."""

    endpoint: str
    path: str
    summary: str
    document: type[BaseModel]
    parameters: tuple[dict[str, Any], ...] = ()


ROUTES = (
    Route("api.waves", "/waves", "Waves, the newest first", WaveList),
    Route("api.areas", "/areas", "The token's area and everything below", AreaList),
    Route("api.estimates", "/waves/{wave_id}/estimates", "Figures of the newest analysis", EstimateList, (_WAVE,)),
    Route(
        "api.responses",
        "/waves/{wave_id}/responses",
        "Live responses in the order of their arrival, without open texts; the newest minute is held back",
        ResponseList,
        (_WAVE, _LIMIT, _AFTER),
    ),
    Route("api.funnel", "/waves/{wave_id}/funnel", "What happened at each poster, day by day", FunnelList, (_WAVE,)),
)
_PROBLEMS = {
    "400": "a parameter is wrong",
    "401": "no token, or one that is unknown, over or revoked",
    "403": "the token has not the scope",
    "404": "there is no such wave",
    "503": "the database cannot be reached now",
}


def openapi_document() -> dict[str, Any]:
    models: list[type[BaseModel]] = [*(route.document for route in ROUTES), Problem]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Minyi (民意)",
            "version": "1",
            "description": "Read-only. Shares are in 0..1 and unrounded, scores in 0..100, times in UTC.",
        },
        "servers": [{"url": "/api/v1"}],
        "paths": {route.path: {"get": _operation(route)} for route in ROUTES},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    scope = needed_scope(route.endpoint)
    return {
        "operationId": route.endpoint.removeprefix("api."),
        "summary": route.summary,
        "description": f"Needs the scope `{scope.value}`." if scope else "Open to everybody.",
        "parameters": list(route.parameters),
        "security": [{"token": []}] if scope else [],
        "responses": {
            "200": {"description": route.summary, "content": _content("application/json", route.document)},
            **{
                status: {"description": words, "content": _content("application/problem+json", Problem)}
                for status, words in _PROBLEMS.items()
            },
        },
    }


def _content(media_type: str, document: type[BaseModel]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{document.__name__}"}}}
