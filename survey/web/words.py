"""What the staff pages call things: verdicts, flags, sources, modes, statuses, in the language of the page."""

from types import SimpleNamespace

from flask_babel import format_datetime, gettext, lazy_gettext

from survey.programme.figure import Decision, Figure
from survey.programme.wave import WaveStatus
from survey.response.response import Mode, Source
from survey.web.charts import SIGNS
from survey.web.numbers import as_count, as_figure, as_interval, as_share

VERDICTS = {
    Decision.MET: lazy_gettext("达标"),
    Decision.NOT_MET: lazy_gettext("未达标"),
    Decision.UNDETERMINED: lazy_gettext("尚不能判断"),
}
SOURCES = {Source.PROB: lazy_gettext("抽样调查"), Source.QR: lazy_gettext("自愿扫码")}
MODES = {
    Mode.SELF: lazy_gettext("自己填写"),
    Mode.INTERVIEWER: lazy_gettext("入户访问"),
    Mode.PHONE: lazy_gettext("电话"),
    Mode.PAPER: lazy_gettext("纸质问卷"),
}
STATUSES = {
    WaveStatus.DRAFT: lazy_gettext("准备中"),
    WaveStatus.OPEN: lazy_gettext("进行中"),
    WaveStatus.CLOSED: lazy_gettext("已结束"),
}

# The engine's flags are English phrases; a flag that is not listed is shown as it is.
_FLAGS = (
    ("no answers", lazy_gettext("没有有效答案，不作估计")),
    ("denominator 0", lazy_gettext("分母为零，不作估计")),
    ("no stratum with two PSUs", lazy_gettext("每层只有一个抽样单元，无法估计误差")),
    ("0 % or 100 %", lazy_gettext("结果为 0% 或 100%，区间按精确法计算，设计效应无定义")),
    ("fixed by design", lazy_gettext("由加权边际固定，没有抽样误差，不给区间")),
    ("too few answers", lazy_gettext("答案太少或没有差异，设计效应无定义")),
    ("no degrees of freedom", lazy_gettext("自由度为零，不给区间")),
    ("review: df below 8", lazy_gettext("自由度小于 8，结论须经统计人员复核")),
    ("not publishable", lazy_gettext("样本不足，不公布")),
    ("footnote: interval wide", lazy_gettext("区间相对于余数较宽，引用时请一并给出区间")),
    ("don't know and not applicable", lazy_gettext("“不了解”和“不适用”超过 30%，解读须谨慎")),
)


def verdict_in_words(figure: Figure) -> str:
    """Met, not met or undetermined; "" where there is nothing to decide."""
    return str(VERDICTS[figure.decision]) if figure.decision in VERDICTS else ""


def flag_in_words(flag: str) -> str:
    return next((str(words) for start, words in _FLAGS if flag.startswith(start)), flag)


# What templates call, as `words.verdict(figure)`.
WORDS = SimpleNamespace(
    verdict=verdict_in_words,
    sign=lambda figure: SIGNS[figure.decision],
    flag=flag_in_words,
    source=lambda source: SOURCES[source],
    mode=lambda mode: MODES[mode],
    status=lambda status: STATUSES[status],
    figure=as_figure,
    interval=as_interval,
    share=as_share,
    count=as_count,
    moment=lambda moment: format_datetime(moment, "yyyy-MM-dd HH:mm") if moment else gettext("无"),
)
