"""Households asked once more about the visit: draw them, note down what they say, compare by interviewer."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.fieldwork.compare_recontacts import RecontactView, compare_recontacts
from survey.actions.fieldwork.draw_recontacts import draw_recontacts
from survey.actions.fieldwork.record_recontact import record_recontact
from survey.fieldwork.case import FieldworkError
from survey.programme.wave import WaveError
from survey.web.fieldwork.lists import recontact_listing
from survey.web.i18n import current_time, gettext
from survey.web.security import signed_in_account
from survey.web.services import services

SHARES = (5, 6, 8, 10, 20)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/recontacts", "recontacts", recontacts)
    blueprint.add_url_rule("/<wave_id>/recontacts", "draw_recontacts", draw, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/recontacts/<case_id>", "recontact", recontact)
    blueprint.add_url_rule("/<wave_id>/recontacts/<case_id>", "take_recontact", take_recontact, methods=["POST"])


def recontacts(wave_id: str) -> str:
    return _page(_found(wave_id))


def draw(wave_id: str) -> ResponseReturnValue:
    account, view = signed_in_account(), _found(wave_id)
    share, seed = request.form.get("share", ""), request.form.get("seed", "").strip()
    if share not in {str(one) for one in SHARES} or not (seed.isascii() and seed.isdigit() and len(seed) < 10):
        return _page(view, [gettext("请选比例，并写一个整数种子。")]), 422
    drawn = draw_recontacts(
        services().storage, wave_id, account.area, int(share) / 100, int(seed), current_time(), account.email
    )
    flash(gettext("新抽出 %(n)s 户。", n=len(drawn)), "success")
    return redirect(url_for("fieldwork.recontacts", wave_id=wave_id), 303)


def recontact(wave_id: str, case_id: str) -> str:
    return _form(wave_id, case_id)


def take_recontact(wave_id: str, case_id: str) -> ResponseReturnValue:
    account = signed_in_account()
    raw = {name: values for name, values in request.form.lists() if name != "csrf_token"}
    view = _found(wave_id)
    names = view.questionnaire.answer_names if view.questionnaire else frozenset()
    posted = {name: values for name, values in raw.items() if name in names}
    try:
        read = record_recontact(
            services().storage, wave_id, case_id, account.area, posted, current_time(), account.email
        )
    except FieldworkError:
        abort(404)
    if read.faults:
        return _form(wave_id, case_id, [gettext("请回答第一题。")]), 422
    flash(gettext("已记下。"), "success")
    return redirect(url_for("fieldwork.recontacts", wave_id=wave_id), 303)


def _form(wave_id: str, case_id: str, problems: list[str] | None = None) -> str:
    view = _found(wave_id)
    row = next((row for row in view.rows if row[0].case == case_id), None)
    if row is None or view.questionnaire is None:
        abort(404)
    told = row[0].answers or {}
    typed = request.form.to_dict() if request.method == "POST" else {name: str(value) for name, value in told.items()}
    return render_template(
        "fieldwork/recontact.html",
        wave=view.wave,
        case=row[1],
        questionnaire=view.questionnaire,
        typed=typed,
        problems=problems or [],
    )


def _found(wave_id: str) -> RecontactView:
    try:
        return compare_recontacts(services().storage, wave_id, signed_in_account().area)
    except WaveError:
        abort(404)


def _page(view: RecontactView, problems: list[str] | None = None) -> str:
    return render_template(
        "fieldwork/recontacts.html",
        wave=view.wave,
        view=view,
        page=recontact_listing(view.rows).page(view.rows, request.args),
        problems=problems or [],
        shares=SHARES,
        typed=request.form,
    )
