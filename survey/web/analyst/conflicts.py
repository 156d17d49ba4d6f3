"""Answers kept but not counted: both versions side by side without an address; decided with a reason, and undone."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.fieldwork.assign_cases import Decision
from survey.actions.response.settle_conflicts import (
    LONGEST,
    Choice,
    ConflictError,
    ListedConflict,
    list_conflicts,
    reopen_conflict,
    settle_conflict,
    show_conflict,
)
from survey.instrument.item import Item
from survey.programme.wave import WaveError
from survey.response.receipt import Outcome
from survey.web.i18n import current_time, gettext, in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

REASONS = {
    Outcome.CONFLICT: lazy_gettext("同一编号有两种内容"),
    Outcome.REFUSED: lazy_gettext("没有通过检查"),
    Outcome.CODE_USED: lazy_gettext("住户编码已经用过"),
}
CHOICES = {
    Choice.FIRST: lazy_gettext("以第一份为准"),
    Choice.SECOND: lazy_gettext("以第二份为准"),
    Choice.APART: lazy_gettext("两份都算，各算一人"),
    Choice.NOTED: lazy_gettext("不计数，记下处理情况"),
}

_SETTLED = {"waiting": lazy_gettext("等待决定"), "settled": lazy_gettext("已处理")}


def _settled(one: ListedConflict) -> str:
    return "settled" if one.decided_at else "waiting"


CONFLICTS: Listing[ListedConflict] = Listing(
    columns=(
        Column("id", lazy_gettext("编号"), lambda one: one.response_id),
        Column("reason", lazy_gettext("缘由"), lambda one: str(REASONS[one.reason])),
        Column("noticed", lazy_gettext("收到日期"), lambda one: one.noticed_at),
        # Those that wait come first, the oldest of them before the others.
        Column("state", lazy_gettext("状态"), lambda one: f"{1 if one.decided_at else 0} {one.noticed_at.isoformat()}"),
    ),
    identity=lambda one: f"{one.response_id} {one.sha256}",
    text=lambda one: one.response_id,
    sort="state",
    filters=(
        Filter("state", lazy_gettext("状态"), _SETTLED, _settled),
        Filter(
            "reason",
            lazy_gettext("缘由"),
            {reason.value: words for reason, words in REASONS.items()},
            lambda one: one.reason.value,
        ),
    ),
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/conflicts", "conflicts", conflicts)
    blueprint.add_url_rule("/<wave_id>/conflicts/<response_id>/<sha256>", "conflict", conflict)
    blueprint.add_url_rule("/<wave_id>/conflicts/<response_id>/<sha256>", "settle_conflict", settle, methods=["POST"])


def conflicts(wave_id: str) -> str:
    try:
        found = list_conflicts(services().storage, wave_id, signed_in_account().area)
    except WaveError:
        abort(404)
    page = CONFLICTS.page(found.conflicts, request.args)
    return render_template("analyst/conflicts.html", wave=found.wave, page=page, reasons=REASONS)


def conflict(wave_id: str, response_id: str, sha256: str) -> str:
    return _page(wave_id, response_id, sha256)


def settle(wave_id: str, response_id: str, sha256: str) -> ResponseReturnValue:
    """Decide, or take the decision back: what the pressed button says."""
    account, choice = signed_in_account(), request.form.get("choice", "")
    decision = Decision(account.email, account.area, current_time(), request.form.get("reason", ""))
    names = (services().storage, services().settings.secret_key, wave_id, response_id, sha256)
    try:
        if choice == "reopen":
            reopen_conflict(*names, decision)
        elif choice in set(Choice):
            settle_conflict(*names, Choice(choice), decision)
        else:
            abort(400)
    except ConflictError:
        problems = [gettext("没有改动：请写原因（%(n)s 字以内）；也可能已经有人处理，请看下面。", n=LONGEST)]
        return _page(wave_id, response_id, sha256, problems), 422
    except WaveError:
        abort(404)
    flash(gettext("已撤回，重新等待决定。") if choice == "reopen" else gettext("已处理。"), "success")
    return redirect(url_for("analyst.conflict", wave_id=wave_id, response_id=response_id, sha256=sha256), 303)


def _page(wave_id: str, response_id: str, sha256: str, problems: list[str] | None = None) -> str:
    try:
        view = show_conflict(services().storage, wave_id, response_id, sha256, signed_in_account().area)
    except (ConflictError, WaveError):
        abort(404)
    numbers = {item.name: place for place, item in enumerate(view.questionnaire.asked_items, start=1)}
    return render_template(
        "analyst/conflict.html",
        wave=view.wave,
        view=view,
        differing=[(numbers[name], view.questionnaire.item(name)) for name in view.differing],
        said=_said,
        reasons=REASONS,
        choices=CHOICES,
        limit=LONGEST,
        problems=problems or [],
        typed=request.form,
    )


def _said(answers: dict[str, object], item: Item) -> str:
    """An answer in words."""
    if item.name not in answers:
        return gettext("没有问")
    value = answers[item.name]
    if value is None:
        return gettext("没有回答")
    codes = value if isinstance(value, list) else [str(value)]
    labels = {choice.code: in_page_language(choice.label) for choice in item.choices}
    return gettext("、").join(labels.get(code, code) for code in codes)
