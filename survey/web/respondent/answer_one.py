"""One question at a time: each answer is kept on the server behind the ticket, so that back and reload are harmless."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from survey.actions.response.read_progress import RawValues
from survey.actions.response.save_draft import mask_texts
from survey.actions.response.send_answers import check_values
from survey.instrument.answers import AnswerFault, ReadAnswers
from survey.instrument.item import Item
from survey.instrument.text import Text
from survey.invitation.funnel import Step
from survey.web import areas
from survey.web.look import Look, find_look
from survey.web.question import Question
from survey.web.respondent.opened import OpenedForm, open_ticket, posted_values
from survey.web.respondent.questions import messages_by_item, values_of
from survey.web.respondent.sending import show_stopped


def add_routes(blueprint: Blueprint) -> None:
    rule = "/a/<sealed>/<look:look>/ask/<name>"
    blueprint.add_url_rule(rule, "show_one", show_one, methods=["GET"])
    blueprint.add_url_rule(rule, "take_one", take_one, methods=["POST"])


def show_one(sealed: str, look: Look, name: str) -> ResponseReturnValue:
    opened = open_ticket(sealed, look)
    item = _item(opened, name)
    progress = opened.progress()
    if progress.receipt is not None:
        return redirect(opened.address_of_receipt(progress.receipt), 303)
    if progress.values is None and item is opened.form.questionnaire.asked_items[0]:
        opened.count(Step.OPENED)
    return _render(opened, item, progress.values or {})


def take_one(sealed: str, look: Look, name: str) -> ResponseReturnValue:
    """Keep the answer and go where the button says."""
    opened = open_ticket(sealed, look)
    item = _item(opened, name)
    button, posted = posted_values()
    progress = opened.progress()
    if progress.receipt is not None:
        return redirect(opened.address_of_receipt(progress.receipt), 303)
    given = {name: posted.get(name, [])}
    masked = mask_texts(opened.form.questionnaire, given)
    values = {**(progress.values or {}), **masked}
    read = check_values(opened.form, values)
    if read.stopped_at is not None:
        return show_stopped(opened, read.stopped_at)
    faults = [fault for fault in read.faults if fault.item == name]
    if button == "next" and (faults or masked != given):
        return _render(opened, item, values, faults, masked=masked != given), 422 if faults else 200
    address = _next_address(opened, button, name, read)
    opened.save(values)
    if progress.values is None:
        opened.count(Step.STARTED)
    return redirect(address, 303) if address else ("", 204)


@dataclass(frozen=True)
class _Place:
    """Where an item stands among those that are asked, given what was answered so far."""

    position: int
    total: int
    before: str | None
    after: str | None


def _place(opened: OpenedForm, name: str, read: ReadAnswers) -> _Place:
    order = [item.name for item in opened.form.questionnaire.asked_items]
    asked = list(read.answers)
    here = order.index(name)
    before = [other for other in asked if order.index(other) < here]
    after = [other for other in asked if order.index(other) > here]
    return _Place(len(before) + 1, max(len(asked), 1), before[-1] if before else None, after[0] if after else None)


def _next_address(opened: OpenedForm, button: str, name: str, read: ReadAnswers) -> str:
    """Where the button leads; nowhere when a script only keeps what is filled in, because the page is left."""
    if button == "keep":
        return ""
    place = _place(opened, name, read)
    if button == "next":
        return opened.address_of(place.after) if place.after else opened.address("review")
    if button == "back":
        return opened.address_of(place.before or name)
    if button in {"review", "all", "resume"}:
        return opened.address(button)
    other = find_look(button)
    if other is None:
        abort(400)
    return opened.address(f"ask/{name}", other)


def _render(
    opened: OpenedForm, item: Item, values: RawValues, faults: Sequence[AnswerFault] = (), *, masked: bool = False
) -> str:
    form = opened.form
    messages = messages_by_item(form, faults).get(item.name, ())
    place = _place(opened, item.name, check_values(form, values))
    return render_template(
        "respondent/one.html",
        look=opened.look,
        wave=form.wave,
        question=Question(item, place.position, values_of(form, item, values), messages),
        section=next(section.label for section in form.questionnaire.sections if item in section.items),
        notes=_notes_before(opened, item),
        position=place.position,
        total=place.total,
        answered=bool(values),
        masked=masked,
        changing=opened.changing,
        problems=[(f"#{item.name}", text) for text in messages],
        areas=areas.by_street(form.areas),
        area_label=lambda code: areas.label(form.areas, code),
    )


def _notes_before(opened: OpenedForm, item: Item) -> list[Text]:
    """The notes that stand right before the item."""
    notes: list[Text] = []
    for other in opened.form.questionnaire.items:
        if other is item:
            return notes
        notes = [] if other.is_asked_for else [*notes, other.label]
    return notes


def _item(opened: OpenedForm, name: str) -> Item:
    questionnaire = opened.form.questionnaire
    if name not in questionnaire or not questionnaire.item(name).is_asked_for:
        abort(404)
    return questionnaire.item(name)
