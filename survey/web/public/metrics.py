"""Numbers for Prometheus: requests by endpoint and status, their duration. Read on the machine itself or with a token.

With several worker processes set PROMETHEUS_MULTIPROC_DIR to an empty directory before the start; the library then adds
the processes up. Without it a scrape sees the process that answers.
"""

import hmac
import time
from functools import cache

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from survey.web.services import services

_LOOPBACK = {"127.0.0.1", "::1"}
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REGISTRY = CollectorRegistry()
REQUESTS = Counter("minyi_requests_total", "Requests answered", ["endpoint", "status"], registry=REGISTRY)
SECONDS = Histogram("minyi_request_seconds", "Duration", ["endpoint"], buckets=_BUCKETS, registry=REGISTRY)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/metrics", "metrics", show_metrics)


def watch(app: Flask) -> None:
    """Count and time every request of the application."""
    app.before_request(_start)
    app.after_request(_count)


def show_metrics() -> Response:
    if not _may_read():
        abort(404)
    registry = REGISTRY
    if services().settings.metrics_directory:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    """Whoever holds the token; without a proxy in between also the machine itself."""
    token = services().settings.metrics_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme == "Bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return True
    forwarded = any(name.lower().startswith(("x-forwarded", "forwarded", "x-real-ip")) for name, _ in request.headers)
    return request.remote_addr in _LOOPBACK and not forwarded


def _start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    requests, seconds = _of(request.endpoint or "none", response.status_code)
    requests.inc()
    if "started" in g:
        seconds.observe(time.perf_counter() - g.started)
    return response


@cache
def _of(endpoint: str, status: int) -> tuple[Counter, Histogram]:
    """The two figures of an endpoint and a status; the library would look for them anew in every request."""
    return REQUESTS.labels(endpoint, status), SECONDS.labels(endpoint)
