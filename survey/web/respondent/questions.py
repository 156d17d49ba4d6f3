"""The items of a form as the templates show them: number, filled-in values, messages, the condition in words."""

from collections.abc import Mapping, Sequence

from survey.actions.response.open_form import Form
from survey.actions.response.read_progress import RawValues
from survey.instrument.answers import AnswerFault
from survey.instrument.condition import Condition
from survey.instrument.evaluate import evaluate
from survey.instrument.item import Item, ItemType
from survey.web.condition_words import words_of_condition
from survey.web.fault_messages import message
from survey.web.question import Question, QuestionSection


def sections_of(form: Form, values: RawValues, faults: Sequence[AnswerFault] = ()) -> list[QuestionSection]:
    """Every item that this code's form may ask, by section, numbered through. An untouched area item is prefilled."""
    messages = messages_by_item(form, faults)
    numbered: dict[str, tuple[int, Item]] = {}
    sections = []
    for section in form.questionnaire.sections:
        questions = []
        for item in section.items:
            if not may_be_asked(form, item):
                continue
            number = len(numbered) + 1 if item.is_asked_for else None
            only_if = ""
            if item.relevant is not None and not _is_decided(form, item.relevant):
                only_if = words_of_condition(item.relevant.tree, numbered)
            if number is not None:
                numbered[item.name] = (number, item)
            given = values_of(form, item, values)
            questions.append(Question(item, number, given, messages.get(item.name, ()), only_if))
        if questions:
            sections.append(QuestionSection(section.name, section.label, tuple(questions)))
    return sections


def may_be_asked(form: Form, item: Item) -> bool:
    """False for an item that the code's own values rule out (the pulse form asks one of six by the type of place)."""
    if item.relevant is None or not _is_decided(form, item.relevant):
        return True
    return evaluate(item.relevant.tree, form.context)


def values_of(form: Form, item: Item, values: RawValues) -> Sequence[str]:
    """What was filled in; an area item that was not touched yet shows the community of the code."""
    if item.type is ItemType.AREA and item.name not in values:
        return (form.invitation.area,) if form.invitation.area in form.communities else ()
    return values.get(item.name, ())


def messages_by_item(form: Form, faults: Sequence[AnswerFault]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fault in faults:
        item = form.questionnaire.item(fault.item) if fault.item in form.questionnaire else None
        found.setdefault(fault.item, []).append(message(fault, item))
    return found


def _is_decided(form: Form, condition: Condition) -> bool:
    return condition.item_names() <= form.context.keys()
