"""Rows of the table of results: one figure each, of an area, of a group, or of two groups crossed. Step 8."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from survey.actions.results.open_workspace import Workspace
from survey.programme.figure import Figure, read_figure
from survey.programme.wave_indicator import WaveIndicator
from survey.web import data_tables as cells
from survey.web.analyst.groups import column_names
from survey.web.analyst.view import Chart
from survey.web.charts import ChartRow, interval_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import as_heading, in_page_language, page_language
from survey.web.numbers import MISSING
from survey.web.words import verdict_in_words

MOST_DRAWN = 60  # rows of a picture; more are read in the table


@dataclass(frozen=True)
class Row:
    """One figure of the table, with the name of its area or group and, beside an area, that of the posters."""

    frozen: WaveIndicator
    place: str
    figure: Figure
    qr: Figure | None = None


def of_areas(space: Workspace, level: str, chosen: set[str]) -> Iterator[Row]:
    """`chosen`: codes of areas; empty for all of the level."""
    for frozen in space.results.indicators:
        for area in space.results.areas:
            pair = space.results.pair(frozen.indicator.id, area.code)
            if area.level.value == level and pair.prob is not None and (not chosen or area.code in chosen):
                yield Row(frozen, in_page_language(area.name), pair.prob, pair.qr)


def of_groups(space: Workspace, columns: Sequence[str], entries: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """The figures of an answered question whose groups are made by just these columns, in the order of their codes."""
    items = dict(space.groups)
    names = [column_names(space, column, items.get(column)) for column in columns]
    order = [{code: k for k, code in enumerate(of_column)} for of_column in names]
    found = [
        (tuple(str(one["domain"][column]) for column in columns), one)
        for one in entries
        if set(one["domain"]) == set(columns)
    ]
    found.sort(key=lambda pair: [places.get(code, len(places)) for places, code in zip(order, pair[0], strict=True)])
    for frozen in space.results.indicators:
        for codes, one in found:
            if one["indicator"] == frozen.indicator.id:
                labels = [of_column.get(code, code) for of_column, code in zip(names, codes, strict=True)]
                yield Row(frozen, " · ".join(labels), _figure(one, crossed=len(columns) > 1))


def _figure(entry: Mapping[str, Any], *, crossed: bool) -> Figure:
    """Of crossed groups a part is also held back where its neighbour could be had from it and their whole."""
    shown = entry["publishable"] and (entry["disclosable"] or not crossed)
    return read_figure({**entry, "publishable": shown})


def figure_table(wave_id: str, rows: Sequence[Row], *, with_posters: bool) -> DataTable:
    heads = [
        *(gettext("指标"), gettext("地区或人群"), gettext("判断"), gettext("结果")),
        *(gettext("区间下限"), gettext("区间上限"), gettext("目标"), gettext("样本量"), gettext("有效样本量")),
        *(gettext("设计效应"), gettext("不了解、不适用")),
        *((gettext("自愿扫码：结果"), gettext("自愿扫码：样本量")) if with_posters else ()),
    ]
    shown = [[*_cells(wave_id, row), *(_posters(row) if with_posters else ())] for row in rows]
    numbers = [k for k in range(3, len(heads)) if k != 6]
    return cells.parts(gettext("结果表"), heads, shown, numbers)


def _cells(wave_id: str, row: Row) -> list[Cell]:
    score = row.frozen.is_score
    address = url_for("analyst.indicator", wave_id=wave_id, indicator_id=row.frozen.indicator.id)
    return [
        cells.text(as_heading(row.frozen.indicator.label), link=address),
        cells.text(row.place),
        cells.verdict(row.figure),
        cells.rate(row.figure, score),
        *cells.limits(row.figure, score),
        cells.text(row.frozen.target.in_words(page_language()) if row.frozen.target else MISSING),
        *(cells.count(row.figure.n), cells.count(row.figure.n_effective), cells.decimal(row.figure.deff)),
        cells.share(row.figure.dk_share),
    ]


def _posters(row: Row) -> list[Cell]:
    if row.qr is None:
        return [cells.text(MISSING), cells.text(MISSING)]
    return [cells.rate(row.qr, row.frozen.is_score), cells.count(row.qr.n)]


def charts_of(rows: Sequence[Row]) -> list[Chart]:
    """The rates of the table as a picture, while they are few enough for one; scores have another axis."""
    drawn = [row for row in rows if not row.frozen.is_score and row.figure.publishable]
    if not 0 < len(drawn) <= MOST_DRAWN:
        return []
    one = len({row.frozen.indicator.id for row in drawn}) == 1
    names = [row.place if one else f"{as_heading(row.frozen.indicator.label)} · {row.place}" for row in drawn]
    title = as_heading(drawn[0].frozen.indicator.label) if one else gettext("结果表")
    bars = [ChartRow(name, row.figure, verdict_in_words(row.figure)) for name, row in zip(names, drawn, strict=True)]
    return [Chart(title, interval_chart("chart", title, bars))]
