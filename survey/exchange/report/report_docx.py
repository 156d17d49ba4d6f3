"""A report as a Word file in the style of official papers (GB/T 9704): title, numbered headings, tables. Step 8."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from survey.exchange.report.report_chart import as_png
from survey.programme.report import Heading, IntervalChart, PageBreak, Paragraph, Report, Table

# The faces that GB/T 9704 names; Word takes a Chinese face of the machine where one is missing.
_TITLE, _BODY, _FIRST, _SECOND = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_FACES = {1: _FIRST, 2: _SECOND, 3: _BODY}
_MOST_ROWS = 12  # a longer table may break over pages
_MADE = datetime(2000, 1, 1)


def write_docx(report: Report, path: Path) -> None:
    """Equal reports give equal bytes."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _face(document.styles["Normal"], _BODY, 16)
    _heading_styles(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, report.title, _TITLE, 22)
    for line in (*report.about, report.status):
        about = document.add_paragraph()
        about.alignment = WD_ALIGN_PARAGRAPH.CENTER
        about.paragraph_format.space_after = Pt(0)
        _run(about, line, _SECOND, 12)
    parts = list(report.numbered())
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        _add(document, part, Pt, before_table=isinstance(after, Table | IntervalChart))
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _page_number(foot)
    told = section.footer.add_paragraph()
    told.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(told, report.foot, _BODY, 9)
    core = document.core_properties
    core.title, core.author, core.created, core.modified = report.title, report.about[0], _MADE, _MADE
    file = BytesIO()
    document.save(file)
    path.write_bytes(_without_times(file.getvalue()))


def _heading_styles(document: Any) -> None:
    from docx.shared import Pt, RGBColor

    for level, face in _FACES.items():
        style = document.styles[f"Heading {level}"]
        _face(style, face, 16)
        style.font.bold = level == 3
        style.font.italic = False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(6)


def _face(style: Any, face: str, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = face, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:eastAsia"), face)


def _run(paragraph: Any, text: str, face: str, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.font.name, run.font.size = face, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _add(document: Any, part: object, Pt: Any, *, before_table: bool) -> None:
    match part:
        case Heading():
            document.add_heading(part.text, part.level)
        case Paragraph():
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.line_spacing = Pt(20 if part.note else 28)
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = before_table
            if not part.note:
                paragraph.paragraph_format.first_line_indent = Pt(32)
            _run(paragraph, part.text, _BODY, 12 if part.note else 16)
        case Table():
            _table(document, part)
        case IntervalChart():
            from docx.shared import Mm

            _caption(document, part.caption)
            document.add_picture(BytesIO(as_png(part)), width=Mm(155))
        case PageBreak():
            document.add_page_break()


def _caption(document: Any, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(4)
    _run(caption, text, _FIRST, 12)


def _table(document: Any, part: Table) -> None:
    """The head is repeated on every page, a short table stays on one; numbers stand right."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    _caption(document, part.caption)
    table = document.add_table(rows=0, cols=len(part.head), style="Table Grid")
    table.autofit = False
    _narrow_margins(table)
    for column, share in zip(table.columns, part.shares, strict=True):
        column.width = Mm(156 * share)
    for number, cells in enumerate((part.head, *part.rows)):
        row = table.add_row()
        for column, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Mm(156 * part.shares[column])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(16)
            paragraph.paragraph_format.keep_with_next = number < len(part.rows) <= _MOST_ROWS
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
            if not number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif part.is_number(column):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _run(paragraph, text, _FIRST if not number else _BODY, 9.5)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if not number:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    after = document.add_paragraph()
    after.paragraph_format.line_spacing = Pt(8)
    after.paragraph_format.space_after = Pt(0)


def _narrow_margins(table: Any) -> None:
    """A little more than a millimetre at both sides of a cell, so that a figure stays on its line."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), "79")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _page_number(paragraph: Any) -> None:
    """— 1 —, as GB/T 9704 writes it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    _run(paragraph, "— ", _BODY, 14)
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    paragraph._p.append(number)
    _run(paragraph, " —", _BODY, 14)


def _without_times(content: bytes) -> bytes:
    """The same zip with one date for every file."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in given.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(fixed, given.read(entry))
    return target.getvalue()
