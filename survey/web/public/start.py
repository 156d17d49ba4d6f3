"""The start page, with a box for the code and one for the receipt."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.invitation.code import is_well_formed, normalise
from survey.web.i18n import gettext, negotiate, use_language

_LANGUAGE = "/<any('zh-hans', 'zh-hant', 'en'):tag>"


def add_routes(blueprint: Blueprint) -> None:
    for rule in ("/", _LANGUAGE):
        blueprint.add_url_rule(rule, "start", show_start, methods=["GET"])
        blueprint.add_url_rule(rule, "open_code", open_code, methods=["POST"])


def show_start(tag: str | None = None) -> str:
    _choose(tag)
    return render_template("public/start.html")


def open_code(tag: str | None = None) -> ResponseReturnValue:
    """Go to the questionnaire of a typed code; a mistyped one is said so beside the box."""
    _choose(tag)
    typed = request.form.get("code", "")[:40]
    code = normalise(typed)
    if is_well_formed(code):
        return redirect(f"/q/{code}/{tag}" if tag else f"/q/{code}", 303)
    message = gettext("这个编码不对，请对照印的编码再输入一次。") if code else gettext("请先输入编码。")
    return render_template("public/start.html", typed=typed, message=message), 422


def _choose(tag: str | None) -> None:
    if tag:
        use_language(negotiate([tag]))
