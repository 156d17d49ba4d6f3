"""The questionnaire on the telephone, filled in by an interviewer: the residents' own items, sent from the case."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.fieldwork.interview_by_phone import (
    MOST_ELIGIBLE,
    Call,
    PhoneForm,
    interview_by_phone,
    open_phone_form,
)
from survey.fieldwork.case import FieldworkError
from survey.instrument.answers import AnswerFault
from survey.instrument.evaluate import evaluate
from survey.instrument.item import Item
from survey.response.receipt import Outcome
from survey.web import areas
from survey.web.condition_words import words_of_condition
from survey.web.fault_messages import message
from survey.web.i18n import current_time, gettext, page_language
from survey.web.question import Question, QuestionSection
from survey.web.security import signed_in_account
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/calls/<wave_id>/<case_id>/interview", "phone", phone)
    blueprint.add_url_rule("/calls/<wave_id>/<case_id>/interview", "take_phone", take_phone, methods=["POST"])


def phone(wave_id: str, case_id: str) -> ResponseReturnValue:
    form = _found(wave_id, case_id)
    if form.found.case.disposition.interviewed:
        flash(gettext("这一户已经访问过，不能再访问。"), "error")
        return redirect(url_for("fieldwork.calls"), 303)
    return _page(form)


def take_phone(wave_id: str, case_id: str) -> ResponseReturnValue:
    """Sent twice, it counts once: both ids travel with the form."""
    form, now = _found(wave_id, case_id), current_time()
    try:
        call = _call()
    except ValueError:
        problems = [("#call-eligible", gettext("请填 1 到 %(n)s 的人数。", n=MOST_ELIGIBLE))]
        return _page(form, problems=problems), 422
    done = interview_by_phone(services().storage, services().settings.secret_key, form, call, _values(form), now)
    if done.read.stopped_at is not None:
        return _go(gettext("问卷到此结束，回答没有保存。请记下这次通话的结果。"), "notice", wave_id, case_id)
    if done.received is None:
        return _page(form, done.read.faults), 422
    if done.received.outcome in {Outcome.ACCEPTED, Outcome.ALREADY_RECEIVED}:
        return _go(gettext("访问已经存好，和住址没有联系。"), "success")
    return _go(gettext("已收到，留待核对，不计数。"), "notice")


def _go(words: str, category: str, *case: str) -> ResponseReturnValue:
    """On to the list, or back to the case; a script that sent the form is told where to."""
    flash(words, category)
    target = url_for("fieldwork.call", wave_id=case[0], case_id=case[1]) if case else url_for("fieldwork.calls")
    if request.headers.get("X-Requested-With") == "fetch":
        return jsonify(location=target)
    return redirect(target, 303)


def _call() -> Call:
    """Raises `ValueError` for a field that the page did not make, or a number of persons that is none."""
    form = request.form
    opened = datetime.fromisoformat(form.get("call-opened", ""))
    if opened.tzinfo is None:
        raise ValueError("opened: expected a time with its zone")
    return Call(
        response_id=str(uuid.UUID(form.get("call-response", ""))),
        visit_id=str(uuid.UUID(form.get("call-visit", ""))),
        opened_at=min(opened, current_time()),
        interviewer=signed_in_account().interviewer_code,
        language=page_language(),
        eligible_persons=int(form.get("call-eligible", "")),
    )


def _values(form: PhoneForm) -> dict[str, list[str]]:
    names = form.questionnaire.answer_names
    return {name: values for name, values in request.form.lists() if name in names}


def _found(wave_id: str, case_id: str) -> PhoneForm:
    try:
        return open_phone_form(services().storage, signed_in_account().interviewer_code, wave_id, case_id)
    except FieldworkError:
        abort(404)


def _page(form: PhoneForm, faults: Sequence[AnswerFault] = (), problems: Sequence[tuple[str, str]] = ()) -> str:
    typed = request.form
    sections = _sections(form, faults)
    told = [(f"#{one.item}", message(one, form.questionnaire.item(one.item))) for one in faults]
    return render_template(
        "fieldwork/phone.html",
        wave=form.wave,
        found=form.found,
        sections=sections,
        context=form.context,
        kinds=[question.item.type for section in sections for question in section.questions],
        areas=areas.by_street(form.areas),
        area_label=lambda code: areas.label(form.areas, code),
        response=typed.get("call-response") or str(uuid.uuid4()),
        visit=typed.get("call-visit") or str(uuid.uuid4()),
        opened=typed.get("call-opened") or current_time().isoformat(),
        eligible=typed.get("call-eligible") or form.found.case.eligible_persons or "",
        problems=[*problems, *told],
    )


def _sections(form: PhoneForm, faults: Sequence[AnswerFault]) -> list[QuestionSection]:
    """Every item that a dwelling may be asked, numbered through, with what was filled in."""
    messages: dict[str, list[str]] = {}
    for fault in faults:
        messages.setdefault(fault.item, []).append(message(fault, form.questionnaire.item(fault.item)))
    numbered: dict[str, tuple[int, Item]] = {}
    made = []
    for section in form.questionnaire.sections:
        questions = []
        for item in section.items:
            decided = item.relevant is not None and item.relevant.item_names() <= form.context.keys()
            if item.relevant is not None and decided and not evaluate(item.relevant.tree, form.context):
                continue
            number = len(numbered) + 1 if item.is_asked_for else None
            only_if = "" if item.relevant is None or decided else words_of_condition(item.relevant.tree, numbered)
            if number is not None:
                numbered[item.name] = (number, item)
            given = request.form.getlist(item.name) or _prefilled(form, item)
            questions.append(Question(item, number, given, messages.get(item.name, ()), only_if))
        if questions:
            made.append(QuestionSection(section.name, section.label, tuple(questions)))
    return made


def _prefilled(form: PhoneForm, item: Item) -> list[str]:
    """The community is known from the sample."""
    return [form.found.case.area] if item.type == "area" else []
