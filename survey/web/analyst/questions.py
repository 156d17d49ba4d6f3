"""Views that are answered by further questions to the analysis: cross-tables, ranks, other rules and modes; asking."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as Answer

from survey.actions.results.ask_question import Answered, ask_question
from survey.actions.results.open_workspace import Workspace, answer_to
from survey.instrument.item import Item
from survey.programme.cross_table import shown_cells
from survey.programme.figure import Figure, read_figure
from survey.programme.question import Question, QuestionKind
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Mode
from survey.web import data_tables as cells
from survey.web.analyst.figures import found_workspace, group_names
from survey.web.analyst.view import Chart, show
from survey.web.charts import ChartRow, interval_chart
from survey.web.charts_of_ranks import RankRow, rank_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import as_heading, current_time, in_page_language, page_language
from survey.web.numbers import MISSING
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.words import MODES

_TOTAL = ""  # the column of everybody
RULES = {
    "own": lazy_gettext("本轮规则"),
    "top": lazy_gettext("只算肯定回答，不了解不计"),
    "wide": lazy_gettext("中间回答也算，不了解不计"),
    "top-all": lazy_gettext("只算肯定回答，不了解计入分母"),
    "index": lazy_gettext("按系数计分（满分 100，不是率）"),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/ask", "ask", ask, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/crosstab", "crosstab", crosstab)
    blueprint.add_url_rule("/<wave_id>/ranks", "ranks", ranks)
    blueprint.add_url_rule("/<wave_id>/rules", "rules", rules)


def ask(wave_id: str) -> Answer:
    """Start a question and go back to the view that asked; only accounts of the whole district may."""
    space = found_workspace(wave_id)
    try:
        question = Question.from_key(request.form.get("question", ""))
    except ValueError:
        abort(400)
    columns = {name for name, _ in space.items} | {"street", "community", "mode"}
    if not space.whole or (question.kind is QuestionKind.CROSSTAB and not {question.row, question.column} <= columns):
        abort(404)
    if not ask_question(services().storage, wave_id, question, signed_in_account().email, current_time()):
        flash(gettext("还没有计算结果。"), "error")
    back = request.form.get("back", "")
    own = url_for("analyst.wave", wave_id=wave_id)
    return redirect(back if back.startswith(f"{own}/") else own, 303)


def _answered(space: Workspace, question: Question) -> Answered:
    return answer_to(services().storage, space, question) if space.whole else Answered(None)


def crosstab(wave_id: str) -> str | Response:
    """`?row=` and `?column=`; `?category=` is the answer that the chart shows."""
    space = found_workspace(wave_id)
    items = dict(space.items)
    others: dict[str, Item | None] = {**items, "street": None, "community": None, "mode": None}
    row, column = request.args.get("row", ""), request.args.get("column", "")
    if (row and row not in items) or (column and column not in others):
        abort(404)
    question = Question(QuestionKind.CROSSTAB, row, column) if row and column and row != column else None
    found = _answered(space, question) if question else Answered(None)
    tables: list[DataTable] = []
    charts: list[Chart] = []
    if found.result and question:
        names = _column_names(space, column, others[column])
        picked = _Crossed(items[row], names, column, found.result)
        tables, charts = [picked.table()], picked.charts(request.args.get("category", ""))
    return show(
        "analyst/crosstab.html",
        space.results.wave,
        tables,
        charts,
        space=space,
        question=question,
        asked=found.asked,
        answer=found.result,
        test=found.result["crosstabs"][0] if found.result else None,
        items={name: in_page_language(item.label) for name, item in items.items()},
        recorded={"street": gettext("街道"), "community": gettext("社区"), "mode": gettext("填答方式")},
        categories=[(one.code, in_page_language(one.label)) for one in items[row].choices] if row else [],
    )


def _column_names(space: Workspace, column: str, item: Item | None) -> dict[str, str]:
    if column in {"street", "community"}:
        return {area.code: in_page_language(area.name) for area in space.results.areas}
    return group_names(column, item)


class _Crossed:
    """One answered cross-table: shares of the row's answers within each column, small cells left out."""

    def __init__(self, item: Item, names: Mapping[str, str], column: str, result: Mapping[str, Any]) -> None:
        self.item, self.names = item, names
        entries = {(one["category"], str(one["domain"].get(column, _TOTAL))): one for one in result["estimates"]}
        columns = {code for _, code in entries}
        self.columns = [code for code in (_TOTAL, *names, *sorted(columns - set(names))) if code in columns]
        self.columns = list(dict.fromkeys(self.columns))
        self.figures = {key: read_figure(one) for key, one in entries.items()}
        counts = {key: (one["estimate"] or 0.0) * one["n_base"] for key, one in entries.items()}
        self.shown = shown_cells(counts, {key: one.publishable for key, one in self.figures.items()}, _TOTAL)
        self.bases = {
            code: max((one["n_base"] for (_, c), one in entries.items() if c == code), default=0) for code in columns
        }

    def _name(self, code: str) -> str:
        return gettext("全部") if code == _TOTAL else self.names.get(code, code)

    def _figure(self, category: str, code: str) -> Figure:
        """The figure as it may be shown: nothing but n where a hidden cell could be had from it."""
        found = self.figures.get((category, code))
        if found is None or (category, code) not in self.shown:
            return Figure(n=self.bases.get(code, 0), publishable=False)
        return found

    def table(self) -> DataTable:
        heads = [in_page_language(self.item.label), *(self._name(code) for code in self.columns)]
        rows = [
            [cells.text(in_page_language(choice.label)), *(self._cell(choice.code, code) for code in self.columns)]
            for choice in self.item.choices
            if any((choice.code, code) in self.figures for code in self.columns)
        ]
        rows.append([cells.text(gettext("样本量")), *(cells.count(self.bases[code]) for code in self.columns)])
        return cells.parts(gettext("交叉表：每列中各回答所占比例"), heads, rows, range(1, len(heads)))

    def _cell(self, category: str, code: str) -> Cell:
        found = self._figure(category, code)
        if found.estimate is None:
            return Cell(gettext("不公布"), "", "held-back")
        low, high = cells.limits(found, place=1)
        return Cell(cells.share(found.estimate).shown, found.estimate, "n rate", note=f"{low.shown}–{high.shown}")

    def charts(self, wanted: str) -> list[Chart]:
        """The share of one answer in every column, with its interval."""
        choice = next((one for one in self.item.choices if one.code == wanted), self.item.choices[0])
        rows = [ChartRow(self._name(code), self._figure(choice.code, code), "") for code in self.columns]
        title = gettext("回答“%(answer)s”的比例", answer=in_page_language(choice.label))
        return [Chart(title, interval_chart("chart", title, rows))]


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
    found = _answered(space, question)
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


def rules(wave_id: str) -> str | Response:
    """The same answers by other rules, every indicator by mode with tests; `?indicator=` is what the charts show."""
    space = found_workspace(wave_id)
    by_rule, by_mode = Question(QuestionKind.RULES), Question(QuestionKind.MODES)
    of_rules, of_modes = _answered(space, by_rule), _answered(space, by_mode)
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
                *(_points(one[name], frozen.is_score) for name in ("estimate", "lower", "upper")),
                *(cells.p_value(one["p_value"]), cells.p_value(one["p_adjusted"])),
            ]
        )
    heads = [
        *(gettext("指标"), gettext("比较"), gettext("相差（百分点）"), gettext("下限"), gettext("上限")),
        *("p", gettext("p（按检验个数校正）")),
    ]
    return cells.parts(gettext("填答方式之间的差别"), heads, rows, range(2, 7))


def _points(value: float | None, score: bool) -> Cell:
    return Cell(MISSING if value is None else f"{value * (1 if score else 100):+.1f}", value, "n")
