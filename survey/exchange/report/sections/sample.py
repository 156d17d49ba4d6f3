"""The section of a report on the sample: days, ways of answering, answers, response rates. Step 8."""

from collections.abc import Iterator

from survey.exchange.export.csv_file import shown_time
from survey.exchange.report.report_source import ReportSource
from survey.exchange.report.report_tables import SOURCES
from survey.programme.report import Heading, Paragraph, Part
from survey.response.response import Mode

_MODES = {Mode.SELF: "自己填写", Mode.INTERVIEWER: "入户访问", Mode.PHONE: "电话", Mode.PAPER: "纸质问卷"}


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
        rate = "—" if work.rr1 is None else f"{work.rr1 * 100:.1f}%"
        text = f"抽中住户 {work.drawn} 户，完成 {work.complete} 户，回收率（AAPOR RR1）{rate}。"
        yield Paragraph(text)


def _when_and_how(source: ReportSource) -> Iterator[str]:
    """The days of the survey, and how many answers came in which way."""
    wave = source.wave
    if wave.opened_at is not None:
        last = shown_time(wave.closed_at)[:10] if wave.closed_at else "尚未结束"
        yield f"调查时间：{shown_time(wave.opened_at)[:10]} 至 {last}。"
    if source.modes:
        counted = "、".join(f"{_MODES[mode]} {n} 份" for mode, n in source.modes.items())
        yield f"填答方式（抽样调查）：{counted}。"
