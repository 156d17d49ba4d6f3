"""Places of areas that cannot be ruled out, groups without clear difference, model-based figures of small areas."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext

from survey.actions.results.open_workspace import Workspace
from survey.programme.figure import Figure
from survey.programme.question import Question, QuestionKind
from survey.web import data_tables as cells
from survey.web.analyst.ask import answered
from survey.web.analyst.found import found_workspace
from survey.web.analyst.view import Chart, show
from survey.web.charts_of_ranks import RankRow, rank_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import as_heading, in_page_language


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/ranks", "ranks", ranks)


def ranks(wave_id: str) -> str | Response:
    """`?indicator=`, `?level=` (street, community), `?class=`: places with confidence sets, groups, model figures."""
    space = found_workspace(wave_id)
    known = {one.indicator.id: one for one in space.results.indicators}
    chosen = request.args.get("indicator") or next(iter(known), "")
    level = request.args.get("level", "street")
    if (chosen and chosen not in known) or level not in {"street", "community"}:
        abort(404)
    classes, wanted = space.classes(level), request.args.get("class", "")
    among = classes.get(wanted, [])
    question = Question(QuestionKind.RANKS)
    found = answered(space, question)
    tables: list[DataTable] = []
    charts: list[Chart] = []
    groups: list[str] = []
    outdated = False
    names = {area.code: in_page_language(area.name) for area in space.results.areas}
    if found.result and chosen:
        ranking = _ranking(found.result["ranks"], chosen, level, among)
        score = known[chosen].is_score
        rows = _rank_rows(space, chosen, level, ranking["ranked"])
        outdated = bool(among) and not ranking["ranked"]
        title = gettext("%(indicator)s：可能的名次", indicator=as_heading(known[chosen].indicator.label))
        charts = [Chart(title, rank_chart("chart", title, [row for row, _ in rows]))] if rows else []
        groups = [gettext("、").join(sorted(names[one[level]] for one in group)) for group in ranking["groups"]]
        tables = [
            _rank_table(rows, score),
            _small_areas(found.result, chosen, names, score),
        ]
    return show(
        "analyst/ranks.html",
        space.results.wave,
        tables,
        charts,
        space=space,
        question=question,
        asked=found.asked,
        answer=found.result,
        chosen=chosen,
        level=level,
        alike=classes,
        wanted=wanted if among else "",
        outdated=outdated,
        groups=groups,
    )


def _ranking(rankings: list[dict[str, Any]], chosen: str, level: str, among: list[str]) -> dict[str, Any]:
    """The kept ranking of these areas; an empty one where the class was changed since it was computed."""
    nothing: dict[str, Any] = {"ranked": [], "groups": []}
    fitting = (r for r in rankings if (r["indicator"], r["over"], r.get("among", [])) == (chosen, [level], among))
    return next(fitting, nothing)


def _rank_rows(space: Workspace, chosen: str, level: str, ranked: list[dict[str, Any]]) -> list[tuple[RankRow, Figure]]:
    """By the places that cannot be ruled out; where the figure is held back, its own place would give it away."""
    names = {area.code: in_page_language(area.name) for area in space.results.areas}
    rows = []
    for one in sorted(ranked, key=lambda one: (one["lowest"], one["highest"], str(one["domain"][level]))):
        code = str(one["domain"][level])
        figure = space.results.pair(chosen, code).prob or Figure(n=0, publishable=False)
        rank = one["rank"] if figure.publishable else None
        rows.append((RankRow(names[code], rank, one["lowest"], one["highest"]), figure))
    return rows


def _rank_table(rows: list[tuple[RankRow, Figure]], score: bool) -> DataTable:
    heads = [
        *(gettext("地区"), gettext("名次的范围（95%）"), gettext("按估计值的名次")),
        *(gettext("结果"), gettext("样本量")),
    ]
    shown = [
        [
            cells.text(row.label),
            Cell(f"{row.lowest}–{row.highest}", None, "n"),
            *(cells.count(row.rank), cells.rate(figure, score), cells.count(figure.n)),
        ]
        for row, figure in rows
    ]
    return cells.parts(gettext("名次的范围"), heads, shown, range(1, 5))


def _small_areas(result: Mapping[str, Any], chosen: str, names: Mapping[str, str], score: bool) -> DataTable:
    """Model-based estimates beside the direct ones; direct ones on few answers are left out as everywhere."""
    table = next((one for one in result["small_areas"] if one["indicator"] == chosen), None)
    heads = [
        *(gettext("社区"), gettext("样本量"), gettext("模型估计"), gettext("模型估计的误差（RMSE）")),
        gettext("直接估计所占的份量"),
    ]
    scale = 1.0 if score else 100.0
    rows = [
        [
            cells.text(names.get(str(one["domain"]["community"]), "")),
            cells.count(one["n"]),
            Cell(f"{one['model_based'] * scale:.1f}{'' if score else '%'}", one["model_based"], "n rate"),
            Cell(f"{one['rmse'] * scale:.1f}", one["rmse"], "n"),
            cells.share(one["gamma"]),
        ]
        for one in (table or {"areas": ()})["areas"]
    ]
    return cells.parts(gettext("小地区的模型估计（Fay–Herriot）"), heads, rows, range(1, 5))
