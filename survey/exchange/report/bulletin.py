"""The bulletin of a month and the roll-up of a quarter, half-year or year: waves side by side, never pooled. Step 8.

Each figure is the one of its wave's own special report, with its decision. Simplified Chinese, official style.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from survey.exchange.report.chinese_date import chinese_day, chinese_days
from survey.exchange.report.figure_row import HEAD, WIDTHS, figure_row, shown_value
from survey.exchange.report.report_source import ReportSource, fingerprint
from survey.programme.cycle import CycleScore, Gap, YearScore
from survey.programme.figure import Decision
from survey.programme.indicator import Indicator
from survey.programme.period import Period
from survey.programme.report import Heading, Paragraph, Part, Report, Table
from survey.response.response import Source

_SIGNS = {Decision.MET: " √", Decision.NOT_MET: " ×", Decision.UNDETERMINED: " ？", Decision.NONE: ""}

_GAPS = {
    Gap.NO_WAVE: "这一年没有调查",
    Gap.NOT_FINAL: "有调查没有结束，或结束后没有重新计算",
    Gap.NOT_MEASURED: "这一年的抽样调查没有这个得分",
    Gap.HELD_BACK: "样本不足，得分不公布",
    Gap.NO_FIGURE: "还没有录入这一年的数",
    Gap.NOT_CHECKED: "已经录入，还没有第二人复核",
    Gap.YEAR_NOT_OVER: "这一年还没有过完",
}


def build_bulletin(
    period: Period,
    sources: Sequence[ReportSource],
    opinions: Mapping[str, int],
    today: date,
    cycles: Sequence[CycleScore] = (),
) -> Report:
    """`sources`: the waves of the period, the earliest first; `opinions`: how many of the period's are in each state.

    `cycles`: those that a year belongs to; none for a shorter period.
    Equal figures give an equal report. It is final when the period is over and every wave's figures are.
    """
    parts = (
        *_overview(sources),
        *_waves(sources),
        *_trends(sources),
        *_cycles(cycles),
        *_opinions(opinions),
        *_notes(),
    )
    final = today > period.last and all(source.is_final for source in sources)
    status = "定稿" if final else "草稿（期间未结束，或有调查未结束、结束后未重新计算，数字可能变化）"
    kept: dict[str, object] = {
        "period": period.written,
        "waves": [fingerprint(one) for one in sources],
        "opinions": dict(opinions),
    }
    if cycles:
        kept["cycles"] = [_cycle_facts(one) for one in cycles]
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    kind = "民意调查简报" if period.is_month else "民意调查汇总"
    organisers = dict.fromkeys(one.wave.organiser.name.zh_hans for one in sources)
    about = (*organisers, f"统计期间：{chinese_days(period.first, period.last)}")
    return Report(f"{period.title}{kind}", about, parts, status, hashlib.sha256(text.encode()).hexdigest())


def _overview(sources: Sequence[ReportSource]) -> Iterator[Part]:
    yield Heading(1, "本期调查")
    yield Paragraph(f"本期有 {len(sources)} 轮调查。各轮的数字分别列出，不合并计算。")
    rows = tuple(
        (
            one.wave.name.zh_hans,
            _days(one),
            str(one.result["rows"][Source.PROB.value]),
            str(one.result["rows"][Source.QR.value]),
            "—" if one.fieldwork.rr1 is None else f"{one.fieldwork.rr1 * 100:.1f}%",
            one.wave.header.approval_number,
        )
        for one in sources
    )
    yield Table(
        "各轮调查", ("轮次", "日期", "抽样", "扫码", "应答率", "批准文号"), rows, 2, (2.2, 2.5, 0.75, 0.75, 0.9, 2.3), 5
    )
    if any(one.fieldwork.rr1 is not None for one in sources):
        yield Paragraph("应答率为 AAPOR RR1，其他算法的应答率见各轮专报。", note=True)


def _days(one: ReportSource) -> str:
    opened, closed = one.wave.opened_at, one.wave.closed_at
    if opened is None:
        return "—"
    return chinese_days(opened, closed) if closed else f"{chinese_day(opened)}起，进行中"


def _waves(sources: Sequence[ReportSource]) -> Iterator[Part]:
    yield Heading(1, "各轮主要结果")
    for one in sources:
        figures = one.figures(Source.PROB)
        found = [(indicator, figures.get((indicator.indicator.id, one.district.code))) for indicator in one.indicators]
        rows = tuple(figure_row(indicator, figure) for indicator, figure in found if figure is not None)
        yield Heading(2, one.wave.name.zh_hans)
        if rows:
            yield Table(f"{one.district.name.zh_hans}各指标", HEAD, rows, widths=WIDTHS)
        else:
            yield Paragraph("没有抽样调查的结果。")
        if not one.is_final:
            yield Paragraph("这一轮还没有结束，或结束后没有重新计算，数字可能变化。", note=True)


def _trends(sources: Sequence[ReportSource]) -> Iterator[Part]:
    """Indicators that more than one wave of the same population has; a changed rule breaks the row."""
    for population in dict.fromkeys(one.wave.population for one in sources):
        waves = _alike([one for one in sources if one.wave.population is population])
        rows = tuple(_trend_rows(waves)) if len(waves) > 1 else ()
        if rows:
            yield Heading(1, "各轮比较")
            head = ("指标", *(one.wave.name.zh_hans for one in waves))
            yield Table("同一对象、同一口径的指标", head, rows)
            yield Paragraph("“口径不同”：题目、选项或计算方法改变过，不能比较。两轮之差是否显著见各轮分析。", note=True)


def _alike(waves: Sequence[ReportSource]) -> list[ReportSource]:
    """The waves that have an indicator in common with the newest of them."""
    newest = {one.indicator.id for one in waves[-1].indicators}
    return [wave for wave in waves if any(one.indicator.id in newest for one in wave.indicators)]


def _trend_rows(waves: Sequence[ReportSource]) -> Iterator[tuple[str, ...]]:
    held = [{one.indicator.id: one for one in wave.indicators} for wave in waves]
    for name, newest in held[-1].items():
        if sum(name in one for one in held) < 2:
            continue
        cells = []
        for wave, known in zip(waves, held, strict=True):
            figure = wave.figures(Source.PROB).get((name, wave.district.code))
            if name not in known or figure is None:
                cells.append("—")
            elif _rule(known[name].indicator) != _rule(newest.indicator):
                cells.append("口径不同")
            elif not figure.publishable or figure.estimate is None:
                cells.append("样本不足")
            else:
                cells.append(
                    shown_value(figure.estimate, newest.indicator.unit, figure.target) + _SIGNS[figure.decision]
                )
        yield (newest.indicator.label.zh_hans, *cells)


def _rule(one: Indicator) -> tuple[object, ...]:
    """What has to be the same so that two figures may stand in one row."""
    codes = [tuple(choice.code for choice in choices) for choices in (one.counted, one.excluded, one.dont_knows)]
    return (one.rule, one.items, *codes, one.parts, one.dont_know, one.base)


def _cycles(cycles: Sequence[CycleScore]) -> Iterator[Part]:
    """The weighted score of each cycle, with what is missing; years that are there never stand for the others."""
    if cycles:
        yield Heading(1, "周期得分")
    for one in cycles:
        yield Heading(2, one.cycle.name)
        rows = tuple(
            (str(year.year), f"{year.weight:g}%", _points(year.score), _points(year.points), _missing_words(year))
            for year in one.years
        )
        yield Table(
            f"{one.label}（{one.cycle.indicator}）",
            ("年度", "占比", "年度得分", "计入总分", "还缺"),
            rows,
            widths=(0.9, 0.8, 1, 1, 3),
            texts_from=4,
        )
        yield Paragraph(_total_words(one))
        if not one.one_rule:
            yield Paragraph("各年的计分办法、题目或选项改变过，总分只供参考。", note=True)


def _total_words(one: CycleScore) -> str:
    if one.total is not None:
        limits = f"，95% 区间 {_points(one.limits[0])}–{_points(one.limits[1])}" if one.limits else ""
        return f"周期得分 {_points(one.total)} 分{limits}。"
    if not one.reachable:
        return "还没有总分：还没有一年可以计入。"
    return f"还没有总分：已有 {_points(one.so_far)} 分，来自占 {one.reachable:g}% 的年份。"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _missing_words(year: YearScore) -> str:
    return "；".join(_GAPS[gap] for gap in year.gaps) or "—"


def _cycle_facts(one: CycleScore) -> list[object]:
    """What the fingerprint covers of a cycle."""
    return [
        one.cycle.id,
        one.cycle.edition,
        [(year.year, str(year.weight), year.score, year.gaps) for year in one.years],
    ]


def _opinions(opinions: Mapping[str, int]) -> Iterator[Part]:
    yield Heading(1, "居民意见办理")
    if not opinions:
        yield Paragraph("本期没有收到居民意见。")
        return
    yield Paragraph(f"本期收到居民意见 {sum(opinions.values())} 件。")
    yield Table("按办理状态", ("状态", "件数"), tuple((state, str(n)) for state, n in opinions.items()))


def _notes() -> Iterator[Part]:
    yield Heading(1, "说明")
    yield Paragraph(
        "率来自概率抽样并加权；判断以 90% 区间与目标比较：全部达到为达标（√），全部低于为未达标（×），"
        "否则尚不能判断（？）。"
        "样本不足的数字不公布。各单位上报的行政数据另行列示，不与调查的率并列。",
        note=True,
    )
