"""The whole form on one page: shown from a prepared page, sent in one piece."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, abort, redirect, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey.actions.response.open_form import Form
from survey.actions.response.read_progress import RawValues
from survey.actions.response.send_answers import check_values
from survey.instrument.answers import AnswerFault
from survey.instrument.item import ItemType
from survey.invitation.funnel import Step
from survey.web import areas
from survey.web.i18n import gettext
from survey.web.look import Look, find_look
from survey.web.prepared_page import PreparedPage, hole
from survey.web.question import Question, QuestionSection
from survey.web.respondent.opened import OpenedForm, open_ticket, posted_values
from survey.web.respondent.prepared import prepared, send_prepared
from survey.web.respondent.questions import messages_by_item, sections_of, values_of
from survey.web.respondent.sending import send, show_stopped


def add_routes(blueprint: Blueprint) -> None:
    rule = "/a/<sealed>/<look:look>/all"
    blueprint.add_url_rule(rule, "show_all", show_all, methods=["GET"])
    blueprint.add_url_rule(rule, "take_all", take_all, methods=["POST"])


def show_all(sealed: str, look: Look) -> ResponseReturnValue:
    opened = open_ticket(sealed, look)
    progress = opened.progress()
    if progress.receipt is not None:
        return redirect(opened.address_of_receipt(progress.receipt), 303)
    if progress.values is not None:
        return _render(opened.form, look, sections_of(opened.form, progress.values), changing=opened.changing)
    if opened.changing:
        return _render(opened.form, look, sections_of(opened.form, {}), changing=True)
    opened.count(Step.OPENED)
    return _send_untouched(opened)


def take_all(sealed: str, look: Look) -> ResponseReturnValue:
    """Send the form, or keep it and go on in another language, size or one question at a time."""
    opened = open_ticket(sealed, look)
    button, values = posted_values()
    if button == "send":
        return send(opened, values, show=_show_faults)
    other = find_look(button)
    if other is None and button not in {"one", "resume", "keep"}:
        abort(400)
    read = check_values(opened.form, values)
    if read.stopped_at is not None:
        return show_stopped(opened, read.stopped_at)
    if opened.progress().untouched:
        opened.count(Step.STARTED)
    opened.save(values)
    if button == "keep":  # a script keeps what is filled in when the page is left
        return "", 204
    if button == "one":
        return redirect(opened.address_of(next(iter(read.answers))), 303)
    if button == "resume":
        return redirect(opened.address("resume"), 303)
    return redirect(opened.address("all", other), 303)


def _show_faults(opened: OpenedForm, values: RawValues, faults: Sequence[AnswerFault]) -> ResponseReturnValue:
    sections = sections_of(opened.form, values, faults)
    problems = _problems(opened.form, sections, faults)
    return _render(opened.form, opened.look, sections, problems, changing=opened.changing), 422


def _problems(form: Form, sections: list[QuestionSection], faults: Sequence[AnswerFault]) -> list[tuple[str, str]]:
    """Address of the field and words, in the order of the page; what has no field on it stands first."""
    shown = [question for section in sections for question in section.questions if question.messages]
    named = {question.item.name for question in shown}
    elsewhere = [text for name, texts in messages_by_item(form, faults).items() if name not in named for text in texts]
    return [("", text) for text in elsewhere] + [
        (f"#{question.item.name}", gettext("第 %(n)s 题：%(text)s", n=question.number, text=text))
        for question in shown
        for text in question.messages
    ]


def _send_untouched(opened: OpenedForm) -> Response:
    form, look = opened.form, opened.look
    area = form.invitation.area if form.invitation.area in form.communities else ""
    order = tuple(section.name for section in form.questionnaire.sections) if form.order_seed is not None else ()
    key = ("all", form.wave, look, form.invitation.place_type, bool(area), order)
    page = prepared(key, form.areas, partial(_prepare, form, look))
    return send_prepared(page, {"area": area, "area_label": areas.label(form.areas, area)})


def _prepare(form: Form, look: Look) -> PreparedPage:
    """The page nobody has touched, with holes where the community of the code will stand."""
    sections = [
        replace(section, questions=tuple(_with_hole(form, question) for question in section.questions))
        for section in sections_of(form, {})
    ]
    return PreparedPage(_render(form, look, sections, area_label=hole("area_label")))


def _with_hole(form: Form, question: Question) -> Question:
    if question.item.type is ItemType.AREA and values_of(form, question.item, {}):
        return replace(question, values=(hole("area"),))
    return question


def _render(
    form: Form,
    look: Look,
    sections: list[QuestionSection],
    problems: Sequence[tuple[str, str]] = (),
    area_label: Markup | None = None,
    *,
    changing: bool = False,
) -> str:
    return render_template(
        "respondent/all.html",
        look=look,
        wave=form.wave,
        questionnaire=form.questionnaire,
        sections=sections,
        problems=problems,
        changing=changing,
        context=form.context,
        areas=areas.by_street(form.areas),
        area_label=lambda code: area_label or areas.label(form.areas, code),
    )
