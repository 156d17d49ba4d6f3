"""The two checks that a load balancer asks for: is the process up, and can it take answers."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from survey.actions.upkeep.check_readiness import check_readiness
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/healthz", "health", show_health)
    blueprint.add_url_rule("/readyz", "readiness", show_readiness)


def show_health() -> ResponseReturnValue:
    """The process is up."""
    return jsonify(status="ok")


def show_readiness() -> ResponseReturnValue:
    """The database is reachable and its migrations are current; 503 while one of the two is not so."""
    found = check_readiness(services().storage)
    body = jsonify(
        status="ready" if found.ready else "not ready",
        database_reachable=found.database_reachable,
        migration=found.migration,
        newest_migration=found.newest_migration,
    )
    return body, 200 if found.ready else 503
