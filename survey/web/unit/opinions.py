"""Opinions that the office sent to this unit: a list with deadlines, and one opinion to reply to or hand back."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.opinion.reply_to_opinion import opinion_of_unit, opinions_of_unit, reply_to_opinion
from survey.invitation.code import spaced
from survey.opinion.opinion import TEXT_LIMIT, OpinionState, Topic
from survey.opinion.opinion_case import OpinionCase, OpinionCaseError
from survey.programme.wave import OFFICE_TIME
from survey.web.i18n import current_time, gettext
from survey.web.listing import Column, Filter, Listing
from survey.web.opinion_words import STATES, STEPS, TOPICS
from survey.web.security import signed_in_account
from survey.web.services import services


def _due(case: OpinionCase) -> str:
    """What waits for a reply before what was answered, each by its deadline."""
    answered = case.opinion.state is not OpinionState.HANDLING
    return f"{int(answered)} {case.assignment.due_on if case.assignment else ''}"


CASES: Listing[OpinionCase] = Listing(
    columns=(
        Column("letter", lazy_gettext("督办函"), lambda case: str(case.assignment.letter) if case.assignment else None),
        Column("due", lazy_gettext("答复期限"), _due),
        Column("text", lazy_gettext("意见")),
        Column("topic", lazy_gettext("类别"), lambda case: list(Topic).index(case.opinion.topic)),
        Column("state", lazy_gettext("状态"), lambda case: list(OpinionState).index(case.opinion.state)),
    ),
    identity=lambda case: case.opinion.code,
    text=lambda case: f"{case.opinion.text} {case.assignment.letter if case.assignment else ''}",
    sort="due",
    filters=(
        Filter(
            "state",
            lazy_gettext("状态"),
            {
                state.value: STATES[state]
                for state in (OpinionState.HANDLING, OpinionState.ANSWERED, OpinionState.CONFIRMED)
            },
            lambda case: case.opinion.state.value,
        ),
    ),
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/opinions", "opinions", show_opinions)
    blueprint.add_url_rule("/opinions/<code>", "opinion", show_opinion, methods=["GET", "POST"])


def show_opinions() -> str:
    """What waits for a reply first, by deadline; then what was answered."""
    shown = {OpinionState.HANDLING, OpinionState.ANSWERED, OpinionState.CONFIRMED}
    cases = [case for case in opinions_of_unit(services().storage, _unit()) if case.opinion.state in shown]
    waiting = sum(case.opinion.state is OpinionState.HANDLING for case in cases)
    return render_template(
        "unit/opinions.html", page=CASES.page(cases, request.args), waiting=waiting, today=_today(), **_words()
    )


def show_opinion(code: str) -> ResponseReturnValue:
    """One opinion; sent, it is answered or handed back."""
    problem = ""
    if request.method == "POST":
        returned = request.form.get("go") == "return"
        try:
            reply_to_opinion(
                services().storage,
                code,
                _unit(),
                request.form.get("text", "").replace("\r\n", "\n"),
                current_time(),
                signed_in_account().email,
                returned=returned,
            )
        except OpinionCaseError as error:
            problem = _in_words(error)
        else:
            flash(gettext("已退回给创建办。") if returned else gettext("答复已发出，居民现在可以看到。"), "success")
            return redirect(url_for("unit.opinions"), 303)
    case = opinion_of_unit(services().storage, code, _unit())
    if case is None:
        abort(404)
    page = render_template(
        "unit/opinion.html",
        case=case,
        today=_today(),
        limit=TEXT_LIMIT,
        problem=problem,
        step_name=STEPS.__getitem__,
        **_words(),
    )
    return page, 422 if problem else 200


def _unit() -> str:
    return signed_in_account().unit or ""


def _today() -> date:
    return current_time().astimezone(OFFICE_TIME).date()


def _words() -> dict[str, object]:
    return {"topic_name": TOPICS.__getitem__, "state_name": STATES.__getitem__, "spaced": spaced}


def _in_words(error: OpinionCaseError) -> str:
    """The sentence for the person at the form."""
    if str(error).startswith("text:"):
        return gettext("请写 1 到 %(n)s 字。", n=TEXT_LIMIT)
    return gettext("这条意见刚刚有人办理过，请看最新情况。")
