"""The section of a report with a sheet for each responsible unit that has an indicator of the wave. Step 8."""

from collections.abc import Iterator, Mapping

from survey.exchange.report.figure_row import HEAD, WIDTHS, figure_row, shown_value
from survey.exchange.report.report_source import ReportSource
from survey.programme.figure import Figure
from survey.programme.report import Heading, PageBreak, Paragraph, Part, Table
from survey.programme.unit import UnitRole
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
    for unit in concerned:
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
        yield from (Paragraph(text) for one, _ in roles if (text := _worse_areas(source, figures, one)))
        in_hand, late = source.opinions.get(unit.code, (0, 0))
        yield Paragraph(f"居民意见：在办 {in_hand} 件，其中超过期限 {late} 件。")


def _worse_areas(source: ReportSource, figures: Mapping[tuple[str, str], Figure], one: WaveIndicator) -> str:
    """Areas whose whole 95 % interval lies below the district's figure; empty when there is none."""
    whole = figures.get((one.indicator.id, source.district.code))
    if whole is None or whole.estimate is None:
        return ""
    below = [
        (figure.estimate, area.name.zh_hans)
        for area in source.areas.areas
        if area.code != source.district.code
        and (figure := figures.get((one.indicator.id, area.code))) is not None
        and figure.estimate is not None
        and figure.limits
        and figure.limits[-1].upper < whole.estimate
    ]
    if not below:
        return ""
    worst = sorted(below)[:MOST_WORSE_AREAS]
    names = "、".join(f"{name}（{shown_value(value, one.indicator.unit)}）" for value, name in worst)
    return f"{one.indicator.label.zh_hans}：95% 区间整个低于全区结果的地方有 {len(below)} 处，最低的是{names}。"
