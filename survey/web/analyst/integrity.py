"""Answers that a check found something about: the list, the evidence, the effect on every figure, the decision."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from markupsafe import Markup

from survey.actions.results.check_integrity import check_integrity, count_live_answers
from survey.actions.results.list_findings import FoundAnswer, FoundAnswers, list_found_answers, show_found_answer, weigh
from survey.actions.results.settle_findings import look_again, settle_findings
from survey.actions.results.start_analysis import start_analysis
from survey.programme.wave import WaveError
from survey.response.integrity import FindingKind
from survey.response.review import ReviewDecision, ReviewError
from survey.web.analyst.finding_words import DECISIONS, KINDS, MEANINGS, rule_in_words, told
from survey.web.analyst.integrity_walk import kept, walk_from
from survey.web.i18n import current_time, gettext, in_page_language
from survey.web.listing import LONGEST_SEARCH, Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.words import MODES, SOURCES

_MOST_AT_ONCE = 2000


def _area_name(row: FoundAnswer) -> str:
    return in_page_language(row.area.name) if row.area else ""


ANSWERS: Listing[FoundAnswer] = Listing(
    columns=(
        Column("answer", lazy_gettext("答卷"), lambda row: row.response),
        Column("findings", lazy_gettext("疑点"), lambda row: len(row.kinds)),
        Column("decision", lazy_gettext("决定"), lambda row: str(DECISIONS[row.decision])),
        Column("area", lazy_gettext("社区"), _area_name),
        Column("day", lazy_gettext("日期"), lambda row: row.received_at.isoformat()),
        Column("place", lazy_gettext("海报或访问员"), lambda row: row.place or None),
        Column("mode", lazy_gettext("方式"), lambda row: str(MODES[row.mode])),
    ),
    identity=lambda row: row.response,
    text=lambda row: f"{row.response} {_area_name(row)} {row.place} {row.review.reason if row.review else ''}",
    sort="-findings",
    filters=(
        Filter(
            "decision",
            lazy_gettext("决定"),
            {one.value: words for one, words in DECISIONS.items()},
            lambda row: row.decision.value,
        ),
        Filter(
            "source",
            lazy_gettext("来源"),
            {one.value: words for one, words in SOURCES.items()},
            lambda row: row.source.value,
        ),
    ),
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/integrity", "integrity", integrity)
    blueprint.add_url_rule("/<wave_id>/integrity", "check", check, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/integrity/effect", "weigh", weigh_answers)
    blueprint.add_url_rule("/<wave_id>/integrity/effect", "settle", settle, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/integrity/<response_id>", "found_answer", found_answer)
    blueprint.add_url_rule("/<wave_id>/integrity/<response_id>", "second_look", second_look, methods=["POST"])


def integrity(wave_id: str) -> str:
    """The list: of one kind with `?kind=`, else of all kinds but those that raise no doubt."""
    found, kind = _list(wave_id), _kind()
    return render_template(
        "analyst/integrity.html",
        wave=found.wave,
        found=found,
        kind=kind,
        page=_with_kind(kind).page(_of_kind(found, kind), request.args),
        walk=walk_from(_in_order(found), ""),
        kept=kept(request.args),
        kinds=KINDS,
        meanings=MEANINGS,
        decisions=DECISIONS,
        rule_of=lambda one: rule_in_words(one, found.check.rules.get(one.value, {})) if found.check else "",
    )


def check(wave_id: str) -> ResponseReturnValue:
    """Run every rule again over all answers, many of them in the background; what was decided stays."""
    storage, now = services().storage, current_time()
    try:
        if count_live_answers(storage, wave_id) > _MOST_AT_ONCE:
            start_analysis(storage, wave_id, signed_in_account().email, now)
            flash(gettext("答卷较多，核查和重新计算正在后台进行，过几分钟再看。"), "success")
        else:
            done = check_integrity(storage, wave_id, now, signed_in_account().email)
            flash(gettext("已核查 %(n)s 份答卷。", n=done.answers), "success")
    except WaveError:
        abort(404)
    return redirect(url_for("analyst.integrity", wave_id=wave_id), 303)


def weigh_answers(wave_id: str) -> str:
    """What every figure would be without the answers of the address (`response`, or all of one `kind`)."""
    return _effect_page(wave_id, _chosen(wave_id, request.args.getlist("response")))


def settle(wave_id: str) -> ResponseReturnValue:
    """Decide; on a walk the next undecided answer follows, else the list. Several at once have to be confirmed."""
    account, chosen = signed_in_account(), _chosen(wave_id, request.form.getlist("response"))
    decision, reason = request.form.get("decision", ""), request.form.get("reason", "").strip()
    if decision not in set(ReviewDecision):
        abort(400)
    if request.form.get("number", str(len(chosen))) != str(len(chosen)):
        return _effect_page(wave_id, chosen, [gettext("这组答卷刚才变了，请再看一遍影响。")]), 422
    if len(chosen) > 1 and request.form.get("sure") != "1":
        return _effect_page(wave_id, chosen, [gettext("一次决定多份答卷，请先勾选确认。")]), 422
    try:
        wanted = ReviewDecision(decision)
        count = settle_findings(
            services().storage, wave_id, chosen, wanted, reason, account.area, current_time(), account.email
        )
    except ReviewError:
        return _effect_page(wave_id, chosen, [gettext("每次决定都要写原因，并至少有一份答卷。")]), 422
    done = gettext("已处理 %(n)s 份答卷。", n=count)
    link = Markup('{} <a href="{}">{}</a>').format(done, _way_back(wave_id, chosen, wanted, reason), gettext("撤回……"))
    flash(link, "success")
    following = walk_from(_in_order(_list(wave_id)), chosen[0]).undecided if request.form.get("walk") == "1" else ""
    if following:
        onwards = kept(request.form)
        return redirect(url_for("analyst.found_answer", wave_id=wave_id, response_id=following, **onwards), 303)
    return redirect(url_for("analyst.integrity", wave_id=wave_id, **kept(request.form)), 303)


def _way_back(wave_id: str, chosen: list[str], decision: ReviewDecision, reason: str) -> str:
    """Where the decision just made is taken back: of many, those that have it for this reason."""
    if len(chosen) == 1:
        return url_for("analyst.weigh", wave_id=wave_id, response=chosen[0])
    kind = _kind()
    group: dict[str, Any] = {"decision": decision.value, "q": reason[:LONGEST_SEARCH]}
    group |= {"kind": kind.value} if kind else {}
    return url_for("analyst.weigh", wave_id=wave_id, matching=1, **group)


def found_answer(wave_id: str, response_id: str) -> str:
    """One answer, at its place in the list of the address."""
    return _answer_page(wave_id, response_id)


def second_look(wave_id: str, response_id: str) -> ResponseReturnValue:
    account = signed_in_account()
    agrees, note = request.form.get("agrees") == "1", request.form.get("note", "")
    try:
        look_again(services().storage, wave_id, response_id, agrees, note, account.area, current_time(), account.email)
    except ReviewError:
        problem = gettext("复看要由另一个人做，而且要已经有决定；不同意要写原因。")
        return _answer_page(wave_id, response_id, [problem]), 422
    except WaveError:
        abort(404)
    flash(gettext("已记下复看。"), "success")
    return redirect(url_for("analyst.found_answer", wave_id=wave_id, response_id=response_id), 303)


def _list(wave_id: str) -> FoundAnswers:
    try:
        return list_found_answers(services().storage, wave_id, signed_in_account().area)
    except WaveError:
        abort(404)


def _kind() -> FindingKind | None:
    kind = request.values.get("kind", "")
    return FindingKind(kind) if kind in set(FindingKind) else None


def _with_kind(kind: FindingKind | None) -> Listing[FoundAnswer]:
    """The list with the filter by kind, whose value is the same for every row that the page already narrowed to it."""
    if kind is None:
        chosen: Filter[FoundAnswer] = Filter("kind", gettext("疑点"), _kind_choices(), lambda _: "")
    else:
        chosen = Filter("kind", gettext("疑点"), _kind_choices(), lambda _: kind.value)
    return Listing(ANSWERS.columns, ANSWERS.identity, ANSWERS.text, ANSWERS.sort, (chosen, *ANSWERS.filters))


def _kind_choices() -> dict[str, str]:
    return {kind.value: words for kind, words in KINDS.items()}


def _of_kind(found: FoundAnswers, kind: FindingKind | None) -> list[FoundAnswer]:
    return [one for one in found.answers if (kind in one.kinds if kind else one.suspicious)]


def _in_order(found: FoundAnswers) -> list[FoundAnswer]:
    """The answers of the list in the address, whatever was decided about them."""
    kind = _kind()
    return _with_kind(kind).in_order(_of_kind(found, kind), kept(request.values))


def _chosen(wave_id: str, named: list[str]) -> list[str]:
    """The answers named one by one, all that the filters of the list leave, or the undecided ones of a kind."""
    kind = _kind()
    if _matching():
        return [one.response for one in _with_kind(kind).fitting(_of_kind(_list(wave_id), kind), request.args)]
    if named or kind is None:
        return list(dict.fromkeys(named))[:_MOST_AT_ONCE]
    undecided = (ReviewDecision.OPEN, ReviewDecision.HELD)
    return [one.response for one in _list(wave_id).answers if kind in one.kinds and one.decision in undecided]


def _effect_page(wave_id: str, chosen: list[str], problems: list[str] | None = None) -> str:
    try:
        weighing = weigh(services().storage, wave_id, signed_in_account().area, chosen)
    except WaveError:
        abort(404)
    return render_template(
        "analyst/effect.html",
        wave=weighing.wave,
        weighing=weighing,
        kind=_kind() if not request.values.getlist("response") else None,
        matching=_matching(),
        walk=request.values.get("walk") == "1",
        kept=kept(request.values),
        kinds=KINDS,
        decisions=DECISIONS,
        reason=request.form.get("reason", ""),
        problems=problems or [],
    )


def _matching() -> dict[str, str]:
    """The filters of the list that make the group; they stay in the address, where `decision` is that of the filter."""
    if request.args.get("matching") != "1":
        return {}
    return {
        name: request.args[name] for name in ("matching", "kind", "decision", "source", "q") if name in request.args
    }


def _answer_page(wave_id: str, response_id: str, problems: list[str] | None = None) -> str:
    account = signed_in_account()
    try:
        shown = show_found_answer(services().storage, wave_id, account.area, response_id)
    except WaveError:
        abort(404)
    if shown is None:
        abort(404)
    return render_template(
        "analyst/found_answer.html",
        wave=shown.wave,
        shown=shown,
        kinds=KINDS,
        decisions=DECISIONS,
        meanings=MEANINGS,
        walk=walk_from(_in_order(_list(wave_id)), response_id),
        kept=kept(request.args),
        told=[(one, told(one, shown.indicators)) for one in shown.findings],
        own=shown.answer.review is not None and shown.answer.review.by == account.email,
        note=request.form.get("note", ""),
        problems=problems or [],
    )
