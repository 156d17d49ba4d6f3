"""The section of a report on the method: weights, variance, what was checked, the rule of every indicator. Step 8."""

from collections.abc import Iterator

from survey.exchange.report.chinese_date import chinese_moment
from survey.exchange.report.explain_finding import explain_finding
from survey.exchange.report.report_source import ReportSource
from survey.exchange.report.report_tables import LANGUAGE
from survey.exchange.report.sections.integrity import integrity
from survey.programme.report import Heading, Paragraph, Part
from survey.response.response import Source


def method(source: ReportSource) -> Iterator[Part]:
    """How the figures were made, what the run warned of, what was checked, the rule of each indicator."""
    from analysis.report.phrases import in_words

    yield Heading(1, "方法")
    found = source.result.get(Source.PROB.value)
    if not found:
        scanned = source.result.get(Source.QR.value)
        weighted = "按人口数校准后加权" if scanned and scanned["weights"]["steps"] else "不加权，每份答卷计一次"
        yield Paragraph(f"估计：扫码答卷{weighted}，仍不能代表没有扫码的人。样本不足的数字不公布。")
    else:
        weights = found["weights"]
        weighted = "经分类总数校准后加权计算" if weights["steps"] else "加权计算，没有再按人口数校准"
        yield Paragraph(
            f"估计：基础权重（抽中概率的倒数）{weighted}；标准误按分层整群设计估计；区间用 Korn–Graubard 法。"
            "样本不足（有效样本不到 30 或区间过宽）的数字不公布。"
        )
        yield Paragraph(
            f"方差：{in_words(found['variance'], 'zh-Hans')}。权重的 Kish 设计效应 {weights['kish_deff']:.2f}，"
            f"有效样本量 {weights['effective_n']:.0f}。计算开始于{chinese_moment(source.computed_at)}。"
        )
        names = {area.code: area.name.zh_hans for area in source.areas.areas}
        notes = (explain_finding(warning, "zh-Hans", names) for warning in found["warnings"])
        yield from (Paragraph(f"计算程序的提示：{note}", note=True) for note in notes)
    yield from integrity(source.integrity)
    yield Heading(2, "各指标的算法")
    yield from (
        Paragraph(f"{one.indicator.label.zh_hans}：{one.indicator.rule_in_words(LANGUAGE)}")
        for one in source.indicators
    )
