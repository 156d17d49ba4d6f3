"""The table of results: every indicator in every area or group, filtered and sorted by the address of the page."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext, lazy_gettext

from survey.actions.results.open_workspace import Workspace, answer_to, open_workspace
from survey.instrument.item import Item
from survey.programme.figure import Decision, Figure, read_figure
from survey.programme.question import Question, QuestionKind
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Mode
from survey.web import data_tables as cells
from survey.web.analyst.view import Chart, show
from survey.web.charts import ChartRow, interval_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import as_heading, in_page_language
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.words import MODES, VERDICTS, verdict_in_words

MOST_DRAWN = 60  # rows of a picture; more are read in the table
LEVELS = {"district": lazy_gettext("全部"), "street": lazy_gettext("街道"), "community": lazy_gettext("社区")}
SORTS = {
    "": lazy_gettext("按问卷次序"),
    "rate": lazy_gettext("结果从高到低"),
    "-rate": lazy_gettext("结果从低到高"),
    "n": lazy_gettext("样本量从少到多"),
    "deff": lazy_gettext("设计效应从大到小"),
    "dk": lazy_gettext("不了解从多到少"),
}
_KEYS = {
    "rate": lambda row: -(row.figure.estimate if row.figure.estimate is not None else -1),
    "-rate": lambda row: row.figure.estimate if row.figure.estimate is not None else 1e9,
    "n": lambda row: row.figure.n,
    "deff": lambda row: -(row.figure.deff or 0),
    "dk": lambda row: -(row.figure.dk_share or 0),
}


class Row:
    """One figure of the table, with the name of its area or group and, beside an area, that of the posters."""

    def __init__(self, frozen: WaveIndicator, place: str, figure: Figure, qr: Figure | None = None) -> None:
        self.frozen, self.place, self.figure, self.qr = frozen, place, figure, qr


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/table", "figures", figures)


def found_workspace(wave_id: str) -> Workspace:
    found = open_workspace(services().storage, wave_id, signed_in_account().area)
    if found is None:
        abort(404)
    return found


def figures(wave_id: str) -> str | Response:
    """`?by=`: level of areas, or the column of a group; `indicator`, `area`, `decision` narrow; `sort` orders."""
    space = found_workspace(wave_id)
    by = request.args.get("by", "street")
    groups = dict(space.groups) if space.whole else {}
    if by not in LEVELS and by not in groups:
        abort(404)
    question = Question(QuestionKind.GROUPS)
    answered = answer_to(services().storage, space, question) if by in groups else None
    if by in LEVELS:
        rows = list(_of_areas(space, by))
    else:
        result = answered.result if answered else None
        rows = list(_of_groups(space, by, groups[by], result["estimates"])) if result else []
    rows = [row for row in rows if _fits(row)]
    order = request.args.get("sort", "")
    if order in _KEYS:
        rows.sort(key=_KEYS[order])
    return show(
        "analyst/figures.html",
        space.results.wave,
        [_table(space, rows, by in LEVELS)],
        _charts(rows),
        space=space,
        by=by,
        groups={name: in_page_language(item.label) if item else gettext("填答方式") for name, item in groups.items()},
        levels=LEVELS,
        sorts=SORTS,
        verdicts=VERDICTS,
        question=question,
        asked=answered.asked if answered else None,
        needs_answer=by in groups and not (answered and answered.result),
    )


def _of_areas(space: Workspace, level: str) -> Iterator[Row]:
    chosen = set(request.args.getlist("area"))
    for frozen in space.results.indicators:
        for area in space.results.areas:
            pair = space.results.pair(frozen.indicator.id, area.code)
            if area.level.value == level and pair.prob is not None and (not chosen or area.code in chosen):
                yield Row(frozen, in_page_language(area.name), pair.prob, pair.qr)


def _of_groups(space: Workspace, by: str, item: Item | None, entries: list[dict[str, object]]) -> Iterator[Row]:
    names = group_names(by, item)
    for frozen in space.results.indicators:
        for entry in entries:
            domain = entry["domain"]
            if entry["indicator"] == frozen.indicator.id and isinstance(domain, dict) and set(domain) == {by}:
                code = str(domain[by])
                yield Row(frozen, names.get(code, code), read_figure(entry))


def group_names(by: str, item: Item | None) -> dict[str, str]:
    """The labels of a column's codes in the language of the page."""
    if item is None:
        return {mode.value: str(MODES[mode]) for mode in Mode} if by == "mode" else {}
    return {choice.code: in_page_language(choice.label) for choice in item.choices}


def _fits(row: Row) -> bool:
    wanted, verdict = set(filter(None, request.args.getlist("indicator"))), request.args.get("decision", "")
    if wanted and row.frozen.indicator.id not in wanted:
        return False
    return not verdict or (verdict in set(Decision) and row.figure.decision is Decision(verdict))


def _table(space: Workspace, rows: list[Row], with_posters: bool) -> DataTable:
    heads = [
        *(gettext("指标"), gettext("地区或人群"), gettext("判断"), gettext("结果")),
        *(gettext("区间下限"), gettext("区间上限"), gettext("样本量"), gettext("有效样本量")),
        *(gettext("设计效应"), gettext("不了解、不适用")),
        *((gettext("自愿扫码：结果"), gettext("自愿扫码：样本量")) if with_posters else ()),
    ]
    shown = [[*_cells(space, row), *(_posters(row) if with_posters else ())] for row in rows]
    return cells.parts(gettext("结果表"), heads, shown, range(3, len(heads)))


def _cells(space: Workspace, row: Row) -> list[Cell]:
    score = row.frozen.is_score
    address = url_for("analyst.indicator", wave_id=space.results.wave.id, indicator_id=row.frozen.indicator.id)
    return [
        cells.text(as_heading(row.frozen.indicator.label), link=address),
        cells.text(row.place),
        cells.verdict(row.figure),
        cells.rate(row.figure, score),
        *cells.limits(row.figure, score),
        *(cells.count(row.figure.n), cells.count(row.figure.n_effective), cells.decimal(row.figure.deff)),
        cells.share(row.figure.dk_share),
    ]


def _charts(rows: list[Row]) -> list[Chart]:
    """The rates of the table as a picture, while they are few enough for one; scores have another axis."""
    drawn = [row for row in rows if not row.frozen.is_score and row.figure.publishable]
    if not 0 < len(drawn) <= MOST_DRAWN:
        return []
    one = len({row.frozen.indicator.id for row in drawn}) == 1
    names = [row.place if one else f"{as_heading(row.frozen.indicator.label)} · {row.place}" for row in drawn]
    title = as_heading(drawn[0].frozen.indicator.label) if one else gettext("结果表")
    bars = [ChartRow(name, row.figure, verdict_in_words(row.figure)) for name, row in zip(names, drawn, strict=True)]
    return [Chart(title, interval_chart("chart", title, bars))]


def _posters(row: Row) -> list[Cell]:
    if row.qr is None:
        return [cells.text("—"), cells.text("—")]
    return [cells.rate(row.qr, row.frozen.is_score), cells.count(row.qr.n)]
