"""The indicators over the waves: lines that break where the measure changed, slopes and last changes with tests."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext, lazy_gettext

from survey.actions.results.compare_waves import Line, list_lines
from survey.actions.results.open_workspace import answer_to
from survey.programme.comparability import Break
from survey.programme.figure import Figure, read_figure
from survey.programme.question import Question, QuestionKind
from survey.web import data_tables as cells
from survey.web.analyst.found import found_workspace
from survey.web.analyst.view import Chart, show
from survey.web.charts import ChartRow, interval_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import as_heading, in_page_language
from survey.web.numbers import MISSING
from survey.web.services import services

BREAKS = {
    Break.RULE: lazy_gettext("计算规则改了"),
    Break.WORDING: lazy_gettext("问法改了"),
    Break.SCALE: lazy_gettext("选项改了"),
    Break.POPULATION: lazy_gettext("调查总体改了"),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/trend", "trend", trend)


def trend(wave_id: str) -> str | Response:
    """`?indicator=`: the line that the chart shows; left out, the first."""
    space = found_workspace(wave_id)
    lines = list_lines(services().storage, wave_id) if space.whole else []
    question = Question(QuestionKind.TREND)
    answered = answer_to(services().storage, space, question)
    known = {line.indicator.indicator.id: line for line in lines}
    chosen = request.args.get("indicator") or next(iter(known), "")
    if chosen and chosen not in known:
        abort(404)
    result = answered.result if space.whole and lines else None
    figures = _figures(result) if result else {}
    return show(
        "analyst/trend.html",
        space.results.wave,
        [_over_waves(lines, figures), _changes(lines, result)] if result else [],
        [_chart(known[chosen], figures)] if result else [],
        space=space,
        lines=lines,
        line=known.get(chosen),
        chosen=chosen,
        breaks=BREAKS,
        question=question,
        asked=answered.asked,
        answer=result,
    )


def _figures(result: Mapping[str, Any]) -> dict[tuple[str, str], Figure]:
    return {(one["indicator"], one["domain"]["wave"]): read_figure(one) for one in result["estimates"]}


def _chart(line: Line, figures: Mapping[tuple[str, str], Figure]) -> Chart:
    """One row for each wave, the newest last; a break is said in the label of the wave after it."""
    name = line.indicator.indicator.id
    rows = []
    for k, wave in enumerate(line.waves):
        changed = line.breaks[k - 1] if k else ()
        label = in_page_language(wave.name) + "".join(f"（{BREAKS[one]}）" for one in changed)
        figure = figures.get((name, wave.id), Figure(n=0, publishable=False))
        rows.append(ChartRow(label, figure, ""))
    title = gettext("%(indicator)s：历次结果", indicator=as_heading(line.indicator.indicator.label))
    return Chart(title, interval_chart("chart", title, rows, score=line.indicator.is_score))


def _over_waves(lines: list[Line], figures: Mapping[tuple[str, str], Figure]) -> DataTable:
    heads = [
        *(gettext("指标"), gettext("调查轮次"), gettext("与上一次可比吗"), gettext("结果")),
        *(gettext("区间下限"), gettext("区间上限"), gettext("样本量")),
    ]
    rows = []
    for line in lines:
        for k, wave in enumerate(line.waves):
            figure = figures.get((line.indicator.indicator.id, wave.id), Figure(n=0, publishable=False))
            changed = [str(BREAKS[one]) for one in line.breaks[k - 1]] if k else []
            told = gettext("、").join(changed) if changed else gettext("可比") if k else MISSING
            score = line.indicator.is_score
            rows.append(
                [
                    cells.text(as_heading(line.indicator.indicator.label)),
                    *(cells.text(in_page_language(wave.name)), cells.text(told)),
                    *(cells.rate(figure, score), *cells.limits(figure, score), cells.count(figure.n)),
                ]
            )
    return cells.parts(gettext("历次结果"), heads, rows, range(3, 7))


def _changes(lines: list[Line], result: Mapping[str, Any] | None) -> DataTable:
    """Slope over the unbroken line and change since the wave before, in points, each adjusted within its family."""
    slopes = {one["indicator"]: one for one in (result or {}).get("trends", ())}
    changes = {one["indicator"]: one for one in (result or {}).get("contrasts", ())}
    rows = []
    for line in lines:
        name, score = line.indicator.indicator.id, line.indicator.is_score
        slope, change = slopes.get(name), changes.get(name)
        if slope is None or change is None:
            continue
        rows.append(
            [
                cells.text(as_heading(line.indicator.indicator.label)),
                cells.count(len(slope["levels"])),
                *(cells.points(change["estimate"], score), _range(change, score), cells.p_value(change["p_adjusted"])),
                *(cells.points(slope["slope"], score), _range(slope, score), cells.p_value(slope["p_adjusted"])),
            ]
        )
    heads = [
        *(gettext("指标"), gettext("可比的轮次"), gettext("比上一次（百分点）"), gettext("95% 区间"), "p"),
        *(gettext("平均每轮变化（百分点）"), gettext("95% 区间"), "p"),
    ]
    return cells.parts(gettext("变化有没有超出抽样误差"), heads, rows, range(1, 8))


def _range(found: Mapping[str, Any], score: bool) -> Cell:
    if found["lower"] is None or found["upper"] is None:
        return Cell(MISSING, "", "n")
    return Cell(" … ".join(cells.points(found[end], score).shown for end in ("lower", "upper")), None, "n")
