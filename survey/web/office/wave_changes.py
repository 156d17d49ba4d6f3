"""Pages of an opened wave: its versions with who, when and why, a permitted change, the end."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.programme.change_wave import NEVER, ShownVersion, change_wave, show_versions
from survey.actions.programme.close_wave import close_wave
from survey.exchange.fault import FaultsFoundError
from survey.exchange.programme.wave_text import read_tree
from survey.programme.wave import Wave, WaveError, WaveStatus
from survey.programme.wave_version import LONGEST_REASON, WaveChangeError
from survey.web.i18n import current_time, gettext
from survey.web.office.plan_steps import Form, read_basics, read_header, read_protection, shown_values
from survey.web.office.plan_words import faults_as_gaps, label_of
from survey.web.office.plans import only_for_the_whole
from survey.web.office.programme import may_change
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.voice_words import LAYERS


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/versions", "versions", versions)
    blueprint.add_url_rule("/<wave_id>/change", "change", change, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/close", "close", close, methods=["GET", "POST"])


def versions(wave_id: str) -> str:
    """Every version, the newest first, with what differs from the one before."""
    wave, shown = _found(wave_id)
    return render_template(
        "office/plan/versions.html",
        wave=wave,
        versions=shown,
        label_of=label_of,
        never=NEVER,
        may_change=may_change() and wave.status is WaveStatus.OPEN,
    )


def change(wave_id: str) -> ResponseReturnValue:
    """What may still be changed, with a reason; rules, targets and questionnaire are not in the form."""
    only_for_the_whole()
    wave, shown = _found(wave_id)
    if wave.status is not WaveStatus.OPEN:
        return redirect(url_for("plans.versions", wave_id=wave_id), 303)
    newest = shown[0].version
    if request.method == "GET":
        return _page(wave, newest.number, shown_values(read_tree(newest.content, wave_id)))
    form = request.form
    changes = read_basics(form) | read_header(form) | read_protection(form)
    number, reason = form.get("number", type=int, default=0), form.get("reason", "").strip()
    try:
        change_wave(services().storage, wave_id, number, changes, reason, current_time(), signed_in_account().email)
    except FaultsFoundError as error:
        return _page(wave, newest.number, form, [gap.words for gap in faults_as_gaps(error.faults)]), 422
    except WaveChangeError as error:
        return _page(wave, newest.number, form, [_problem(error)]), 409 if error.key == "newer" else 422
    flash(gettext("已改，记为第 %(n)s 版。", n=number + 1), "success")
    return redirect(url_for("plans.versions", wave_id=wave_id), 303)


def close(wave_id: str) -> ResponseReturnValue:
    """Ask first; then end the wave."""
    only_for_the_whole()
    wave, _ = _found(wave_id)
    if wave.status is not WaveStatus.OPEN:
        return redirect(url_for("office.wave", wave_id=wave_id), 303)
    if request.method == "GET":
        return render_template("office/plan/close.html", wave=wave)
    try:
        close_wave(services().storage, wave_id, current_time(), signed_in_account().email)
    except WaveError:
        flash(gettext("本轮已经结束。"), "error")
    else:
        flash(gettext("本轮调查已经结束。已经打开的问卷一天之内还可以交。"), "success")
    return redirect(url_for("office.wave", wave_id=wave_id), 303)


def _found(wave_id: str) -> tuple[Wave, list[ShownVersion]]:
    found = show_versions(services().storage, wave_id)
    if found is None:
        abort(404)
    return found


def _page(wave: Wave, number: int, values: Form, problems: list[str] | None = None) -> str:
    return render_template(
        "office/plan/change.html",
        wave=wave,
        number=number,
        values=values,
        layers=LAYERS,
        longest=LONGEST_REASON,
        problems=problems or [],
    )


def _problem(error: WaveChangeError) -> str:
    words = {
        "reason": gettext("请写明为什么改（最多 %(n)s 个字）。", n=LONGEST_REASON),
        "same": gettext("没有改动。"),
        "newer": gettext("另一个人刚刚改过。下面是您填的内容；再按一次保存，就以您的为准。"),
    }
    return words.get(error.key, gettext("这一项开始以后不能再改。"))
