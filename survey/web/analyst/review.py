"""The queue of answers for review, without address and without what was answered; patterns of conduct beside it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.response.review_answers import ReviewFilter, decide_review, list_for_review
from survey.actions.results.find_patterns import find_patterns
from survey.programme.wave import WaveError
from survey.response.review import ReviewDecision, ReviewError
from survey.web.i18n import current_time, gettext
from survey.web.security import signed_in_account
from survey.web.services import services

DECISIONS = {
    ReviewDecision.OPEN: lazy_gettext("待复核"),
    ReviewDecision.APPROVED: lazy_gettext("通过"),
    ReviewDecision.HELD: lazy_gettext("待查"),
    ReviewDecision.REJECTED: lazy_gettext("不采用"),
}
MARKS = {
    "fast": lazy_gettext("用时很短"),
    "same_code": lazy_gettext("同一选项到底"),
    "watched": lazy_gettext("有工作人员在场"),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/review", "review", review)
    blueprint.add_url_rule("/<wave_id>/review", "decide", decide, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/patterns", "patterns", patterns)


def review(wave_id: str) -> str:
    return _page(wave_id)


def decide(wave_id: str) -> ResponseReturnValue:
    account, decision = signed_in_account(), request.form.get("decision", "")
    if decision not in set(ReviewDecision):
        abort(400)
    try:
        count = decide_review(
            services().storage,
            wave_id,
            request.form.getlist("response"),
            ReviewDecision(decision),
            request.form.get("reason", ""),
            account.area,
            current_time(),
            account.email,
        )
    except ReviewError:
        return _page(wave_id, [gettext("请勾选答卷；“待查”和“不采用”要写原因。")]), 422
    except WaveError:
        abort(404)
    flash(gettext("已处理 %(n)s 份答卷。", n=count), "success")
    kept: dict[str, Any] = _kept()
    return redirect(url_for("analyst.review", wave_id=wave_id, **kept), 303)


def patterns(wave_id: str) -> str:
    try:
        found = find_patterns(services().storage, wave_id, signed_in_account().area)
    except WaveError:
        abort(404)
    return render_template("analyst/patterns.html", wave=found.wave, found=found)


def _kept() -> dict[str, str]:
    return {
        name: value for name in ("show", "interviewer", "marked", "page") if (value := request.values.get(name, ""))
    }


def _page(wave_id: str, problems: list[str] | None = None) -> str:
    kept = _kept()
    show = kept.get("show", ReviewDecision.OPEN.value)
    decision = ReviewDecision(show) if show in set(ReviewDecision) else None
    page = int(kept["page"]) if kept.get("page", "").isdigit() and len(kept["page"]) < 7 else 1
    wanted = ReviewFilter(decision, kept.get("interviewer"), bool(kept.get("marked")))
    try:
        queue = list_for_review(services().storage, wave_id, signed_in_account().area, wanted, page)
    except WaveError:
        abort(404)
    return render_template(
        "analyst/review.html",
        wave=queue.wave,
        queue=queue,
        kept=kept,
        show=show,
        decisions=DECISIONS,
        marks=MARKS,
        problems=problems or [],
        chosen=set(request.form.getlist("response")),
    )
