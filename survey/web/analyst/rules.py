"""The same answers by other rules, and every indicator by mode with tests: shown, never picked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext, lazy_gettext

from survey.actions.results.open_workspace import Workspace
from survey.programme.figure import read_figure
from survey.programme.question import Question, QuestionKind
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Mode
from survey.web import data_tables as cells
from survey.web.analyst.ask import answered
from survey.web.analyst.found import found_workspace
from survey.web.analyst.view import Chart, show
from survey.web.charts import ChartRow, interval_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import as_heading, page_language
from survey.web.numbers import MISSING
from survey.web.words import MODES

RULES = {
    "own": lazy_gettext("本轮规则"),
    "top": lazy_gettext("只算肯定回答，不了解不计"),
    "wide": lazy_gettext("中间回答也算，不了解不计"),
    "top-all": lazy_gettext("只算肯定回答，不了解计入分母"),
    "index": lazy_gettext("按系数计分（满分 100，不是率）"),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/rules", "rules", rules)


def rules(wave_id: str) -> str | Response:
    """The same answers by other rules, every indicator by mode with tests; `?indicator=` is what the charts show."""
    space = found_workspace(wave_id)
    by_rule, by_mode = Question(QuestionKind.RULES), Question(QuestionKind.MODES)
    of_rules, of_modes = answered(space, by_rule), answered(space, by_mode)
    chosen = _chosen_indicator(space)
    tables: list[DataTable] = []
    charts: list[Chart] = []
    if of_rules.result:
        tables.append(_rules_table(space, of_rules.result))
        charts += _rules_chart(chosen, of_rules.result) if chosen else []
    with_rules = len(charts)
    if of_modes.result:
        tables += [_modes_table(space, of_modes.result), _mode_tests(space, of_modes.result)]
        charts += _modes_chart(chosen, of_modes.result) if chosen else []
    return show(
        "analyst/rules.html",
        space.results.wave,
        tables,
        charts,
        with_rules=with_rules,
        chosen=chosen.indicator.id if chosen else "",
        space=space,
        by_rule=by_rule,
        by_mode=by_mode,
        of_rules=of_rules,
        of_modes=of_modes,
        running=next((one.asked for one in (of_rules, of_modes) if one.asked and one.asked.status == "running"), None),
    )


def _chosen_indicator(space: Workspace) -> WaveIndicator | None:
    """The indicator of `?indicator=`; without one, the first rate."""
    wanted = request.args.get("indicator", "")
    known = [one for one in space.results.indicators if not one.is_score]
    if wanted and wanted not in {one.indicator.id for one in known}:
        abort(404)
    return next((one for one in known if wanted in ("", one.indicator.id)), None)


def _rules_chart(frozen: WaveIndicator, result: Mapping[str, Any]) -> list[Chart]:
    """The chosen rate by every rule that makes a rate of it; none where no other rule can be applied."""
    found = {one["indicator"]: read_figure(one) for one in result["estimates"]}
    rows = [
        ChartRow(str(name), found[key], "")
        for rule, name in RULES.items()
        if rule != "index" and (key := f"{frozen.indicator.id}.{rule}") in found
    ]
    title = gettext("%(indicator)s：不同算法", indicator=as_heading(frozen.indicator.label))
    return [Chart(title, interval_chart("rules-chart", title, rows))] if rows else []


def _modes_chart(frozen: WaveIndicator, result: Mapping[str, Any]) -> list[Chart]:
    """The chosen rate in every mode."""
    rows = [
        ChartRow(str(MODES[Mode(one["domain"]["mode"])]), read_figure(one), "")
        for one in result["estimates"]
        if one["indicator"] == frozen.indicator.id and "mode" in one["domain"]
    ]
    title = gettext("%(indicator)s：各填答方式", indicator=as_heading(frozen.indicator.label))
    return [Chart(title, interval_chart("modes-chart", title, rows))] if rows else []


def _rules_table(space: Workspace, result: Mapping[str, Any]) -> DataTable:
    found = {one["indicator"]: read_figure(one) for one in result["estimates"]}
    rows = []
    for frozen in space.results.indicators:
        own = found.get(f"{frozen.indicator.id}.own")
        if own is None:
            continue
        row = [cells.text(as_heading(frozen.indicator.label), note=frozen.indicator.rule_in_words(page_language()))]
        for rule in RULES:
            figure = found.get(f"{frozen.indicator.id}.{rule}")
            score = rule == "index" or (rule == "own" and frozen.is_score)
            row.append(cells.rate(figure, score) if figure else Cell(MISSING, "", "n"))
        rows.append(row)
    heads = [gettext("指标与本轮规则"), *(str(name) for name in RULES.values())]
    return cells.parts(gettext("同样的答案，不同的算法"), heads, rows, range(1, len(heads)))


def _modes_table(space: Workspace, result: Mapping[str, Any]) -> DataTable:
    found = {(one["indicator"], one["domain"]["mode"]): read_figure(one) for one in result["estimates"]}
    modes = [mode for mode in Mode if any(key[1] == mode.value for key in found)]
    rows = []
    for frozen in space.results.indicators:
        figures = [found.get((frozen.indicator.id, mode.value)) for mode in modes]
        shown = [
            replace(cells.rate(one, frozen.is_score), note=f"{gettext('样本量')} {one.n}")
            if one
            else Cell(MISSING, "", "n")
            for one in figures
        ]
        rows.append([cells.text(as_heading(frozen.indicator.label)), *shown])
    heads = [gettext("指标"), *(str(MODES[mode]) for mode in modes)]
    return cells.parts(gettext("各填答方式的结果"), heads, rows, range(1, len(heads)))


def _mode_tests(space: Workspace, result: Mapping[str, Any]) -> DataTable:
    """Differences between modes, the clearest first; a difference between held-back figures is left out."""
    known = {one.indicator.id: one for one in space.results.indicators}
    fine = {(one["indicator"], one["domain"]["mode"]) for one in result["estimates"] if one["publishable"]}
    rows = []
    for one in sorted(result["contrasts"], key=lambda one: one["p_value"] if one["p_value"] is not None else 2):
        first, second = (where["mode"] for where in one["between"])
        if one["estimate"] is None or not {(one["indicator"], first), (one["indicator"], second)} <= fine:
            continue
        frozen = known[one["indicator"]]
        rows.append(
            [
                cells.text(as_heading(frozen.indicator.label)),
                cells.text(f"{MODES[Mode(first)]} − {MODES[Mode(second)]}"),
                *(cells.points(one[name], frozen.is_score) for name in ("estimate", "lower", "upper")),
                *(cells.p_value(one["p_value"]), cells.p_value(one["p_adjusted"])),
            ]
        )
    heads = [
        *(gettext("指标"), gettext("比较"), gettext("相差（百分点）"), gettext("区间下限"), gettext("区间上限")),
        *("p", gettext("p（按检验个数校正）")),
    ]
    return cells.parts(gettext("填答方式之间的差别"), heads, rows, range(2, 7))
