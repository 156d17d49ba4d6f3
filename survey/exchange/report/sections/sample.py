"""The section of a report on the sample: days, ways of answering, answers, response rates. Step 8."""

from collections.abc import Iterator

from survey.exchange.report.chinese_date import chinese_day, chinese_days
from survey.exchange.report.report_source import ReportSource
from survey.exchange.report.report_tables import SOURCES
from survey.fieldwork.response_rates import ResponseRates
from survey.programme.report import Heading, Paragraph, Part, Table
from survey.response.response import Mode

_MODES = {Mode.SELF: "自己填写", Mode.INTERVIEWER: "入户访问", Mode.PHONE: "电话", Mode.PAPER: "纸质问卷"}
# What AAPOR's letters stand for. UH and UO are one line: both are dwellings that may or may not belong to the sample.
_CLASSES = {
    "完成": ("I",),
    "部分完成": ("P",),
    "拒访": ("R",),
    "未接触到": ("NC",),
    "其他未答": ("O",),
    "资格不明": ("UH", "UO"),
    "不合格": ("NE",),
}
_MEANINGS = {
    "RR1": "应答率：I ÷（I+P+R+NC+O+U）",
    "RR2": "应答率：（I+P）÷（I+P+R+NC+O+U）",
    "RR3": "应答率：I ÷（I+P+R+NC+O+eU）",
    "RR4": "应答率：（I+P）÷（I+P+R+NC+O+eU）",
    "RR5": "应答率：I ÷（I+P+R+NC+O）",
    "RR6": "应答率：（I+P）÷（I+P+R+NC+O）",
    "COOP1": "合作率：I ÷（I+P+R+O）",
    "COOP2": "合作率：（I+P）÷（I+P+R+O）",
    "REF1": "拒访率：R ÷（I+P+R+NC+O+U）",
    "REF2": "拒访率：R ÷（I+P+R+NC+O+eU）",
    "CON1": "接触率：（I+P+R+O）÷（I+P+R+NC+O+U）",
    "CON2": "接触率：（I+P+R+O）÷（I+P+R+NC+O+eU）",
}


def sample(source: ReportSource) -> Iterator[Part]:
    """When and how people were asked, how many answered, and what became of the drawn dwellings."""
    yield Heading(1, "样本与回收")
    yield from (Paragraph(line) for line in _when_and_how(source))
    for one, label in SOURCES.items():
        rows, outside = source.result["rows"][one.value], source.result["outside_population"][one.value]
        if not rows:
            continue
        yield Paragraph(f"{label.zh_hans}：收到答卷 {rows} 份，其中 {outside} 份不属于调查总体，不计入任何比率。")
    work = source.fieldwork
    if work.drawn:
        yield Paragraph(f"抽中住户 {work.drawn} 户，完成 {work.complete} 户，应答率（AAPOR RR1）{_share(work.rr1)}。")
    if source.response_rates is not None:
        yield from _response_rates(source.response_rates)


def _when_and_how(source: ReportSource) -> Iterator[str]:
    """The days of the survey, and how many answers came in which way."""
    wave = source.wave
    if wave.opened_at is not None:
        days = chinese_days(wave.opened_at, wave.closed_at) if wave.closed_at else f"{chinese_day(wave.opened_at)}起"
        yield f"调查时间：{days}{'' if wave.closed_at else '，尚未结束'}。"
    if source.modes:
        counted = "、".join(f"{_MODES[mode]} {n} 份" for mode, n in source.modes.items())
        yield f"填答方式（抽样调查）：{counted}。"


def _response_rates(found: ResponseRates) -> Iterator[Part]:
    """What became of the drawn dwellings, every rate of AAPOR, and why the first one speaks for the survey."""
    yield Heading(2, "应答率")
    became = "、".join(
        f"{words}（{'U' if len(letters) > 1 else letters[0]}）{sum(found.counts[one] for one in letters)} 户"
        for words, letters in _CLASSES.items()
    )
    yield Paragraph(f"抽中住户的最终结果：{became}。")
    rows = tuple(
        (name, words, _share(found.rates[name]), _share(found.weighted[name])) for name, words in _MEANINGS.items()
    )
    head = ("比率", "含义与算式", "按户数", "按基础权重")
    yield Table("应答率、合作率、拒访率与接触率（AAPOR）", head, rows, numbers_from=2, widths=(0.9, 4.2, 1, 1.1))
    yield Paragraph(
        "本报告和简报所说的应答率是 RR1：资格不明的住户全部算在分母里，也不把部分完成算作完成，"
        "是六种应答率里最低的一种，不靠任何假设。"
        f"e 是资格不明的住户中估计合格的比例，按资格已知的住户推算，为 {_share(found.e)}。"
        "替补户不计入，以免抬高应答率。出处：AAPOR《Standard Definitions》第 10 版（2023）。",
        note=True,
    )


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"
