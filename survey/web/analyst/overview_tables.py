"""The tables of the overview and of one indicator as data: what is downloaded is what the page shows. Step 8."""

from collections.abc import Iterable

from flask_babel import gettext

from survey.actions.results.show_results import Pair, WaveResults
from survey.programme.area import Area
from survey.programme.figure import Figure
from survey.programme.wave_indicator import WaveIndicator
from survey.web import data_tables as cells
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import as_heading, in_page_language, page_language
from survey.web.numbers import MISSING
from survey.web.words import finding_in_words


def table_of_indicators(results: WaveResults, area: Area) -> DataTable:
    """Every indicator in one area, drawn sample and posters, each with its rule in words."""
    rows = [
        [
            cells.text(as_heading(one.indicator.label)),
            *_figures(one, results.pair(one.indicator.id, area.code)),
            cells.text(one.indicator.rule_in_words(page_language())),
        ]
        for one in results.indicators
    ]
    title = gettext("%(area)s：各指标", area=in_page_language(area.name))
    return cells.parts(title, [gettext("指标"), *_heads(), gettext("计算规则")], rows)


def table_of_areas(results: WaveResults, found: WaveIndicator) -> DataTable:
    """One indicator in every area, with what is to be said about its figure."""
    rows = []
    for area in results.areas:
        pair = results.pair(found.indicator.id, area.code)
        flags = [finding_in_words(flag, results.areas) for flag in (pair.prob.flags if pair.prob else ())]
        rows.append(
            [
                cells.text(in_page_language(area.name)),
                *_figures(found, pair),
                cells.text(gettext("；").join(flags)),
            ]
        )
    return cells.parts(gettext("各街道与社区"), [gettext("地区"), *_heads(), gettext("说明")], rows)


def _heads() -> list[str]:
    return [
        *(gettext("判断"), gettext("结果"), gettext("90% 区间下限"), gettext("90% 区间上限")),
        *(gettext("95% 区间下限"), gettext("95% 区间上限"), gettext("目标"), gettext("样本量"), gettext("有效样本量")),
        *(gettext("设计效应"), gettext("不了解、不适用")),
        *(gettext("自愿扫码：结果"), gettext("自愿扫码：样本量"), gettext("自愿扫码：不了解、不适用")),
    ]


def _figures(frozen: WaveIndicator, pair: Pair) -> Iterable[Cell]:
    prob, qr, score = pair.prob or Figure(n=0, publishable=False), pair.qr, frozen.is_score
    return [
        *(cells.verdict(prob), cells.rate(prob, score)),
        *(*cells.limits(prob, score), *cells.limits(prob, score, place=1)),
        cells.text(frozen.target.in_words(page_language()) if frozen.target else MISSING),
        *(cells.count(prob.n), cells.count(prob.n_effective), cells.decimal(prob.deff), cells.share(prob.dk_share)),
        *((cells.rate(qr, score), cells.count(qr.n), cells.share(qr.dk_share)) if qr else (cells.text(MISSING),) * 3),
    ]


def table_of_two_samples(results: WaveResults) -> DataTable:
    """Rates of the whole in the drawn sample, among the volunteers, and combined; only where the first may be shown."""
    rows = []
    for found in results.indicators:
        compared = results.two_samples.rates.get(found.indicator.id) if results.two_samples else None
        prob = results.pair(found.indicator.id, results.areas[0].code).prob
        if compared is None or prob is None or prob.estimate is None:
            continue
        rows.append(
            [
                cells.text(as_heading(found.indicator.label)),
                *map(cells.share, (compared.drawn, compared.unweighted, compared.matched)),
                *(cells.points(compared.difference), _error(compared.se_difference)),
                cells.text(gettext("不一致") if compared.disagrees else gettext("看不出差别")),
                *(cells.share(compared.combined), _error(compared.rmse), cells.share(compared.share_drawn)),
            ]
        )
    heads = [
        *(gettext("指标"), gettext("抽样调查"), gettext("扫码，未加权"), gettext("扫码，对照加权")),
        *(gettext("差（百分点）"), gettext("差的标准误"), gettext("两个样本")),
        *(gettext("合并估计"), gettext("合并估计的误差"), gettext("抽样所占份量")),
    ]
    return cells.parts(gettext("抽样与扫码对照"), heads, rows, [k for k in range(1, 10) if k != 6])


def _error(value: float | None) -> Cell:
    """A standard error of a rate, in points."""
    return Cell(MISSING if value is None else f"{value * 100:.1f}", "" if value is None else value, "n")


def table_without(results: WaveResults, source: str, label: str, marks: Iterable[str]) -> DataTable:
    """Every figure of one source with all answers, and without those that have a mark, each with its answers."""
    rows = []
    for found in results.indicators:
        before = getattr(results.pair(found.indicator.id, results.areas[0].code), source)
        if before is None:
            continue
        row = [cells.text(as_heading(found.indicator.label))]
        for figure in [before, *results.figures_without(source, found.indicator.id)]:
            known = figure or Figure(n=0, publishable=False)
            shown = cells.rate(known, found.is_score) if known.estimate is not None else Cell(MISSING, "", "n")
            row += [shown, cells.count(known.n if figure else None)]
        rows.append(row)
    heads = [gettext("指标")]
    for mark in (gettext("全部"), *marks):
        heads += [mark, gettext("样本量")]
    return cells.parts(label, heads, rows, range(1, len(heads)))
