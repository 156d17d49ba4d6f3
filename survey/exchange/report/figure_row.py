"""One figure of a report as the cells of a row or the bar of a chart; what may not be published is not in it."""

from survey.exchange.report.report_tables import LANGUAGE
from survey.programme.figure import Decision, Figure
from survey.programme.indicator import Unit as Measured
from survey.programme.report import Bar
from survey.programme.wave_indicator import WaveIndicator
from survey.programme.written_figure import written_figure

SIGNS = {Decision.MET: "√", Decision.NOT_MET: "×", Decision.UNDETERMINED: "？", Decision.NONE: "—"}
WORDS = {
    Decision.MET: "√ 达标",
    Decision.NOT_MET: "× 未达标",
    Decision.UNDETERMINED: "？ 尚不能判断",
    Decision.NONE: "—",
}
HEAD = ("指标", "结果", "90%区间", "目标", "判断", "基数")
WIDTHS = (2.9, 1.15, 2.3, 1.5, 1.9, 0.9)


def figure_row(one: WaveIndicator, figure: Figure) -> tuple[str, ...]:
    """The cells below `HEAD`; a figure that is held back has only its base."""
    unit = one.indicator.unit
    name, goal = one.indicator.label.zh_hans, one.target.in_words(LANGUAGE) if one.target else "无"
    if not figure.publishable or figure.estimate is None:
        return (name, "样本不足，不公布", "—", goal, WORDS[figure.decision], str(figure.n))
    limits = (
        "～".join(shown_value(end, unit, figure.target) for end in (figure.limits[0].lower, figure.limits[0].upper))
        if figure.limits
        else "—"
    )
    return (
        name,
        shown_value(figure.estimate, unit, figure.target),
        limits,
        goal,
        WORDS[figure.decision],
        str(figure.n),
    )


def shown_value(value: float, unit: Measured, target: float | None = None) -> str:
    """A rate in per cent or a score in points, never across its target by rounding."""
    return written_figure(value, unit is Measured.SCORE, target)


def figure_bar(one: WaveIndicator, figure: Figure) -> Bar | None:
    """None for a figure without an interval that may be shown."""
    if not figure.publishable or figure.estimate is None or not figure.limits:
        return None
    first = figure.limits[0]
    sign = SIGNS[figure.decision]
    target = one.target.value if one.target else None
    return Bar(one.indicator.label.zh_hans, figure.estimate, first.lower, first.upper, target, sign)
