"""The cases of a wave: a list to assign, hold and close from; one case with its visits and what can be done for it."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.fieldwork.ask_for_visit import ask_for_visit
from survey.actions.fieldwork.assign_cases import Decision, assign_area, assign_cases, list_interviewers
from survey.actions.fieldwork.hold_cases import close_cases, hold_cases, resume_cases
from survey.actions.fieldwork.list_cases import CaseList, add_history, find_cases, show_case
from survey.actions.fieldwork.override_disposition import override_disposition
from survey.actions.fieldwork.release_replacement import release_replacement
from survey.actions.fieldwork.settle_visits import reopen_visit, settle_visit, show_kept_visits
from survey.fieldwork.case import CaseState, FieldworkError, SampledCase
from survey.fieldwork.disposition import VISIT_OUTCOMES, Disposition
from survey.programme.wave import WaveError
from survey.web.fieldwork.case_words import ACTIONS, KEPT_REASONS, PHASES, STATES, refusal_in_words
from survey.web.fieldwork.lists import KEPT
from survey.web.fieldwork.recordings import KINDS
from survey.web.i18n import current_time, gettext, in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

_NOBODY = "-"  # asks for the cases that nobody works on
Change = Callable[[str, list[str], Decision], int]


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/cases", "cases", cases)
    blueprint.add_url_rule("/<wave_id>/cases", "change_cases", change_cases, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/kept", "kept_visits", kept_visits)
    blueprint.add_url_rule("/<wave_id>/kept", "settle_kept", settle_kept, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/cases/<case_id>", "case", case)
    blueprint.add_url_rule("/<wave_id>/cases/<case_id>", "change_case", change_case, methods=["POST"])


def cases(wave_id: str) -> str:
    return _list(wave_id)


def change_cases(wave_id: str) -> ResponseReturnValue:
    """Do what the pressed button says with the marked cases, or share out a whole area."""
    action, decision = request.form.get("action", ""), _decision()
    marked = request.form.getlist("case")
    try:
        if action == "share":
            codes = request.form.getlist("code")
            count = assign_area(services().storage, wave_id, request.form.get("area", ""), codes, decision)
        elif not marked:
            return _list(wave_id, [gettext("请先勾选住户。")]), 422
        elif action in _CHANGES:
            count = _CHANGES[action](wave_id, marked, decision)
        else:
            abort(400)
    except FieldworkError as error:
        return _list(wave_id, [refusal_in_words(error)]), 422
    flash(gettext("已处理 %(n)s 户。", n=count), "success")
    kept: dict[str, Any] = _kept()
    return redirect(url_for("fieldwork.cases", wave_id=wave_id, **kept), 303)


def case(wave_id: str, case_id: str) -> str:
    return _case(wave_id, case_id)


def change_case(wave_id: str, case_id: str) -> ResponseReturnValue:
    """Ask for another visit, release a replacement, or set the final code; each with a reason."""
    storage, action, decision = services().storage, request.form.get("action"), _decision()
    try:
        if action == "ask":
            ask_for_visit(storage, wave_id, case_id, decision, str(uuid.uuid4()))
            flash(gettext("已请访问员再去一次。"), "success")
        elif action == "release":
            new = release_replacement(storage, wave_id, case_id, decision)
            flash(gettext("已释放替补户：%(address)s。", address=new.address), "success")
        elif action == "override" and request.form.get("disposition") in set(Disposition):
            override_disposition(storage, wave_id, case_id, Disposition(request.form["disposition"]), decision)
            flash(gettext("已改定最终结果。"), "success")
        else:
            abort(400)
    except FieldworkError as error:
        return _case(wave_id, case_id, [refusal_in_words(error)]), 422
    return redirect(url_for("fieldwork.case", wave_id=wave_id, case_id=case_id), 303)


def kept_visits(wave_id: str) -> str:
    """Visits that arrived for a case that was somebody else's, held or closed by then."""
    return _kept_page(wave_id)


