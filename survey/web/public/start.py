"""The start page, with a box for the code and one for the receipt."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.invitation.code import is_well_formed, normalise
from survey.web.i18n import gettext, use_language
from survey.web.look import Look


def add_routes(blueprint: Blueprint) -> None:
    for rule in ("/", "/<look:look>"):
        blueprint.add_url_rule(rule, "start", show_start, methods=["GET"])
        blueprint.add_url_rule(rule, "open_code", open_code, methods=["POST"])


def show_start(look: Look | None = None) -> str:
    _choose(look)
    return render_template("public/start.html")


def open_code(look: Look | None = None) -> ResponseReturnValue:
    """Go to the questionnaire of a typed code; a mistyped one is said so beside the box."""
    _choose(look)
    typed = request.form.get("code", "")[:40]
    code = normalise(typed)
    if is_well_formed(code):
        return redirect(f"/q/{code}/{look.slug}" if look else f"/q/{code}", 303)
    message = gettext("这个编码不对，请对照印的编码再输入一次。") if code else gettext("请先输入编码。")
    return render_template("public/start.html", typed=typed, message=message), 422


def _choose(look: Look | None) -> None:
    if look:
        use_language(look.language)
