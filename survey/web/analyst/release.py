"""Releasing the results of a wave to everyone, and withdrawing them: for accounts of the whole district only."""

from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as Answer

from survey.actions.results.release_results import release_results, withdraw_results
from survey.actions.results.review_release import ReleaseReview, review_release
from survey.instrument.text import LANGUAGES, Text
from survey.programme.release import SUMMARY_LIMIT, ReleaseError
from survey.web.i18n import current_time
from survey.web.security import signed_in_account
from survey.web.services import services

GAPS = {
    "not_closed": lazy_gettext("本轮调查还没有结束。结束以后才能公布，免得影响还没有作答的人。"),
    "no_run": lazy_gettext("还没有计算结果。请先开始计算。"),
    "answers_after_run": lazy_gettext("计算以后，答卷又有变动。请重新计算，再公布。"),
    "summary_zh-Hans": lazy_gettext("请填写简体中文说明，不超过 2000 字。"),
    "summary_zh-Hant": lazy_gettext("请填写繁体中文说明，不超过 2000 字。"),
    "summary_en": lazy_gettext("请填写英文说明，不超过 2000 个字符。"),
    "personal_data": lazy_gettext("说明里像是有电话号码或证件号码，请删去。"),
    "another_released": lazy_gettext("另一位同事刚刚公布了结果，请重新打开本页查看。"),
    "nothing_public": lazy_gettext("没有已公布的结果。"),
    "no_reason": lazy_gettext("请写明撤回的原因。"),
}


class Fault(NamedTuple):
    """A gap in words, and the field that it is about ("" for none)."""

    field: str
    message: str


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/release", "release", release, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/withdraw", "withdraw", withdraw, methods=["POST"])


def release(wave_id: str) -> str | Answer | tuple[str, int]:
    """Show what would be public; then release it with the summary."""
    review = _review(wave_id)
    if request.method == "GET":
        return _page(review, review.newest.summary if review.newest else Text(""))
    texts = {language: _clean(request.form.get(f"summary_{language}", "")) for language in LANGUAGES}
    summary = Text.from_mapping(texts)
    try:
        made = release_results(services().storage, wave_id, summary, current_time(), signed_in_account().email)
    except ReleaseError as error:
        return _page(review, summary, error.gaps), 422
    flash(gettext("结果已经公布（第 %(n)s 版）。", n=made.edition), "success")
    return redirect(url_for("analyst.release", wave_id=wave_id), 303)


def withdraw(wave_id: str) -> Answer | tuple[str, int]:
    review = _review(wave_id)
    reason = _clean(request.form.get("reason", ""))[:SUMMARY_LIMIT]
    try:
        withdraw_results(services().storage, wave_id, reason, current_time(), signed_in_account().email)
    except ReleaseError as error:
        return _page(review, review.newest.summary if review.newest else Text(""), error.gaps), 422
    flash(gettext("结果已经撤回。"), "success")
    return redirect(url_for("analyst.release", wave_id=wave_id), 303)


def _page(review: ReleaseReview, summary: Text, gaps: tuple[str, ...] = ()) -> str:
    return render_template(
        "analyst/release.html",
        review=review,
        wave=review.wave,
        texts=summary.to_mapping(),
        obstacles=[GAPS[gap] for gap in review.gaps],
        faults=[Fault(_field(gap), str(GAPS[gap])) for gap in gaps if gap not in review.gaps],
        limit=SUMMARY_LIMIT,
    )


def _field(gap: str) -> str:
    return "reason" if gap == "no_reason" else gap if gap.startswith("summary_") else ""


def _review(wave_id: str) -> ReleaseReview:
    found = review_release(services().storage, wave_id, signed_in_account().area)
    if found is None:
        abort(404)
    return found


def _clean(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()