def settle_kept(wave_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        storage, names = services().storage, (wave_id, form.get("visit", ""), form.get("sha256", ""))
        if form.get("action") == "reopen":
            reopen_visit(storage, *names, _decision())
        else:
            settle_visit(storage, *names, take=form.get("action") == "take", decision=_decision())
    except FieldworkError as error:
        return _kept_page(wave_id, [refusal_in_words(error)]), 422
    flash(gettext("已处理。"), "success")
    return redirect(url_for("fieldwork.kept_visits", wave_id=wave_id), 303)


def _kept_page(wave_id: str, problems: list[str] | None = None) -> str:
    try:
        found = show_kept_visits(services().storage, wave_id, signed_in_account().area)
    except WaveError:
        abort(404)
    return render_template(
        "fieldwork/kept.html",
        wave=found.wave,
        page=KEPT.page(found.visits + found.decided, request.args),
        reasons=KEPT_REASONS,
        problems=problems or [],
    )


def _assign(wave_id: str, marked: list[str], decision: Decision) -> int:
    return assign_cases(services().storage, wave_id, marked, request.form.get("to") or None, decision)


_CHANGES: Mapping[str, Change] = {
    "assign": _assign,
    "hold": lambda wave_id, marked, decision: hold_cases(services().storage, wave_id, marked, decision),
    "resume": lambda wave_id, marked, decision: resume_cases(services().storage, wave_id, marked, decision),
    "close": lambda wave_id, marked, decision: close_cases(services().storage, wave_id, marked, decision),
}


def _decision() -> Decision:
    account = signed_in_account()
    return Decision(account.email, account.area, current_time(), request.form.get("reason", ""))


def _kept() -> dict[str, str]:
    """What the list is narrowed to, so that it stays so after a change."""
    names = ("q", "within", "state", "interviewer", "sort", "after", "before")
    return {name: value for name in names if (value := request.values.get(name, ""))}


def _listing(found: CaseList) -> Listing[SampledCase]:
    """The order of the list is that of the ways: area, then place on the route."""
    place = {case.id: number for number, case in enumerate(found.cases)}
    within = request.values.get("within", "")
    return Listing(
        columns=(
            Column("mark", lazy_gettext("选")),
            Column("way", lazy_gettext("住址"), lambda case: place[case.id]),
            Column("outcome", lazy_gettext("走访结果"), lambda case: in_page_language(case.disposition.words)),
            Column("visits", lazy_gettext("次数"), number=True),
            Column("state", lazy_gettext("状态"), lambda case: list(CaseState).index(case.state)),
            Column("by", lazy_gettext("访问员代码"), lambda case: case.interviewer),
            Column("weight", lazy_gettext("基础权数"), lambda case: case.design.base_weight, number=True),
        ),
        identity=lambda case: case.id,
        text=lambda case: f"{case.address} {case.id} {case.frame_id} {case.interviewer or ''}",
        sort="way",
        filters=(
            Filter(
                "within",
                lazy_gettext("地区"),
                {area.code: in_page_language(area.name) for area in found.areas},
                lambda case: within if within in found.above[case.area] else case.area,
            ),
            Filter(
                "state",
                lazy_gettext("状态"),
                {state.value: str(words) for state, words in STATES.items()},
                lambda case: case.state.value,
            ),
            Filter(
                "interviewer",
                lazy_gettext("访问员代码"),
                {_NOBODY: gettext("没有分配"), **{code: code for code in found.codes}},
                lambda case: case.interviewer or _NOBODY,
            ),
        ),
    )


def _list(wave_id: str, problems: list[str] | None = None) -> str:
    account = signed_in_account()
    try:
        found = find_cases(services().storage, wave_id, account.area)
    except WaveError:
        abort(404)
    page = _listing(found).page(found.cases, request.values)
    return render_template(
        "fieldwork/cases.html",
        found=found,
        page=page,
        cases=add_history(services().storage, wave_id, page.rows),
        wave=found.wave,
        kept=_kept(),
        problems=problems or [],
        interviewers=list_interviewers(services().storage, account.area),
        states=STATES,
        phases=PHASES,
        chosen=set(request.form.getlist("case")),
    )


def _case(wave_id: str, case_id: str, problems: list[str] | None = None) -> str:
    try:
        shown = show_case(services().storage, wave_id, case_id, signed_in_account().area)
    except (FieldworkError, WaveError):
        abort(404)
    return render_template(
        "fieldwork/case.html",
        wave=shown.wave,
        found=shown.history,
        assignments=shown.assignments,
        recordings=shown.recordings,
        kinds=KINDS,
        area=shown.area,
        problems=problems or [],
        outcomes=VISIT_OUTCOMES,
        states=STATES,
        phases=PHASES,
        actions=ACTIONS,
        may_replace=not shown.history.case.disposition.interviewed,
        open_state=CaseState.OPEN,
    )
