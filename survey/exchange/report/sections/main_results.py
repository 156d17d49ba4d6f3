"""The section of a report with every indicator of the wave, in the district and in its streets. Step 8."""

from collections.abc import Iterator

from survey.exchange.report.figure_row import HEAD, SIGNS, WIDTHS, figure_bar, figure_row, shown_value
from survey.exchange.report.report_source import ReportSource
from survey.programme.area import AreaLevel
from survey.programme.figure import Decision, Figure
from survey.programme.indicator import Unit as Measured
from survey.programme.report import Heading, IntervalChart, Paragraph, Part, Table
from survey.response.response import Source


def main_results(source: ReportSource) -> Iterator[Part]:
    """The district: how many indicators are met, each in a row, the rates as a chart."""
    figures, district = source.figures(Source.PROB), source.district
    yield Heading(1, "主要结果")
    if not source.is_drawn:
        yield Paragraph(
            f"本轮调查有 {len(source.indicators)} 项指标，没有抽样答卷。扫码的人是自愿参加的，"
            f"不能代表{district.name.zh_hans}全体调查对象，所以没有区间，也不作达标判断。"
        )
        return
    shown = [(one, figures.get((one.indicator.id, district.code))) for one in source.indicators]
    decisions = [figure.decision for _, figure in shown if figure is not None]
    counts = {word: decisions.count(word) for word in Decision}
    judged = sum(counts[word] for word in (Decision.MET, Decision.NOT_MET, Decision.UNDETERMINED))
    yield Paragraph(
        f"本轮调查有 {len(source.indicators)} 项指标，其中 {judged} 项有目标并可以判断："
        f"达标 {counts[Decision.MET]} 项，未达标 {counts[Decision.NOT_MET]} 项，"
        f"尚不能判断 {counts[Decision.UNDETERMINED]} 项。"
        f"结果来自概率抽样，已加权，代表{district.name.zh_hans}全体调查对象。"
    )
    rows = tuple(figure_row(one, figure) for one, figure in shown if figure is not None)
    yield Table(f"{district.name.zh_hans}各指标", HEAD, rows, widths=WIDTHS)
    bars = [
        figure_bar(one, figure) for one, figure in shown if figure is not None and one.indicator.unit is Measured.RATE
    ]
    drawn = tuple(bar for bar in bars if bar is not None)
    if drawn:
        yield IntervalChart("各指标的率（点）、90%区间（横线）与目标（竖线）", drawn)
    if not source.is_final:
        yield Paragraph("调查还在进行时的判断用比表中更宽的区间，多次查看也不增加误判。", note=True)
    yield Paragraph(
        "判断以 90% 区间与目标比较：区间全部达到目标为达标，全部低于目标为未达标，否则尚不能判断。", note=True
    )


def by_street(source: ReportSource) -> Iterator[Part]:
    """Indicators with a target in every street; nothing without streets or without a drawn sample."""
    streets, figures = source.areas.at(AreaLevel.STREET), source.figures(Source.PROB)
    with_target = [one for one in source.indicators if one.target]
    if not streets or not with_target or not source.is_drawn:
        return
    yield Heading(1, "各街道（镇）")
    rows = []
    for one in with_target:
        found = [figures.get((one.indicator.id, street.code)) for street in streets]
        rows.append((one.indicator.label.zh_hans, *(_street_cell(figure, one.indicator.unit) for figure in found)))
    yield Table("有目标的指标：结果与判断", ("指标", *(street.name.zh_hans for street in streets)), tuple(rows))
    yield Paragraph(
        "√ 达标，× 未达标，？ 尚不能判断，— 样本不足，不公布。街道之间的先后在区间重叠时不作比较。", note=True
    )


def _street_cell(figure: Figure | None, unit: Measured) -> str:
    if figure is None or not figure.publishable or figure.estimate is None:
        return "—"
    return f"{shown_value(figure.estimate, unit, figure.target)} {SIGNS[figure.decision]}"
