"""The special report of the demonstration: one source, three files, the same figures and bytes each time."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from survey.actions.fieldwork.show_fieldwork import show_fieldwork
from survey.actions.results.report_period import offered_periods, report_period
from survey.actions.results.report_wave import report_as, report_source, report_wave
from survey.actions.results.response_rates import response_rates
from survey.exchange.report.explain_finding import explain_finding
from survey.exchange.report.report_source import ReportSource, fingerprint
from survey.exchange.report.wave_report import build_report
from survey.fieldwork.case import Phase
from survey.programme.area import AreaLevel
from survey.programme.period import PeriodError
from survey.programme.report import Heading, Paragraph, Report, Table
from survey.programme.wave import OFFICE_TIME
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import list_cases
from survey.storage.waves import require_wave
from tests.demonstration import STREET, WAVE, Demonstration


@pytest.fixture(scope="module")
def storage(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    opened = Storage(demonstration.copy_to(tmp_path_factory.mktemp("report")))
    yield opened
    opened.close()


def text_of_docx(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def rates(text: str) -> set[str]:
    return set(re.findall(r"\d+\.\d%", text))


def test_word_pdf_and_html_hold_the_same_figures_and_are_made_again_without_a_change(storage: Storage) -> None:
    made = {ending: report_as(storage, WAVE, ending) for ending in ("docx", "pdf", "html")}
    assert all(report_as(storage, WAVE, ending) == content for ending, content in made.items())
    word, page = text_of_docx(made["docx"]), made["html"].decode()
    pdf = "".join(one.extract_text() for one in PdfReader(io.BytesIO(made["pdf"])).pages)
    assert rates(word) == rates(re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>", "", page))
    assert rates(word) <= rates(re.sub(r"\s", "", pdf))
    told = ("一、主要结果", "三、责任单位", "（一）", "草稿", "批准文号", "应答率", "调查时间：", "入户访问 2")
    for text in (*told, "抽样与扫码对照", "合并估计"):
        assert text in word and text in page, text
    assert "计算程序的提示：" in word
    assert not re.search(r"提示：.*(street|people|answers)", word), "in Chinese, with the names of streets"


def test_the_report_tells_the_response_rates_that_the_fieldwork_page_has(storage: Storage) -> None:
    document = Document(io.BytesIO(report_as(storage, WAVE, "docx")))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    with storage.read() as session:
        cases = list_cases(session, WAVE)
        district = load_area_tree(session).at(AreaLevel.DISTRICT)[0].code
    health = show_fieldwork(storage, WAVE, district, datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    names = [*(f"RR{k}" for k in range(1, 7)), "COOP1", "COOP2", "REF1", "REF2", "CON1", "CON2"]
    told = {row[0]: row[2:] for row in cells if row[0] in names}
    assert list(told) == names
    for name, (plain, weighted) in told.items():
        for text, rate in ((plain, health.whole.rates[name]), (weighted, health.weighted[name])):
            assert rate is not None and text == f"{rate * 100:.1f}%", name
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    complete = sum(case.disposition.value == "110" and case.phase is Phase.MAIN for case in cases)
    assert f"完成（I）{complete} 户" in text and f"完成 {complete} 户，应答率（AAPOR RR1）{told['RR1'][0]}" in text
    assert response_rates([]) is None


def sheets(source: ReportSource) -> str:
    return "\n".join(part.text for part in build_report(source).parts if isinstance(part, Paragraph))


def test_a_unit_is_told_only_of_areas_that_are_lower_than_the_rest_when_all_areas_are_tested_together(
    storage: Storage,
) -> None:
    with storage.read() as session:
        run = newest_run(session, WAVE, "done")
        assert run is not None
        source = report_source(session, WAVE, run)
    entries = source.result["prob"]["against_rest"]
    areas = {(entry["indicator"], *entry["domain"].values()) for entry in entries}
    assert areas == {key for key in source.figures(Source.PROB) if key[1] != source.district.code}
    assert [entry for entry in entries if (entry["p_value"] or 1) <= 0.05], "some differ when each is tested alone"
    assert not any(gap.is_credibly_lower for gap in source.against_rest)
    assert "明显低于全区其余地方的有" not in sheets(source) and "没有列出的地方不等于没有差别" in sheets(source)

    def found(street: str, difference: float, p: float) -> str:
        told = [
            entry | {"difference": difference, "p_adjusted": p}
            if entry["indicator"] == "ENV" and entry["domain"] == {"street": street}
            else entry
            for entry in entries
        ]
        changed = replace(source, result={**source.result, "prob": {**source.result["prob"], "against_rest": told}})
        assert fingerprint(changed) != fingerprint(source)
        return sheets(changed)

    figure = source.figures(Source.PROB)["ENV", STREET]
    assert figure.estimate is not None
    name = source.areas.by_code[STREET].name.zh_hans
    lower = f"明显低于全区其余地方的有 1 处，相差最多的是{name}（{figure.estimate * 100:.1f}%，低 8.2 个百分点）。"
    assert lower in found(STREET, -0.0821, 0.05)
    assert "明显低于全区其余地方的有" not in found(STREET, -0.0821, 0.0501)
    assert "明显低于全区其余地方的有" not in found(STREET, 0.0821, 0.01)
    before = {key: value for key, value in source.result["prob"].items() if key != "against_rest"}
    assert "没有检验过" in sheets(replace(source, result={**source.result, "prob": before}))


def test_every_warning_of_the_demonstration_is_told_in_chinese(storage: Storage) -> None:
    with storage.read() as session:
        run = newest_run(session, WAVE, "done")
        assert run is not None
        result = json.loads(run.result)
    warnings = [warning for source in ("prob", "qr") for warning in result[source]["warnings"]]
    assert any("joined" in warning for warning in warnings)
    for language in ("zh-Hans", "zh-Hant"):
        told = [explain_finding(warning, language, {}) for warning in warnings]
        assert [text for text in told if re.search(r"[a-z]{3}", text)] == []


def test_the_report_stands_beside_tables_and_method_in_the_folder(storage: Storage, tmp_path: Path) -> None:
    names = {path.name for path in report_wave(storage, WAVE, tmp_path / "out")}
    assert names == {"tables.csv", "tables.html", "method.md", "report.docx", "report.pdf", "report.html"}


def test_the_word_file_numbers_its_pages_and_gives_each_unit_a_page_of_its_own(storage: Storage) -> None:
    document = Document(io.BytesIO(report_as(storage, WAVE, "docx")))
    (page, told), element = document.sections[0].footer.paragraphs, document.element.body
    assert 'w:instr="PAGE"' in page._p.xml and "数字指纹" in told.text
    units = [paragraph.text for paragraph in document.paragraphs if paragraph.text.endswith("的指标")]
    assert len(units) > 2 and len(element.xpath('.//w:br[@w:type="page"]')) == len(units) + 1
    heads = [row for row in element.xpath(".//w:tbl/w:tr[1]") if row.xpath("./w:trPr/w:tblHeader")]
    assert len(heads) == len(document.tables), "the head of every table stands on each of its pages"
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(report_as(storage, WAVE, "pdf"))).pages]
    assert [n for page in pages if (n := sum(unit in page for unit in units))] == [1] * len(units)
    for k, text in enumerate(pages, start=1):
        assert f"— {k} —" in text and "数字指纹" in text


def test_headings_are_numbered_as_in_official_papers() -> None:
    parts = (Heading(1, "a"), Heading(2, "b"), Heading(2, "c"), Heading(3, "d"), Heading(1, "e"), Heading(2, "f"))
    numbered = Report("t", ("o",), parts, "定稿", "0" * 64).numbered()
    texts = [part.text for part in numbered if isinstance(part, Heading)]
    assert texts == ["一、a", "（一）b", "（二）c", "1. d", "二、e", "（一）f"]


def test_a_table_with_a_short_row_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2 cells, found 1"):
        Table("t", ("a", "b"), (("1",),))


def test_a_bulletin_puts_the_waves_of_a_period_side_by_side_and_is_made_again_without_a_change(
    storage: Storage,
) -> None:
    with storage.read() as session:
        wave = require_wave(session, WAVE)
    assert wave.opened_at is not None
    opened = wave.opened_at.astimezone(OFFICE_TIME).date()
    quarter = f"{opened.year}-Q{(opened.month + 2) // 3}"
    now = wave.opened_at + timedelta(days=1)
    made = {ending: report_period(storage, quarter, ending, now) for ending in ("docx", "pdf", "html")}
    assert all(report_period(storage, quarter, ending, now) == content for ending, content in made.items())
    word, page = text_of_docx(made["docx"]), made["html"].decode()
    for text in (
        "季度民意调查汇总",
        "统计期间：",
        "一、本期调查",
        "二、各轮主要结果",
        "草稿",
        wave.name.zh_hans,
        "不合并计算",
    ):
        assert text in word and text in page, text
    heads, row = ([cell.text for cell in one.cells] for one in Document(io.BytesIO(made["docx"])).tables[0].rows[:2])
    told = dict(zip(heads, row, strict=True))
    assert told["批准文号"] == wave.header.approval_number
    assert told["应答率"].endswith("%")
    special = rates(text_of_docx(report_as(storage, WAVE, "docx")))
    assert rates(word) and rates(word) <= special, "every figure is the one of the wave's own report"
    offered = [[period.written for period in kind] for kind in offered_periods(storage, now)]
    assert offered[1] == [quarter] and offered[3] == [str(opened.year)]
    before = f"{opened.year - 1}"
    with pytest.raises(PeriodError, match="expected a wave with a finished analysis"):
        report_period(storage, before, "html", now)
    with pytest.raises(PeriodError, match="expected 2026"):
        report_period(storage, "2026-13", "html", now)
