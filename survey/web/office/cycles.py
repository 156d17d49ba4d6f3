"""Pages of the cycles: years with weights, the score so far and what is missing, every edition with who and why."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.programme.keep_cycle import keep_cycle, offered_scores
from survey.actions.programme.list_areas import list_areas
from survey.actions.results.score_cycle import ShownCycle, list_cycles, show_cycle
from survey.instrument.population import Population
from survey.programme.cycle import Cycle, CycleError, Gap, ScoreSource, read_weights
from survey.web.i18n import current_time, gettext, in_page_language
from survey.web.listing import Column, Listing
from survey.web.office.lists import POPULATIONS
from survey.web.permissions import may_open
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("cycles", __name__, url_prefix="/staff/cycles")
_CHANGE = "cycles.new"

GAPS = {
    Gap.NO_WAVE: lazy_gettext("这一年没有调查"),
    Gap.NOT_FINAL: lazy_gettext("有调查没有结束，或结束后没有重新计算"),
    Gap.NOT_MEASURED: lazy_gettext("这一年的抽样调查没有这个得分"),
    Gap.HELD_BACK: lazy_gettext("样本不足，得分不公布"),
    Gap.NO_FIGURE: lazy_gettext("还没有录入这一年的数"),
    Gap.NOT_CHECKED: lazy_gettext("已经录入，还没有第二人复核"),
    Gap.YEAR_NOT_OVER: lazy_gettext("这一年还没有过完"),
}
SOURCES = {ScoreSource.SURVEY: lazy_gettext("调查测得"), ScoreSource.REPORTED: lazy_gettext("上报的数")}

CYCLES: Listing[ShownCycle] = Listing(
    columns=(
        Column("name", lazy_gettext("周期"), lambda row: row.cycle.name),
        Column("years", lazy_gettext("年度"), lambda row: row.cycle.years[0]),
        Column("source", lazy_gettext("得分来源"), lambda row: str(SOURCES[row.cycle.source])),
        Column("score", lazy_gettext("周期得分"), lambda row: row.score.total, number=True),
        Column("missing", lazy_gettext("还缺"), lambda row: len(row.score.missing)),
    ),
    identity=lambda row: row.cycle.id,
    text=lambda row: f"{row.cycle.id} {row.cycle.name} {' '.join(map(str, row.cycle.years))} {row.score.label}",
    sort="-years",
)


@blueprint.get("/")
def cycles() -> str:
    """Every cycle with its score."""
    _require_whole_district()
    page = CYCLES.page(list_cycles(services().storage, current_time()), request.args)
    return render_template("office/cycles.html", page=page, sources=SOURCES, may_change=_may_change())


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """A new cycle."""
    _require_whole_district()
    return _form(None)


@blueprint.get("/<cycle_id>")
def cycle(cycle_id: str) -> str:
    """The years with their scores, what is missing, and every edition."""
    shown = _found(cycle_id)
    return render_template(
        "office/cycle.html",
        shown=shown,
        gaps=GAPS,
        sources=SOURCES,
        populations=POPULATIONS,
        label=_label(shown),
        surveyed=shown.cycle.source is ScoreSource.SURVEY,
        may_change=_may_change(),
    )


@blueprint.route("/<cycle_id>/change", methods=["GET", "POST"])
def change(cycle_id: str) -> ResponseReturnValue:
    """A new edition, with a reason."""
    return _form(_found(cycle_id))


def _form(shown: ShownCycle | None) -> ResponseReturnValue:
    problems: list[str] = []
    if request.method == "POST":
        try:
            kept = keep_cycle(
                services().storage, services().settings.questionnaires, _written(shown), new=shown is None
            )
        except CycleError as error:
            problems = [_in_words(error)]
        else:
            flash(gettext("已保存。"), "success")
            return redirect(url_for("cycles.cycle", cycle_id=kept.id), 303)
    page = render_template(
        "office/cycle_form.html",
        shown=shown,
        typed=request.form if request.method == "POST" else {},
        offered=offered_scores(services().storage, services().settings.questionnaires),
        sources=SOURCES,
        populations=POPULATIONS,
        problems=problems,
    )
    return page, 422 if problems else 200


def _written(shown: ShownCycle | None) -> Cycle:
    """What the form says. Raises `CycleError`."""
    form = request.form
    source, _, indicator = form.get("score", "").partition(":")
    if source not in set(ScoreSource) or form.get("population") not in set(Population):
        raise CycleError("indicator: expected a score from the list, found none")
    return Cycle(
        shown.cycle.id if shown else form.get("id", "").strip(),
        form.get("name", "").strip()[:120],
        ScoreSource(source),
        indicator,
        Population(form["population"]),
        read_weights(form.get("first", ""), form.get("weights", "")),
        int(form["edition"]) if shown and form.get("edition", "").isdecimal() else 0,
        signed_in_account().email,
        current_time(),
        form.get("reason", "")[:500],
    )


def _label(shown: ShownCycle) -> str:
    """What the score is called, also while nothing has measured it."""
    offered = offered_scores(services().storage, services().settings.questionnaires)
    return next((in_page_language(one.label) for one in offered if one.indicator == shown.cycle.indicator), "")


def _found(cycle_id: str) -> ShownCycle:
    _require_whole_district()
    found = show_cycle(services().storage, cycle_id, current_time())
    if found is None:
        abort(404)
    return found


def _may_change() -> bool:
    return may_open(signed_in_account().role, _CHANGE)


def _require_whole_district() -> None:
    """A cycle's score is the whole district's."""
    areas = list_areas(services().storage, signed_in_account().area)
    if areas and areas[0].parent is not None:
        abort(403)


def _in_words(error: CycleError) -> str:
    return {
        "id": gettext("编号用小写字母、数字和连字符，以字母开头，而且没有用过。"),
        "name": gettext("请填写名称。"),
        "indicator": gettext("请从列表里选择得分。"),
        "years": gettext("请填写第一年，例如 2026；各年连续。"),
        "weights": gettext("请填写每年的百分数，例如 15/25/60，最多十年。"),
        "sum": gettext("各年的百分数加起来要正好是 100。"),
        "reason": gettext("请写明更改的原因。"),
        "edition": gettext("别人刚刚改过这个周期，请看过新的一版再改。"),
    }.get(str(error).split(":", 1)[0], str(error))
