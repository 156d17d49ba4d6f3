"""Stands before every request: checks the matrix of permissions and the token of every form that is sent."""

from flask import Flask, abort, redirect, request, session, url_for
from werkzeug.wrappers import Response

from survey.instrument.text import LANGUAGES
from survey.web.i18n import use_language
from survey.web.permissions import SIGNING_IN, keeps_session, may_open
from survey.web.security import csrf, current_account

LARGEST_UPLOAD = 32 * 1024 * 1024  # bytes: a frame of a whole city; everybody else sends forms


def install(app: Flask) -> None:
    app.before_request(enforce)


def enforce() -> Response | None:
    """Let the request through, send it to the sign-in page, or refuse it (403)."""
    endpoint = request.endpoint
    if endpoint is None or not keeps_session(endpoint):
        return None  # for everybody, or for programs whose token is read behind this gate
    account = current_account()
    if account is not None:  # before anything reads the body
        request.max_content_length = LARGEST_UPLOAD
    if not is_way_back(request.values.get("next")):
        return redirect(url_for("security.login"), 303)
    _keep_language()
    if endpoint not in SIGNING_IN:
        if account is None:
            return redirect(url_for("security.login", next=_way_back()), 303)
        if not may_open(account.role, endpoint):
            abort(403)
    csrf.protect()
    return None


def is_way_back(wanted: str | None) -> bool:
    r"""Whether somebody may be sent to `wanted` after signing in: nowhere, or to a path of this installation.

    >>> [is_way_back(address) for address in (None, "/staff/", "//evil.example", "/\\evil.example", "https:evil")]
    [True, True, False, False, False]
    """
    if not wanted:
        return True
    return wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()


def _way_back() -> str | None:
    """Where to go after signing in: back to a page, never back into a form that was sent."""
    return request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else None


def _keep_language() -> None:
    """`?language=en` on any page of the staff chooses the language for the rest of the session."""
    chosen = request.args.get("language")
    if chosen in LANGUAGES:
        session["language"] = chosen
    if session.get("language") in LANGUAGES:
        use_language(session["language"])
