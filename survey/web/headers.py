"""Security headers on every answer, compression of pages, and the one proxy hop that an installation names."""

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Nothing inline, nothing from elsewhere, nothing framed: a page can load this installation's own files only.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),  # `no-referrer` would break the origin check of staff forms
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
]
_NOT_KEPT = ("Cache-Control", "no-store")
_HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
_SMALLEST_COMPRESSED = 500  # below, the gzip frame outweighs what it saves


def install(app: Flask, trusted_proxies: int) -> None:
    """Add the headers; `trusted_proxies` is the number of proxies in front that set X-Forwarded-*."""
    app.after_request(compress)
    # Around the application and not in it: one list joined to another, where Flask would check each header each time.
    application = with_headers(app.wsgi_app)
    if trusted_proxies:
        hops = trusted_proxies
        application = ProxyFix(application, x_for=hops, x_proto=hops, x_host=hops)
    setattr(app, "wsgi_app", application)  # noqa: B010 - the way Flask documents; a plain assignment offends the types


def with_headers(application: "WSGIApplication") -> "WSGIApplication":
    """Every answer gets the headers; what does not name its own caching is not stored anywhere."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            named = {name.lower() for name, _ in headers}
            own = named & {"content-security-policy", "permissions-policy"}
            added = _beside_own_policy(named) if own else [*_HEADERS]
            if "cache-control" not in named:
                added.append(_NOT_KEPT)
            if environ["wsgi.url_scheme"] == "https":
                added.append(_HSTS)
            return start_response(status, headers + added, error)

        return application(environ, start)

    return answer


def _beside_own_policy(named: set[str]) -> list[tuple[str, str]]:
    """For an answer with a policy of its own: nothing that contradicts it. A CSP also says who may frame the page."""
    framing = {"x-frame-options"} if "content-security-policy" in named else set()
    return [pair for pair in _HEADERS if pair[0].lower() not in named | framing]


def compress(response: Response) -> Response:
    """Gzip a page that is whole in memory, if the browser takes it and nobody compressed it before."""
    headers = response.headers
    if (
        response.mimetype not in {"text/html", "application/json"}
        or response.is_streamed
        or response.direct_passthrough
        or "Content-Encoding" in headers
    ):
        return response
    headers.add("Vary", "Accept-Encoding")
    body = response.get_data()
    if len(body) < _SMALLEST_COMPRESSED or not request.accept_encodings["gzip"]:
        return response
    press = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    response.set_data(press.compress(body) + press.flush())
    headers["Content-Encoding"] = "gzip"
    return response
