"""Pages of administrative figures: targets met or not by plain comparison, a second person's check, evidence, history.

Never beside a survey's rate, never with an interval.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.figures.attach import attach, materials_of
from survey.actions.figures.choose_ready import add_ready, ready_plans
from survey.actions.figures.list_figures import ListedIndicator, export_figures, find_indicator, list_figures
from survey.actions.figures.record_figures import check_figure, enter_figure, import_figures
from survey.exchange.fault import Fault, FaultsFoundError
from survey.instrument.text import Text
from survey.programme.admin_figure import AdminFigureError, Comparison, FigureState
from survey.programme.material import MaterialError, MaterialKind
from survey.web.fault_words import faults_in_words
from survey.web.i18n import current_time, gettext
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("figures", __name__, url_prefix="/staff/figures")
_SHOWN = 200
SIGNS = {
    Comparison.ABOVE: "＞",
    Comparison.AT_LEAST: "≥",
    Comparison.BELOW: "＜",
    Comparison.AT_MOST: "≤",
    Comparison.EQUAL: "＝",
}
_AGAINST = {
    "met": lazy_gettext("达到"),
    "missed": lazy_gettext("未达到"),
    "none": lazy_gettext("没有可比的"),
}


def _against(row: ListedIndicator) -> str:
    return "none" if row.met is None else "met" if row.met else "missed"


FIGURES: Listing[ListedIndicator] = Listing(
    columns=(
        Column("name", lazy_gettext("指标"), lambda row: row.indicator.name),
        Column("target", lazy_gettext("目标")),
        Column("period", lazy_gettext("期间"), lambda row: row.current.period if row.current else None),
        Column(
            "value", lazy_gettext("数值"), lambda row: float(row.current.value) if row.current else None, number=True
        ),
        Column("met", lazy_gettext("与目标比较"), lambda row: list(_AGAINST).index(_against(row))),
        Column("responsible", lazy_gettext("来源单位"), lambda row: row.indicator.responsible or None),
        Column("waiting", lazy_gettext("待复核"), lambda row: len(row.waiting)),
    ),
    identity=lambda row: row.indicator.id,
    text=lambda row: f"{row.indicator.id} {row.indicator.name} {row.indicator.responsible} {row.indicator.source}",
    sort="name",
    filters=(
        Filter("met", lazy_gettext("与目标比较"), _AGAINST, _against),
        Filter(
            "check",
            lazy_gettext("复核"),
            {"waiting": lazy_gettext("待复核"), "nothing": lazy_gettext("没有待复核的")},
            lambda row: "waiting" if row.waiting else "nothing",
        ),
    ),
)


@blueprint.route("/", methods=["GET", "POST"])
def figures() -> ResponseReturnValue:
    """Every indicator with its newest checked figure; a table that is sent is imported, all or nothing."""
    if request.method == "GET":
        return _list_page()
    try:
        indicators, added = _take_table()
    except FaultsFoundError as error:
        return _list_page(faults_in_words(error.faults[:_SHOWN])), 422
    words = gettext("已导入：指标 %(n)s 个，数值 %(m)s 个，等第二人复核。", n=len(indicators), m=len(added))
    flash(words, "success")
    return redirect(url_for("figures.figures"), 303)


@blueprint.get("/figures.csv")
def table() -> Response:
    headers = {"Content-Disposition": 'attachment; filename="administrative-figures.csv"'}
    return Response(export_figures(services().storage), content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.route("/ready/<plan>", methods=["GET", "POST"])
def ready(plan: str) -> ResponseReturnValue:
    """The indicators that a plan asks for; those that are ticked are added, those that are there already stay."""
    own = services()
    found = next((one for one in ready_plans(own.settings.questionnaires) if one.name == plan), None)
    if found is None:
        abort(404)
    problems: list[str] = []
    if request.method == "POST":
        try:
            added = add_ready(
                own.storage, found, request.form.getlist("indicator"), current_time(), signed_in_account().email
            )
        except AdminFigureError:
            problems = [gettext("请至少勾选一个指标。")]
        else:
            flash(gettext("已加入 %(n)s 个指标。", n=len(added)), "success")
            return redirect(url_for("figures.figures"), 303)
    known = {one.indicator.id: one.indicator for one in list_figures(own.storage)}
    page = render_template("office/figures_ready.html", plan=found, known=known, problems=problems, signs=SIGNS)
    return page, 422 if problems else 200


@blueprint.route("/<indicator_id>", methods=["GET", "POST"])
def indicator(indicator_id: str) -> ResponseReturnValue:
    """One indicator: every edition, evidence, and the forms to enter a figure and to add evidence."""
    found = _found(indicator_id)
    if request.method == "GET":
        return _indicator_page(found)
    form, now, actor = request.form, current_time(), signed_in_account().email
    try:
        if form.get("go") == "evidence":
            _add_evidence(found)
            flash(gettext("已上传。"), "success")
        else:
            enter_figure(
                services().storage,
                indicator_id,
                form.get("period", "").strip(),
                form.get("value", "").strip(),
                form.get("note", ""),
                now,
                actor,
            )
            flash(gettext("已录入，等第二人复核。"), "success")
    except AdminFigureError as error:
        return _indicator_page(found, [_in_words(error)]), 422
    except MaterialError:
        words = gettext("请选择与类别相符的文件，最大 20 MB，且还没有上传过。")
        return _indicator_page(found, [words]), 422
    return redirect(url_for("figures.indicator", indicator_id=indicator_id), 303)


@blueprint.post("/<indicator_id>/<period>/<edition>/check")
def check(indicator_id: str, period: str, edition: str) -> ResponseReturnValue:
    """A second person accepts or rejects; the one who entered the figure is told that somebody else has to."""
    found = _found(indicator_id)
    figure = next((one for one in found.editions if (one.period, str(one.edition)) == (period, edition)), None)
    if figure is None:
        abort(404)
    accept, reason = request.form.get("go") == "accept", request.form.get("reason", "")
    try:
        now, actor = current_time(), signed_in_account().email
        check_figure(services().storage, figure, accept=accept, reason=reason, now=now, actor=actor)
    except AdminFigureError as error:
        return _indicator_page(found, [_in_words(error)]), 422
    flash(gettext("已复核，这个数可以使用了。") if accept else gettext("已退回，录入的人可以重新录入。"), "success")
    return redirect(url_for("figures.indicator", indicator_id=indicator_id), 303)


def _take_table() -> tuple[Sequence[object], Sequence[object]]:
    upload = request.files.get("table")
    if upload is None or not upload.filename:
        raise FaultsFoundError([Fault("table", "file", "a name ending in .csv or .xlsx", "nothing")])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("table" + Path(upload.filename).suffix.lower()[:5])
        upload.save(path)
        return import_figures(services().storage, path, current_time(), signed_in_account().email)


def _add_evidence(found: ListedIndicator) -> None:
    upload, period = request.files.get("file"), request.form.get("period", "")
    if upload is None or not upload.filename or not any(one.period == period for one in found.editions):
        raise MaterialError("evidence: expected a file and a period with a figure")
    attach(
        services().storage,
        f"{found.indicator.id}@{period}",
        MaterialKind(request.form.get("kind", MaterialKind.DOCUMENT.value)),
        upload.filename,
        upload.read(),
        current_time(),
        signed_in_account().email,
    )


def _found(indicator_id: str) -> ListedIndicator:
    found = find_indicator(services().storage, indicator_id)
    if found is None:
        abort(404)
    return found


def _list_page(problems: Sequence[str] = ()) -> str:
    page = FIGURES.page(list_figures(services().storage), request.args)
    plans = ready_plans(services().settings.questionnaires)
    return render_template("office/figures.html", page=page, problems=problems, plans=plans, signs=SIGNS)


def _indicator_page(found: ListedIndicator, problems: Sequence[str] = ()) -> str:
    newest = _found(found.indicator.id)
    evidence = {
        period: materials_of(services().storage, f"{newest.indicator.id}@{period}")
        for period in dict.fromkeys(one.period for one in newest.editions)
    }
    return render_template(
        "office/figure.html",
        signs=SIGNS,
        plan=_plan(newest.indicator.source),
        found=newest,
        evidence=evidence,
        states=_states(),
        kinds=material_kinds(),
        actor=signed_in_account().email,
        problems=problems,
    )


def _plan(source: str) -> Text | None:
    """The plan that sets a target, where the target came ready with one."""
    plans = ready_plans(services().settings.questionnaires)
    return next((plan.title for plan in plans if source and plan.name == f"plan-{source.lower()}"), None)


def material_kinds() -> dict[MaterialKind, str]:
    """The four kinds of material, in the order in which they are handed in."""
    return {
        MaterialKind.DOCUMENT: gettext("正式发文"),
        MaterialKind.PICTURE: gettext("图片资料"),
        MaterialKind.STATEMENT: gettext("说明报告"),
        MaterialKind.TABLE: gettext("数据表格"),
    }


def _states() -> dict[FigureState, str]:
    return {
        FigureState.ENTERED: gettext("待复核"),
        FigureState.CHECKED: gettext("已复核"),
        FigureState.REJECTED: gettext("已退回"),
    }


def _in_words(error: AdminFigureError) -> str:
    return {
        "period": gettext("期间请写成 2026、2026-H1、2026-Q2 或 2026-05。"),
        "value": gettext("请填写一个数，例如 15.2。"),
        "check": gettext("要由录入人以外的第二个人复核，而且只能复核最新、还没有复核的数。"),
        "reason": gettext("退回请写明原因。"),
    }.get(str(error).split(":", 1)[0], str(error))
