"""Coding open texts by hand, one after another and with the keyboard; settling those on which coders differ."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from survey.actions.texts.code_text import code_text, settle_text, take_back, unsettle_text
from survey.actions.texts.next_text import next_text
from survey.response.text_coding import KEYS, TextCodingError
from survey.web.analyst.texts import coded_texts
from survey.web.i18n import current_time
from survey.web.security import signed_in_account
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/texts/<item>/code", "coding", coding)
    blueprint.add_url_rule("/<wave_id>/texts/<item>/code", "code", code, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/texts/<item>/settle", "settling", settling)
    blueprint.add_url_rule("/<wave_id>/texts/<item>/settle", "settle_text", settle, methods=["POST"])


def coding(wave_id: str, item: str) -> str:
    """The next text that this coder has not coded: behind `?after=`, or the one of `?text=`."""
    return _coding_page(wave_id, item)


def code(wave_id: str, item: str) -> ResponseReturnValue:
    """What the pressed button says: keep the chosen categories, none of them, or take the last coding back."""
    account, pressed = signed_in_account(), request.form.get("do", "")
    coded_texts(wave_id, item)
    if pressed == "back":
        taken = take_back(services().storage, wave_id, item, account.email)
        flash(gettext("已撤回，可以重新编码。") if taken else gettext("没有可以撤回的编码。"), "success")
        return redirect(url_for("analyst.coding", wave_id=wave_id, item=item, text=taken), 303)
    chosen = [] if pressed == "none" else request.form.getlist("category")
    if pressed != "none" and not chosen:
        return _coding_page(wave_id, item, [gettext("请选类别；一类都不是，请按“都不是”。")]), 422
    response = request.form.get("text", "")
    try:
        code_text(services().storage, wave_id, item, response, chosen, account.area, current_time(), account.email)
    except TextCodingError:
        return _coding_page(wave_id, item, [gettext("没有保存：这份原文或类别刚刚有变动，请重新选择。")]), 422
    return redirect(url_for("analyst.coding", wave_id=wave_id, item=item, after=response), 303)


def _coding_page(wave_id: str, item: str, problems: Sequence[str] = ()) -> str:
    account, wanted = signed_in_account(), request.form.get("text") or request.args.get("text", "")
    following = next_text(
        services().storage,
        wave_id,
        item,
        account.area,
        account.email,
        after=request.args.get("after", ""),
        wanted=wanted,
    )
    if following is None:
        abort(404)
    found, shown, coder = following.found, following.shown, account.email
    chosen = set(request.form.getlist("category")) or (shown.codings.get(coder, frozenset()) if shown else frozenset())
    return render_template(
        "analyst/coding.html",
        wave=found.wave,
        found=found,
        shown=shown,
        chosen=chosen,
        keys=list(zip(KEYS, found.offered, strict=False)),
        coded=following.coded,
        needed=None if following.left is None else following.coded + following.left,
        problems=problems,
    )


def settling(wave_id: str, item: str) -> str:
    """The first text on which coders differ, with what each found and without their names."""
    return _settling_page(wave_id, item)


def settle(wave_id: str, item: str) -> ResponseReturnValue:
    """Decide the text, or take a decision back."""
    account, response, pressed = signed_in_account(), request.form.get("text", ""), request.form.get("do", "")
    place, who = (services().storage, wave_id, item, response), (account.area, current_time(), account.email)
    found = coded_texts(wave_id, item)
    if pressed == "back":
        if not unsettle_text(*place, *who):
            abort(404)
        flash(gettext("已撤回，重新等待决定。"), "success")
        return redirect(url_for("analyst.settling", wave_id=wave_id, item=item), 303)
    if response not in {one.response for one in found.to_settle(account.email)}:
        return _settling_page(wave_id, item, [gettext("没有保存：这份原文已经有人定了，请看下一份。")]), 422
    try:
        settle_text(*place, [] if pressed == "none" else request.form.getlist("category"), *who)
    except TextCodingError:
        return _settling_page(wave_id, item, [gettext("没有保存：这份原文或类别刚刚有变动，请重新选择。")]), 422
    flash(gettext("已定。"), "success")
    return redirect(url_for("analyst.settling", wave_id=wave_id, item=item), 303)


def _settling_page(wave_id: str, item: str, problems: Sequence[str] = ()) -> str:
    found = coded_texts(wave_id, item)
    waiting = found.to_settle(signed_in_account().email)
    shown = waiting[0] if waiting else None
    opinions = [codes for _, codes in sorted(shown.codings.items())] if shown else []
    return render_template(
        "analyst/settling.html",
        wave=found.wave,
        found=found,
        shown=shown,
        opinions=opinions,
        common=frozenset.intersection(*opinions) if opinions else frozenset(),
        keys=list(zip(KEYS, found.offered, strict=False)),
        waiting=len(waiting),
        labels={one.code: one.label for one in found.categories},
        problems=problems,
    )
