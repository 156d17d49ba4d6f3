"""Pages of the office: print paper forms, type them in twice, settle where the two passes differ."""

import io
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.response.enter_paper import PaperState, enter_paper, find_paper, show_paper
from survey.actions.response.print_paper import make_paper_forms, write_paper
from survey.instrument.answers import AnswerValue
from survey.instrument.item import ItemType
from survey.invitation.code import spaced
from survey.programme.wave import WaveError
from survey.response.paper import PaperError
from survey.web.i18n import current_time, gettext, in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

_PASSES = {
    "1": lazy_gettext("没有录入"),
    "2": lazy_gettext("等第二遍"),
    "3": lazy_gettext("等裁定"),
    "done": lazy_gettext("已存好"),
}

FORMS: Listing[PaperState] = Listing(
    columns=(
        Column("code", lazy_gettext("编号"), lambda one: one.form.code),
        Column("area", lazy_gettext("社区"), lambda one: in_page_language(one.area.name)),
        Column("state", lazy_gettext("状态"), lambda one: one.next_pass or len(_PASSES)),
        Column("by", lazy_gettext("录入人"), lambda one: one.entries[0].by if one.entries else None),
    ),
    identity=lambda one: one.form.code,
    text=lambda one: (
        f"{one.form.code} {spaced(one.form.code)} {one.area.name.zh_hans} {one.area.name.en} "
        f"{' '.join(entry.by for entry in one.entries)}"
    ),
    sort="area",
    filters=(
        Filter("state", lazy_gettext("状态"), _PASSES, lambda one: str(one.next_pass) if one.next_pass else "done"),
    ),
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/paper", "paper", paper, methods=["GET"])
    blueprint.add_url_rule("/<wave_id>/paper", "find_form", find_form, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/paper/print", "print_paper", print_paper, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/paper/<code>", "paper_form", paper_form, methods=["GET"])
    blueprint.add_url_rule("/<wave_id>/paper/<code>", "take_paper", take_paper, methods=["POST"])


def paper(wave_id: str) -> str:
    return _overview(wave_id)


def find_form(wave_id: str) -> ResponseReturnValue:
    """Go to the form whose code was typed or scanned."""
    try:
        found = find_paper(services().storage, wave_id, request.form.get("code", ""), signed_in_account().area)
    except PaperError:
        return _overview(wave_id, [gettext("没有这个编号的纸质问卷。")]), 422
    except WaveError:
        abort(404)
    return redirect(url_for("office.paper_form", wave_id=wave_id, code=found.form.code), 303)


def print_paper(wave_id: str) -> ResponseReturnValue:
    account, copies = signed_in_account(), request.form.get("copies", "")
    if not (copies.isascii() and copies.isdigit() and 0 < int(copies) <= 200):
        return _overview(wave_id, [gettext("份数应为 1 到 200 的整数。")]), 422
    file = io.BytesIO()
    try:
        area = request.form.get("area") or account.area
        forms = make_paper_forms(services().storage, wave_id, area, int(copies), current_time(), account.email)
        write_paper(services().storage, forms, file)
    except PaperError:
        return _overview(wave_id, [gettext("不能印：这个地区没有样本户，份数太多，或者同一单元里权数不同。")]), 422
    except WaveError:
        abort(404)
    name = {"Content-Disposition": f'attachment; filename="{wave_id}-paper.pdf"'}
    return Response(file.getvalue(), mimetype="application/pdf", headers=name)


def paper_form(wave_id: str, code: str) -> str:
    return _form(_found(wave_id, code))


def take_paper(wave_id: str, code: str) -> ResponseReturnValue:
    account, state = signed_in_account(), _found(wave_id, code)
    number, persons = request.form.get("pass", ""), request.form.get("eligible_persons", "").strip()
    if number not in {"1", "2", "3"} or not (persons.isascii() and persons.isdigit() and 0 < int(persons) < 30):
        return _form(state, [gettext("请填家里合格的人数。")]), 422
    try:
        entered = enter_paper(
            services().storage,
            services().settings.secret_key,
            wave_id,
            code,
            account.area,
            number=int(number),
            raw=_raw(state),
            eligible_persons=int(persons),
            now=current_time(),
            actor=account.email,
        )
    except PaperError:
        return _form(state, [gettext("第二遍要由另一个人录入；别人已经录过的，请从列表里重新打开。")]), 422
    if entered.read.stopped_at:
        flash(gettext("填表人未满规定年龄，什么也没有保存。"), "error")
    elif entered.read.faults:
        return _form(state, _problems(state, [fault.item for fault in entered.read.faults])), 422
    elif entered.received:
        flash(gettext("已存好，回执 %(receipt)s。", receipt=entered.received.receipt), "success")
    elif entered.state.next_pass == 2:
        flash(gettext("第一遍已录好，等另一个人录第二遍。"), "success")
    else:
        words = gettext("两遍有 %(n)s 处不同，请对照原件裁定。", n=len(entered.state.differing))
        flash(words, "error")
        return redirect(url_for("office.paper_form", wave_id=wave_id, code=code), 303)
    return redirect(url_for("office.paper", wave_id=wave_id), 303)


def _raw(state: PaperState) -> dict[str, list[str]]:
    """What was typed: codes with spaces or commas between them; texts as they are."""
    raw: dict[str, list[str]] = {}
    for item in state.questionnaire.asked_items:
        typed = request.form.get(item.name, "").strip()
        if typed:
            several = item.type is ItemType.SELECT_MULTIPLE
            raw[item.name] = typed.replace("，", " ").replace(",", " ").split() if several else [typed]
    return raw


def _problems(state: PaperState, names: Sequence[str]) -> list[str]:
    numbers = {item.name: place for place, item in enumerate(state.questionnaire.asked_items, start=1)}
    return [
        gettext("第 %(n)s 题：没有这个代码，或者不能这样答。", n=numbers[name]) for name in names if name in numbers
    ]


def _found(wave_id: str, code: str) -> PaperState:
    try:
        return find_paper(services().storage, wave_id, code, signed_in_account().area)
    except (PaperError, WaveError):
        abort(404)


def _overview(wave_id: str, problems: list[str] | None = None) -> str:
    try:
        found = show_paper(services().storage, wave_id, signed_in_account().area)
    except WaveError:
        abort(404)
    return render_template(
        "office/paper.html",
        wave=found.wave,
        found=found,
        page=FORMS.page(found.forms, request.args),
        problems=problems or [],
        spaced=spaced,
        typed=request.form,
    )


def _form(state: PaperState, problems: list[str] | None = None) -> str:
    own = bool(state.entries) and state.entries[0].by == signed_in_account().email
    settling = state.next_pass == 3
    items = [
        (place, item)
        for place, item in enumerate(state.questionnaire.asked_items, start=1)
        if not settling or item.name in state.differing
    ]
    return render_template(
        "office/paper_form.html",
        wave=state.wave,
        state=state,
        items=items,
        settling=settling,
        own=own and state.next_pass == 2,
        typed=request.form,
        problems=problems or [],
        spaced=spaced,
        written=_written,
    )


def _written(answers: Mapping[str, AnswerValue], name: str) -> str:
    """What a pass has, as it would be typed."""
    value = answers.get(name)
    return gettext("空白") if value is None else " ".join(value) if isinstance(value, list) else str(value)
