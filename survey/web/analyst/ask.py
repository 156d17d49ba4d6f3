"""Further questions to a finished analysis: what a view knows of its own, and asking one. A job answers it."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from survey.actions.results.ask_question import Answered, ask_question
from survey.actions.results.open_workspace import Workspace, answer_to
from survey.programme.question import Question
from survey.web.analyst.found import found_workspace
from survey.web.i18n import current_time
from survey.web.security import signed_in_account
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/ask", "ask", ask, methods=["POST"])


def answered(space: Workspace, question: Question) -> Answered:
    """What is known of a question; nothing for an account of a part of the district."""
    return answer_to(services().storage, space, question) if space.whole else Answered(None)


def ask(wave_id: str) -> Response:
    """Start a question and go back to the view that asked; only accounts of the whole district may."""
    space = found_workspace(wave_id)
    try:
        question = Question.from_key(request.form.get("question", ""))
    except ValueError:
        abort(400)
    if not space.whole or not space.can_be_asked(question):
        abort(404)
    if not ask_question(services().storage, wave_id, question, signed_in_account().email, current_time()):
        flash(gettext("还没有计算结果。"), "error")
    back = request.form.get("back", "")
    own = url_for("analyst.wave", wave_id=wave_id)
    return redirect(back if back.startswith(f"{own}/") else own, 303)
