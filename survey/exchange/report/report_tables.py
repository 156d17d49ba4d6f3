"""The plain report of a wave: one table for each source, as CSV and as HTML, and a note on the method. Step 8.

Every table prints the rule of its rates in words, and a figure that may not be published is not in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from survey.exchange.export.csv_file import safe_text, shown_time, write_table
from survey.instrument.text import Text
from survey.programme.area import AreaLevel, AreaTree
from survey.programme.indicator import Unit
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Source

LANGUAGE = "zh-Hans"
SOURCES = {
    Source.PROB: Text("概率抽样", "drawn sample", "概率抽樣"),
    Source.QR: Text("自愿扫码，不代表全体居民", "self-selected, not for all residents", "自願掃碼，不代表全體居民"),
}
VERDICTS = {"met": "✓ 达标", "not_met": "✗ 未达标", "undetermined": "？ 尚不能判断", "none": "—"}
_HEADER = ("来源", "指标", "区域", "基数", "估计值", "下限", "上限", "目标", "判断", "设计效应", "不计入占比", "规则")


@dataclass(frozen=True)
class WaveReport:
    """What a report is written from; `result` is what `analyse_wave` kept."""

    wave: Wave
    indicators: tuple[WaveIndicator, ...]
    areas: AreaTree
    result: Mapping[str, Any]
    computed_at: datetime


def write_report(report: WaveReport, out: Path) -> list[Path]:
    """Write tables.csv, tables.html and method.md."""
    rows = list(table_rows(report))
    tables, page, method = out / "tables.csv", out / "tables.html", out / "method.md"
    write_table(tables, _HEADER, ([safe_text(cell) for cell in row] for row in rows), bom=True)
    page.write_text(_html(report, rows), encoding="utf-8")
    method.write_text("\n".join(_method(report)) + "\n", encoding="utf-8")
    return [tables, page, method]


def table_rows(report: WaveReport) -> Iterator[tuple[str, ...]]:
    """Drawn sample first; within a source by indicator, then everybody, streets, communities."""
    by_id = {one.indicator.id: one for one in report.indicators}
    for source, label in SOURCES.items():
        found = report.result.get(source.value)
        for entry in found["estimates"] if found else ():
            if entry["indicator"] in by_id and entry["category"] is None:
                yield (label.zh_hans, *_row(entry, by_id[entry["indicator"]], source, report.areas))


def _row(entry: Mapping[str, Any], frozen: WaveIndicator, source: Source, areas: AreaTree) -> Iterator[str]:
    indicator, drawn = frozen.indicator, source is Source.PROB
    shown = entry["publishable"] and entry["estimate"] is not None
    yield indicator.label.zh_hans
    yield _place(entry["domain"], areas)
    yield str(entry["n_base"])
    yield _figure(entry["estimate"], indicator.unit) if shown else "样本不足，不公布"
    for limit in ("lower", "upper"):
        yield _figure(entry[limit], indicator.unit) if shown and drawn else "—"
    yield frozen.target.in_words(LANGUAGE) if frozen.target and drawn else "—"
    yield VERDICTS[entry["decision"]] if drawn else "—"
    yield f"{entry['deff']:.2f}" if shown and drawn and entry["deff"] is not None else "—"
    yield f"{entry['dk_share'] * 100:.1f}%" if entry["dk_share"] is not None else "—"
    yield indicator.rule_in_words(LANGUAGE)


def _figure(value: float | None, unit: Unit) -> str:
    """For reading only: decisions compare the unrounded value."""
    if value is None:
        return "—"
    return f"{value * 100:.1f}%" if unit is Unit.RATE else f"{value:.1f}"


def _place(domain: Mapping[str, str], areas: AreaTree) -> str:
    if not domain:
        return "全体"
    names = []
    for column, value in domain.items():
        area = areas.by_code.get(value) if column in list(AreaLevel) else None
        names.append(area.name.zh_hans if area else f"{column} = {value}")
    return " · ".join(names)


def _method(report: WaveReport) -> Iterator[str]:
    wave, header = report.wave, report.wave.header
    yield f"# {wave.name.zh_hans}：方法说明"
    yield ""
    yield f"- 表号 {header.form_number}；制定机关 {header.authority}；批准机关 {header.approved_by}"
    yield f"- 批准文号 {header.approval_number}；有效期至 {header.valid_until.isoformat()}"
    yield f"- 组织单位 {wave.organiser.name.zh_hans}；问卷 {wave.questionnaire} 第 {wave.version} 版"
    yield f"- 计算时间 {shown_time(report.computed_at)}"
    for source, label in SOURCES.items():
        rows = report.result["rows"][source.value]
        found = report.result.get(source.value)
        if found is None:
            yield from ("", f"## {label.zh_hans}", "", f"没有结果（{rows} 份答卷）。")
            continue
        outside = report.result["outside_population"][source.value]
        yield from ("", f"## {label.zh_hans}", "")
        yield f"- 答卷 {rows} 份，其中不属于调查总体 {outside} 份（不计入任何比率）"
        yield f"- 方差：{found['variance']}；软件：{found['software']}"
        weights = found["weights"]
        yield f"- 权重：Kish 设计效应 {weights['kish_deff']:.3f}，有效样本量 {weights['effective_n']:.0f}"
        yield f"- 计划 sha256 {found['plan_sha256']}；数据 sha256 {found['data_sha256']}"
        yield from (f"- 注意：{warning}" for warning in found["warnings"])
    yield from ("", "## 指标与规则", "")
    for one in report.indicators:
        goal = one.target.in_words(LANGUAGE) if one.target else "没有目标，不作判断"
        yield f"- {one.indicator.label.zh_hans}：{one.indicator.rule_in_words(LANGUAGE)}目标：{goal}。"


def _html(report: WaveReport, rows: Sequence[Sequence[str]]) -> str:
    title = escape(report.wave.name.zh_hans)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in _HEADER)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    notes = "\n".join(f"<p>{escape(line.lstrip('# -'))}</p>" for line in _method(report) if line)
    return (
        f'<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width">\n</head>\n<body>\n'
        f"<h1>{title}</h1>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        f"{notes}\n</body>\n</html>\n"
    )
