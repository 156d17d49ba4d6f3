"""What will be sent, before it is sent: the last page of the way one question at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from survey.actions.response.read_progress import RawValues
from survey.actions.response.send_answers import check_values
from survey.instrument.answers import AnswerFault
from survey.instrument.item import Item, ItemType
from survey.web import areas
from survey.web.i18n import gettext, in_page_language
from survey.web.look import Look, find_look
from survey.web.respondent.opened import OpenedForm, open_ticket, posted_values
from survey.web.respondent.questions import messages_by_item, values_of
from survey.web.respondent.sending import send, show_stopped


@dataclass(frozen=True)
class _Row:
    name: str
    label: str
    answer: str


def add_routes(blueprint: Blueprint) -> None:
    rule = "/a/<sealed>/<look:look>/review"
    blueprint.add_url_rule(rule, "show_review", show_review, methods=["GET"])
    blueprint.add_url_rule(rule, "take_review", take_review, methods=["POST"])


def show_review(sealed: str, look: Look) -> ResponseReturnValue:
    opened = open_ticket(sealed, look)
    progress = opened.progress()
    if progress.receipt is not None:
        return redirect(opened.address_of_receipt(progress.receipt), 303)
    values = _as_shown(opened, progress.values or {})
    read = check_values(opened.form, values)
    if read.stopped_at is not None:
        return show_stopped(opened, read.stopped_at)
    return _render(opened, values, list(read.answers))


def take_review(sealed: str, look: Look) -> ResponseReturnValue:
    """Send what is kept. A second press finds the receipt of the first."""
    opened = open_ticket(sealed, look)
    button, _ = posted_values()
    progress = opened.progress()
    if progress.receipt is not None:
        return redirect(opened.address_of_receipt(progress.receipt), 303)
    other = find_look(button)
    if other is not None:
        return redirect(opened.address("review", other), 303)
    values = _as_shown(opened, progress.values or {})
    if button == "back":
        last = list(check_values(opened.form, values).answers)[-1:]
        return redirect(opened.address_of(last[0]) if last else opened.address("all"), 303)
    if button != "send":
        abort(400)
    return send(opened, values, show=_show_faults)


def _show_faults(opened: OpenedForm, values: RawValues, faults: Sequence[AnswerFault]) -> ResponseReturnValue:
    problems = [
        (opened.address_of(name), f"{_label(opened.form.questionnaire.item(name))} {text}")
        for name, texts in messages_by_item(opened.form, faults).items()
        for text in texts
    ]
    return _render(opened, values, list(check_values(opened.form, values).answers), problems), 422


def _as_shown(opened: OpenedForm, values: RawValues) -> RawValues:
    """The values with the community of the code where the area item was passed over: sent is what is shown."""
    items = [item for item in opened.form.questionnaire.items if item.type is ItemType.AREA]
    prefilled = {item.name: list(values_of(opened.form, item, values)) for item in items}
    return {**values, **prefilled}


def _render(
    opened: OpenedForm, values: RawValues, asked: Sequence[str], problems: Sequence[tuple[str, str]] = ()
) -> str:
    items = [opened.form.questionnaire.item(name) for name in asked]
    rows = [_Row(item.name, _label(item), _answer(opened, item, values.get(item.name, ()))) for item in items]
    return render_template(
        "respondent/review.html",
        look=opened.look,
        wave=opened.form.wave,
        rows=rows,
        problems=problems,
        changing=opened.changing,
    )


def _label(item: Item) -> str:
    return in_page_language(item.label)


def _answer(opened: OpenedForm, item: Item, given: Sequence[str]) -> str:
    if item.is_select:
        return gettext("；").join(in_page_language(choice.label) for choice in item.choices if choice.code in given)
    text = given[0] if given else ""
    return areas.label(opened.form.areas, text) if item.type is ItemType.AREA and text else text
