"""What the staff pages call things: verdicts, flags, sources, modes, statuses, in the language of the page."""

from collections.abc import Iterable
from types import SimpleNamespace

from flask_babel import format_datetime, gettext, lazy_gettext

from survey.exchange.report.explain_finding import explain_finding
from survey.programme.area import Area
from survey.programme.figure import Decision, Figure
from survey.programme.wave import WaveStatus
from survey.response.response import Mode, Source
from survey.web.charts import SIGNS
from survey.web.i18n import page_language
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
STEPS = {
    "rake": lazy_gettext("边际迭代（rake）"),
    "raking": lazy_gettext("边际校准（raking）"),
    "poststratify": lazy_gettext("事后分层"),
    "linear": lazy_gettext("线性校准"),
    "logit": lazy_gettext("有界校准（logit）"),
    "trim": lazy_gettext("截断"),
}
STATUSES = {
    WaveStatus.DRAFT: lazy_gettext("准备中"),
    WaveStatus.OPEN: lazy_gettext("进行中"),
    WaveStatus.CLOSED: lazy_gettext("已结束"),
}


def verdict_in_words(figure: Figure) -> str:
    """Met, not met or undetermined; "" where there is nothing to decide."""
    return str(VERDICTS[figure.decision]) if figure.decision in VERDICTS else ""


def finding_in_words(text: str, areas: Iterable[Area]) -> str:
    """A flag or warning of an analysis in the language of the page; streets by name."""
    language = page_language()
    return explain_finding(text, language, {area.code: area.name.in_language(language) for area in areas})


# What templates call, as `words.verdict(figure)`.
WORDS = SimpleNamespace(
    verdict=verdict_in_words,
    sign=lambda figure: SIGNS[figure.decision],
    finding=finding_in_words,
    source=lambda source: SOURCES[source],
    mode=lambda mode: MODES[mode],
    status=lambda status: STATUSES[status],
    step=lambda method: STEPS.get(method, method),
    figure=as_figure,
    interval=as_interval,
    share=as_share,
    count=as_count,
    moment=lambda moment: format_datetime(moment, "yyyy-MM-dd HH:mm") if moment else gettext("无"),
)
