"""The section of a report with the questions that its indicators come from, as they were asked. Step 8."""

from collections.abc import Iterator

from survey.exchange.report.report_source import ReportSource
from survey.instrument.item import Item
from survey.programme.report import Heading, Paragraph, Part


def question_texts(source: ReportSource) -> Iterator[Part]:
    """The questions that the indicators come from, as they were asked."""
    used = {name for one in source.indicators for name in one.indicator.items}
    items = [item for item in source.questionnaire.asked_items if item.name in used]
    if not items:
        return
    questionnaire = source.questionnaire
    yield Heading(1, "题目原文")
    yield Paragraph(f"问卷：{questionnaire.title.zh_hans}，第 {questionnaire.version} 版。")
    yield from (Paragraph(_question(item)) for item in items)


def _question(item: Item) -> str:
    options = "；".join(f"{choice.code} {choice.label.zh_hans}" for choice in item.choices)
    return f"{item.label.zh_hans}　{options}"
