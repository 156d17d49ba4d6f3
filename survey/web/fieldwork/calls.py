"""Telephone mode: the worker's own cases, and one call attempt with its outcome, noted down while on line."""

import uuid
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.fieldwork.list_my_cases import MyCase, MyWave, list_my_cases
from survey.actions.fieldwork.record_visit import record_visit
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.disposition import VISIT_OUTCOMES, Disposition
from survey.fieldwork.visit import Visit, VisitMode
from survey.programme.wave import OFFICE_TIME
from survey.web.fieldwork.lists import call_listing
from survey.web.i18n import current_time, gettext
from survey.web.security import signed_in_account
from survey.web.services import services

# What a call without an interview can end with; closed doors and lost addresses are for those who go there.
OUTCOMES = tuple(
    one
    for one in VISIT_OUTCOMES
    if one not in {Disposition.NO_ENTRY, Disposition.NOT_FOUND, Disposition.UNREACHABLE, Disposition.QUOTA_FILLED}
    and not one.interviewed
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/calls", "calls", calls)
    blueprint.add_url_rule("/calls/<wave_id>/<case_id>", "call", call)
    blueprint.add_url_rule("/calls/<wave_id>/<case_id>", "take_call", take_call, methods=["POST"])


def calls() -> str:
    mine = _mine()
    rows = [(each.wave, one) for each in mine for one in each.cases if one.case.needs_visit]
    return render_template("fieldwork/calls.html", waves=mine, page=call_listing(mine).page(rows, request.args))


def call(wave_id: str, case_id: str) -> str:
    return _form(wave_id, case_id)


def take_call(wave_id: str, case_id: str) -> ResponseReturnValue:
    """Note the attempt down; sent twice (the page's id travels with the form), it counts once."""
    form, now = request.form, current_time()
    try:
        visit = Visit(
            wave=wave_id,
            id=str(uuid.UUID(form.get("visit", ""))),
            case=case_id,
            interviewer=signed_in_account().interviewer_code,
            at=datetime.fromisoformat(form.get("at", "")),
            disposition=Disposition(form.get("disposition", "")),
            note=form.get("note", "").strip(),
            mode=VisitMode.PHONE,
            next_appointment=_appointment(),
        )
    except FieldworkError:
        return _form(wave_id, case_id, [gettext("请检查：备注最多 500 字，下次约定要晚于现在。")]), 422
    except ValueError:
        return _form(wave_id, case_id, [gettext("请选通话结果，并检查约定的日期和时间。")]), 422
    received = record_visit(services().storage, services().settings.secret_key, visit, now)
    if received.outcome.kept_for_review:
        flash(gettext("这一户已经不归您负责，记录留待核对。"), "error")
    else:
        flash(gettext("已记下这次通话。"), "success")
    return redirect(url_for("fieldwork.calls"), 303)


def _appointment() -> datetime | None:
    """Day and time in the office's zone; None when both are empty. Raises `ValueError`."""
    written = request.form.get("next", "").strip()
    if not written:
        return None
    return datetime.fromisoformat(written).replace(tzinfo=OFFICE_TIME)


def _mine() -> list[MyWave]:
    return list_my_cases(services().storage, signed_in_account().interviewer_code)


def _form(wave_id: str, case_id: str, problems: list[str] | None = None) -> str:
    mine = [(each.wave, one) for each in _mine() for one in each.cases]
    found = next((row for row in mine if (row[0].id, row[1].case.id) == (wave_id, case_id)), None)
    if found is None:
        abort(404)
    wave, history = found
    return _render(wave_id, history, problems or [], wave_name=wave.name)


def _render(wave_id: str, history: MyCase, problems: list[str], **shown: object) -> str:
    return render_template(
        "fieldwork/call.html",
        wave_id=wave_id,
        found=history,
        outcomes=OUTCOMES,
        typed=request.form,
        visit=request.form.get("visit") or str(uuid.uuid4()),
        at=request.form.get("at") or current_time().isoformat(),
        problems=problems,
        **shown,
    )
