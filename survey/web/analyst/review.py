"""The queue of answers for review, without address and without what was answered; patterns of conduct beside it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.response.review_answers import SHOWN, ReviewedAnswer, ReviewQueue, decide_review, list_for_review
from survey.actions.results.search_patterns import QUICK, open_patterns, search_patterns
from survey.programme.wave import OFFICE_TIME, WaveError
from survey.response.review import ReviewDecision, ReviewError
from survey.web.i18n import current_time, gettext, in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.words import MODES

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
KEPT = ("q", "sort", "show", "interviewer", "marked", "until", "after", "before")


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/review", "review", review)
    blueprint.add_url_rule("/<wave_id>/review", "decide", decide, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/patterns", "patterns", patterns)
    blueprint.add_url_rule("/<wave_id>/patterns", "search_patterns", search, methods=["POST"])


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
    """What is kept of a large wave, at once; of a small one what is found now."""
    account = signed_in_account()
    try:
        search = open_patterns(services().storage, wave_id, account.area)
    except WaveError:
        abort(404)
    own = search.job is not None and search.job.asked_by == account.email
    return render_template(
        "analyst/patterns.html", wave=search.wave, search=search, found=search.found, own=own, quick=QUICK
    )


def search(wave_id: str) -> ResponseReturnValue:
    """Look for them in the background, and go back to the page, which tells how far it is."""
    account = signed_in_account()
    try:
        search_patterns(services().storage, wave_id, account.area, account.email, current_time())
    except WaveError:
        abort(404)
    return redirect(url_for("analyst.patterns", wave_id=wave_id), 303)


def _listing(queue: ReviewQueue, until: datetime | None) -> Listing[ReviewedAnswer]:
    """The list with the interviewers of this queue to choose from, and the way to what is too old for it."""
    times = {time.isoformat(): _and_before(time) for time in (until, queue.earlier) if time}
    listed_until = until.isoformat() if until else ""
    older = (Filter[ReviewedAnswer]("until", gettext("收到时间"), times, lambda _row: listed_until),) if times else ()
    counted = {one.value: f"{words}（{queue.count(one)}）" for one, words in DECISIONS.items()}
    return Listing(
        columns=(
            Column("area", gettext("社区"), lambda row: in_page_language(row.area.name) if row.area else None),
            Column("day", gettext("日期"), lambda row: row.day),
            Column("mode", gettext("方式"), lambda row: str(MODES[row.mode])),
            Column("who", gettext("访问员代码"), lambda row: row.interviewer),
            Column("minutes", gettext("分钟"), lambda row: row.minutes, number=True),
            Column("dont_know", gettext("没答或不了解"), lambda row: row.dont_know, number=True),
            Column("marks", gettext("标记"), lambda row: len(row.marks)),
            Column("decided", gettext("决定"), lambda row: str(DECISIONS[row.decision])),
        ),
        identity=lambda row: row.response,
        text=_text,
        sort="-day",
        filters=(
            Filter("show", gettext("决定"), counted, lambda row: row.decision.value),
            Filter(
                "interviewer",
                gettext("访问员代码"),
                {code: code for code in queue.interviewers},
                lambda row: row.interviewer or "",
            ),
            Filter("marked", gettext("标记"), {"1": gettext("只看有标记的")}, lambda row: "1" if row.marks else ""),
            *older,
        ),
    )


def _text(row: ReviewedAnswer) -> str:
    area = in_page_language(row.area.name) if row.area else ""
    return f"{area} {row.interviewer or ''} {row.review.reason if row.review else ''}"


def _kept() -> dict[str, str]:
    """What the address asks of the list, kept while a decision is taken."""
    return {name: value for name in KEPT if (value := request.values.get(name)) is not None}


def _and_before(time: datetime) -> str:
    return gettext("%(moment)s 及以前", moment=f"{time.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M:%S}")


def _time(text: str) -> datetime | None:
    """A time with its zone; None for anything else, which only a made-up address has."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None


def _page(wave_id: str, problems: list[str] | None = None) -> str:
    until = _time(request.values.get("until", ""))
    try:
        queue = list_for_review(services().storage, wave_id, signed_in_account().area, until)
    except WaveError:
        abort(404)
    # What nobody has decided about comes first; an empty choice means all.
    arguments = {"show": ReviewDecision.OPEN.value} | _kept()
    return render_template(
        "analyst/review.html",
        wave=queue.wave,
        page=_listing(queue, until).page(queue.answers, arguments),
        kept=_kept(),
        most=SHOWN if queue.earlier or until else None,
        decisions=DECISIONS,
        marks=MARKS,
        problems=problems or [],
        chosen=set(request.form.getlist("response")),
    )
