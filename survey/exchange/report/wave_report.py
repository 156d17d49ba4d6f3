"""The special report (专报) of a wave: what was kept of its analysis becomes one report noun. Step 8.

Figures that may not be published are not in it; every rate has its rule in words. The text is simplified Chinese.
"""

from survey.exchange.report.chinese_date import chinese_day
from survey.exchange.report.report_source import ReportSource, fingerprint
from survey.exchange.report.sections.main_results import by_street, main_results
from survey.exchange.report.sections.method import method
from survey.exchange.report.sections.question_texts import question_texts
from survey.exchange.report.sections.sample import sample
from survey.exchange.report.sections.self_selected import self_selected
from survey.exchange.report.sections.unit_sheets import unit_sheets
from survey.programme.report import Report


def build_report(source: ReportSource) -> Report:
    """The report; equal figures give an equal report."""
    wave, header = source.wave, source.wave.header
    about = (
        wave.organiser.name.zh_hans,
        f"表号：{header.form_number}　制定机关：{header.authority}",
        f"批准机关：{header.approved_by}　批准文号：{header.approval_number}",
        f"有效期至：{chinese_day(header.valid_until)}",
    )
    parts = (
        *main_results(source),
        *by_street(source),
        *unit_sheets(source),
        *self_selected(source),
        *sample(source),
        *method(source),
        *question_texts(source),
    )
    status = "定稿" if source.is_final else "草稿（调查未结束或结束后未重新计算，数字可能变化）"
    return Report(f"{wave.name.zh_hans}专报", about, parts, status, fingerprint(source))
