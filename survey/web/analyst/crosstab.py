"""One item by another column: shares within each column, their intervals, the test of Rao and Scott."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext

from survey.actions.results.ask_question import Answered
from survey.instrument.item import Item
from survey.programme.cross_table import shown_cells
from survey.programme.figure import Figure, read_figure
from survey.programme.question import Question, QuestionKind
from survey.web import data_tables as cells
from survey.web.analyst.ask import answered
from survey.web.analyst.found import found_workspace
from survey.web.analyst.groups import column_label, column_names
from survey.web.analyst.view import Chart, show
from survey.web.charts import ChartRow, interval_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import in_page_language

_TOTAL = ""  # the column of everybody


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/crosstab", "crosstab", crosstab)


def crosstab(wave_id: str) -> str | Response:
    """`?row=` and `?column=`; `?category=` is the answer that the chart shows."""
    space = found_workspace(wave_id)
    items = dict(space.items)
    others: dict[str, Item | None] = {**items, "street": None, "community": None, "mode": None}
    row, column = request.args.get("row", ""), request.args.get("column", "")
    if (row and row not in items) or (column and column not in others):
        abort(404)
    question = Question(QuestionKind.CROSSTAB, row, column) if row and column and row != column else None
    found = answered(space, question) if question else Answered(None)
    tables: list[DataTable] = []
    charts: list[Chart] = []
    if found.result and question:
        names = column_names(space, column, others[column])
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
        recorded={name: column_label(name, None) for name in ("street", "community", "mode")},
        categories=[(one.code, in_page_language(one.label)) for one in items[row].choices] if row else [],
    )


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
