"""The start page with its box for a code, and the checks that a load balancer asks for."""

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.invitation.code import is_well_formed, normalise
from survey.web.i18n import gettext, negotiate, use_language

blueprint = Blueprint("public", __name__)
LANGUAGE = "/<any('zh-hans', 'zh-hant', 'en'):tag>"


@blueprint.get("/", defaults={"tag": None})
@blueprint.get(LANGUAGE)
def start(tag: str | None) -> str:
    _choose(tag)
    return render_template("public/start.html")


@blueprint.post("/", defaults={"tag": None})
@blueprint.post(LANGUAGE)
def open_code(tag: str | None) -> ResponseReturnValue:
    """Go to the questionnaire of a typed code; a mistyped one is said so beside the box."""
    _choose(tag)
    typed = request.form.get("code", "")[:40]
    code = normalise(typed)
    if is_well_formed(code):
        return redirect(f"/q/{code}/{tag}" if tag else f"/q/{code}", 303)
    message = gettext("这个编码不对，请对照印的编码再输入一次。") if code else gettext("请先输入编码。")
    return render_template("public/start.html", typed=typed, message=message), 422


@blueprint.get("/healthz")
def health() -> Response:
    """The process is up."""
    return Response("ok\n", mimetype="text/plain")


def _choose(tag: str | None) -> None:
    if tag:
        use_language(negotiate([tag]))
