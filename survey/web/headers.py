"""Security headers on every answer, compression of pages, and the one proxy hop that an installation names."""

import zlib

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

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
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # `no-referrer` would break the origin check of staff forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_HSTS = "max-age=31536000; includeSubDomains"
_SMALLEST_COMPRESSED = 500  # below, the gzip frame outweighs what it saves


def install(app: Flask, trusted_proxies: int) -> None:
    """Add the headers; `trusted_proxies` is the number of proxies in front that set X-Forwarded-*."""
    if trusted_proxies:
        hops = trusted_proxies
        setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops))  # noqa: B010
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Every answer gets the headers; what does not name its own caching is not stored anywhere."""
    headers = response.headers
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers["Strict-Transport-Security"] = _HSTS
    return compress(response)


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
