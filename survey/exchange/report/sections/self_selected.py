"""The section of a report about people who chose themselves, beside the drawn sample, never pooled. Step 8."""

from collections.abc import Iterator

from survey.exchange.report.explain_finding import explain_finding
from survey.exchange.report.figure_row import shown_value
from survey.exchange.report.report_source import ReportSource
from survey.exchange.report.report_tables import LANGUAGE, SOURCES
from survey.programme.indicator import Unit as Measured
from survey.programme.report import Heading, Paragraph, Part, Table
from survey.programme.two_samples import Beside, read_two_samples
from survey.response.response import Source

BESIDE_HEAD = ("指标", "抽样", "扫码，未加权", "扫码，加权", "差", "两个样本", "合并估计")
BESIDE_WIDTHS = (2.4, 1.1, 1.25, 1.25, 1.8, 1.6, 2.1)


def self_selected(source: ReportSource) -> Iterator[Part]:
    """Nothing when nobody scanned a poster."""
    figures = source.figures(Source.QR)
    if not figures:
        return
    yield Heading(1, "扫码答卷")
    yield Paragraph(f"以下结果来自{SOURCES[Source.QR].zh_hans}：不与抽样结果合并，不作达标判断。")
    rows = []
    for one in source.indicators:
        figure = figures.get((one.indicator.id, source.district.code))
        if figure is not None:
            value = "样本不足" if figure.estimate is None else shown_value(figure.estimate, one.indicator.unit)
            rows.append((one.indicator.label.zh_hans, value, str(figure.n)))
    yield Table(SOURCES[Source.QR].zh_hans, ("指标", "结果", "基数"), tuple(rows))
    yield from _two_samples(source)


def _two_samples(source: ReportSource) -> Iterator[Part]:
    """Drawn, self-selected and combined side by side, for the rates that may be published."""
    from analysis.report.phrases import in_words

    compared = read_two_samples((source.result.get(Source.PROB.value) or {}).get("two_samples"))
    if compared is None:
        return
    figures = source.figures(Source.PROB)
    rows = []
    for one in source.indicators:
        rates, figure = compared.rates.get(one.indicator.id), figures.get((one.indicator.id, source.district.code))
        if rates is not None and figure is not None and figure.estimate is not None:
            rows.append((one.indicator.label.zh_hans, *_beside(rates)))
    if rows:
        yield Heading(2, "抽样与扫码对照")
        yield Paragraph(
            f"把 {compared.volunteers} 份扫码答卷加权到与居民相当，再与抽样结果比较。"
            "判断只看抽样结果；合并估计只供参考。"
        )
        yield Table("抽样、扫码与合并估计", BESIDE_HEAD, tuple(rows), widths=BESIDE_WIDTHS)
        assumed = "".join(in_words(text, "zh-Hans") for text in compared.assumptions)
        yield Paragraph(f"合并估计的假设：{assumed}差与误差为百分点，括号内为标准误。", note=True)
    names = {area.code: area.name.zh_hans for area in source.areas.areas}
    yield from (Paragraph(f"{explain_finding(flag, LANGUAGE, names)}。", note=True) for flag in compared.flags)


def _beside(rates: Beside) -> tuple[str, ...]:
    found = [shown_value(value, Measured.RATE) for value in (rates.drawn, rates.unweighted, rates.matched)]
    difference = f"{rates.difference * 100:+.1f}（{rates.se_difference * 100:.1f}）"
    combined = f"{shown_value(rates.combined, Measured.RATE)}（±{rates.rmse * 100:.1f}）"
    return (*found, difference, "不一致" if rates.disagrees else "看不出差别", combined)
