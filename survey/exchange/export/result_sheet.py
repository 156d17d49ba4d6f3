"""The tables of results in the workbook of a wave's responses, in Chinese and English, and their origin. Step 8."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from survey.exchange.export.csv_file import shown_time
from survey.exchange.report.explain_finding import explain_finding
from survey.exchange.report.report_tables import SOURCES
from survey.instrument.text import Text
from survey.programme.area import Area
from survey.programme.figure import Decision, Figure
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Source

Cell: TypeAlias = str | int | float | None
HEADER = (
    "来源 source",
    "指标代码 indicator",
    "指标",
    "label",
    "区域代码 area",
    "区域",
    "area name",
    "基数 n",
    "估计值 estimate",
    "90%下限 lower",
    "90%上限 upper",
    "95%下限 lower",
    "95%上限 upper",
    "目标 target",
    "判断 decision",
    "有效样本量 effective n",
    "设计效应 deff",
    "不计入占比 don't know share",
    "可否公布 publishable",
    "规则",
    "rule",
    "说明",
    "notes",
)
_UNIT_COLUMNS = range(8, 13)  # in the unit of the indicator: shares of 1 shown as per cent, or points
_SHARE_COLUMN = 17
_DECISIONS = {
    Decision.MET: "达标 met",
    Decision.NOT_MET: "未达标 not met",
    Decision.UNDETERMINED: "尚不能判断 undetermined",
    Decision.NONE: "—",
}
_WIDTHS = {0: 30, 2: 24, 3: 30, 5: 16, 6: 20, 13: 14, 14: 22, 19: 60, 20: 60, 21: 40, 22: 40}


@dataclass(frozen=True)
class ResultLine:
    """One figure: an indicator in an area, by a drawn sample or among people who chose themselves."""

    source: Source
    indicator: WaveIndicator
    area: Area
    figure: Figure


@dataclass(frozen=True)
class ResultSheet:
    """The figures of a run. `later`: answers that came or changed after it began, which are not in them."""

    run: str
    computed_at: datetime
    later: int
    lines: tuple[ResultLine, ...]


def write_result_sheet(workbook: Any, found: ResultSheet) -> None:
    """Two sheets: the figures, unrounded, and what a reader of them must know."""
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    share, score = workbook.add_format({"num_format": "0.0%"}), workbook.add_format({"num_format": "0.0"})
    sheet = workbook.add_worksheet("结果 results")
    sheet.freeze_panes(1, 3)
    for column, text in enumerate(HEADER):
        sheet.set_column(column, column, _WIDTHS.get(column, 12))
        sheet.write_string(0, column, text, bold)
    for row, line in enumerate(found.lines, start=1):
        unit = score if line.indicator.is_score else share
        for column, value in enumerate(_cells(line)):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                in_unit = unit if column in _UNIT_COLUMNS else share if column == _SHARE_COLUMN else None
                sheet.write_number(row, column, value, in_unit)
    notes = workbook.add_worksheet("结果说明 about results")
    notes.set_column(0, 0, 110)
    for row, text in enumerate(_notes(found)):
        notes.write_string(row, 0, text)


def _cells(line: ResultLine) -> Iterator[Cell]:
    figure, noun, area = line.figure, line.indicator.indicator, line.area
    target = line.indicator.target if line.source is Source.PROB else None
    yield _both(SOURCES[line.source])
    yield from (noun.id, noun.label.zh_hans, noun.label.in_language("en"))
    yield from (area.code, area.name.zh_hans, area.name.in_language("en"))
    yield from (figure.n, figure.estimate)
    for level in (0.90, 0.95):
        limits = next((one for one in figure.limits if one.level == level), None)
        yield from (limits.lower if limits else None, limits.upper if limits else None)
    yield target.in_words("zh-Hans") if target else None
    yield _DECISIONS[figure.decision]
    yield from (figure.n_effective, figure.deff, figure.dk_share)
    yield "是 yes" if figure.publishable else "否 no"
    yield from (noun.rule_in_words(language) for language in ("zh-Hans", "en"))
    yield from (
        "；".join(explain_finding(flag, language, {}) for flag in figure.flags) for language in ("zh-Hans", "en")
    )


def _notes(found: ResultSheet) -> Iterator[str]:
    moment = shown_time(found.computed_at)
    yield f"结果来自 {moment} 开始的计算（{found.run}）。"
    yield f"Figures of the computation that began at {moment} ({found.run})."
    if found.later:
        yield f"其后又收到或改动了 {found.later} 份答卷，不在结果里；重新计算后再导出，结果才与数据一致。"
        yield f"{found.later} answers came or changed later and are not in the figures; compute again and export."
    yield "估计值和区间没有四舍五入；率为 0 到 1，显示为百分数；得分为 0 到 100。样本不足、不公布的结果没有估计值。"
    yield "Estimates and limits are not rounded; rates are 0 to 1, shown as per cent, scores 0 to 100. Figures that "
    yield "may not be published have no estimate."
    yield "抽样的结果已加权，数据表里的权重只是基础权重。自愿扫码的结果不代表全体居民，没有区间，也不作判断。"
    yield "Figures of the drawn sample are weighted, weights among the data are base weights. Self-selected answers do "
    yield "not stand for all residents, have no interval and decide nothing."


def _both(text: Text) -> str:
    return f"{text.zh_hans} {text.in_language('en')}"
