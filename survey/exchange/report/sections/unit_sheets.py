"""The section of a report with a sheet for each responsible unit that has an indicator of the wave. Step 8."""

from collections.abc import Iterator, Mapping, Sequence

from survey.exchange.report.figure_row import HEAD, WIDTHS, figure_bar, figure_row, shown_value
from survey.exchange.report.report_source import ReportSource
from survey.programme.against_rest import AgainstRest
from survey.programme.figure import Figure
from survey.programme.indicator import Unit as Measured
from survey.programme.report import Heading, IntervalChart, PageBreak, Paragraph, Part, Table
from survey.programme.unit import Unit, UnitRole
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Source

MOST_WORSE_AREAS = 5
_ROLES = {UnitRole.LEAD: "牵头", UnitRole.COOPERATING: "配合"}


def unit_sheets(source: ReportSource) -> Iterator[Part]:
    """One sheet for each responsible unit that has an indicator of the wave."""
    by_id = {one.indicator.id: one for one in source.indicators}
    concerned = [unit for unit in source.units if any(indicator in by_id for indicator, _ in unit.roles)]
    if not concerned:
        return
    figures = source.figures(Source.PROB)
    yield PageBreak()
    yield Heading(1, "责任单位")
    yield Paragraph(f"有本轮指标的责任单位 {len(concerned)} 个，每个单位一页。")
    if source.is_drawn:
        yield _how_compared(source.against_rest)
    for unit in concerned:
        if unit is not concerned[0]:
            yield PageBreak()
        yield Heading(2, unit.name.zh_hans)
        roles = [(by_id[indicator], role) for indicator, role in unit.roles if indicator in by_id]
        roles.sort(key=lambda pair: (pair[1] is not UnitRole.LEAD, pair[0].indicator.id))
        found = [(one, role, figures.get((one.indicator.id, source.district.code))) for one, role in roles]
        rows = tuple((_ROLES[role], *figure_row(one, figure)) for one, role, figure in found if figure is not None)
        if rows:
            yield Table(f"{unit.name.zh_hans}的指标", ("职责", *HEAD), rows, numbers_from=2, widths=(0.8, *WIDTHS))
        else:
            names = "、".join(f"{one.indicator.label.zh_hans}（{_ROLES[role]}）" for one, role in roles)
            yield Paragraph(f"指标：{names}。没有抽样调查的结果。")
        yield from _chart(unit, [(one, figure) for one, _, figure in found])
        if source.against_rest:
            worse = [text for one, _ in roles if (text := _worse_areas(source, figures, one))]
            none = "各地：没有哪个街道（镇）、社区（村）明显低于全区其余地方。"
            yield from (Paragraph(text) for text in worse or [none])
        in_hand, late = source.opinions.get(unit.code, (0, 0))
        yield Paragraph(f"居民意见：在办 {in_hand} 件，其中超过期限 {late} 件。")
    yield PageBreak()


def _chart(unit: Unit, found: Sequence[tuple[WaveIndicator, Figure | None]]) -> Iterator[Part]:
    """The rates of a unit with their intervals and targets; none when it has no rate that may be shown."""
    rates = [(one, figure) for one, figure in found if one.indicator.unit is Measured.RATE and figure is not None]
    bars = tuple(bar for one, figure in rates if (bar := figure_bar(one, figure)) is not None)
    if bars:
        yield IntervalChart(f"{unit.name.zh_hans}：率（点）、90%区间（横线）与目标（竖线）", bars)


def _worse_areas(source: ReportSource, figures: Mapping[tuple[str, str], Figure], one: WaveIndicator) -> str:
    """The areas that are credibly lower than the rest of the district; empty when there is none."""
    lower = [
        (gap.difference, gap.area, shown_value(figure.estimate, one.indicator.unit))
        for gap in source.against_rest
        if gap.indicator == one.indicator.id and gap.is_credibly_lower and gap.difference is not None
        if (figure := figures.get((gap.indicator, gap.area))) is not None and figure.estimate is not None
    ]
    if not lower:
        return ""
    names = "、".join(
        f"{source.areas.by_code[area].name.zh_hans}（{value}，低 {_gap(-difference, one)}）"
        for difference, area, value in sorted(lower)[:MOST_WORSE_AREAS]
    )
    return f"{one.indicator.label.zh_hans}：明显低于全区其余地方的有 {len(lower)} 处，相差最多的是{names}。"


def _gap(difference: float, one: WaveIndicator) -> str:
    """Percentage points between two rates, points between two scores."""
    rate = one.indicator.unit is Measured.RATE
    return f"{difference * 100:.1f} 个百分点" if rate else f"{difference:.1f} 分"


def _how_compared(gaps: tuple[AgainstRest, ...]) -> Paragraph:
    if not gaps:
        return Paragraph("各地与其余地方的差别没有检验过：这次计算还没有这一项，重新计算后才有。", note=True)
    return Paragraph(
        "“明显低于全区其余地方”：逐一检验每个街道（镇）、社区（村）与同级其余各处之差（计入两者的协方差），"
        "p 值在一项指标的全部地方中用 Holm 法校正，不超过 5%，而且该地的结果可以公布。"
        "没有列出的地方不等于没有差别，只是样本还看不出来。",
        note=True,
    )
