"""A report as a PDF with its own fonts: the same parts as in Word and HTML. Step 8."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from survey.exchange.print.typesetting import BOLD, REGULAR, load_font
from survey.exchange.report.report_chart import WIDTH, drawing_of
from survey.programme.report import Heading, IntervalChart, PageBreak, Paragraph, Part, Report, Table

_SIDE, _TOP, _BOTTOM = 74, 84, 76  # margins in points
_MOST_ROWS = 12  # a longer table breaks over pages, its head repeated
_MOST_PARAGRAPHS = 2  # that stay with their heading
_ROOM = 170  # points that a long table finds below what stands before it


def write_pdf(report: Report, path: Path) -> None:
    """Equal reports give equal bytes."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    for name in (REGULAR, BOLD):
        load_font(name)
    styles = _styles()
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        title=report.title,
        author=report.about[0],
        invariant=1,
        leftMargin=_SIDE,
        rightMargin=_SIDE,
        topMargin=_TOP,
        bottomMargin=_BOTTOM,
    )
    story = [_paragraph(report.title, styles["title"])]
    story += [_paragraph(line, styles["about"]) for line in (*report.about, report.status)]
    for block in _blocks(report):
        story += _kept_together(block, styles)

    def foot(canvas: Any, made: Any) -> None:
        canvas.setFont(REGULAR, 8)
        canvas.drawString(_SIDE, 40, report.foot)
        canvas.drawRightString(A4[0] - _SIDE, 40, f"— {made.page} —")

    document.build(story, onFirstPage=foot, onLaterPages=foot)


def _blocks(report: Report) -> Iterator[list[Part]]:
    """What stands together: headings with what follows them, up to and with the first table or chart."""
    block: list[Part] = []
    for part in report.numbered():
        if isinstance(part, Heading | PageBreak) and not all(isinstance(one, Heading) for one in block):
            yield block
            block = []
        block.append(part)
        paragraphs = sum(isinstance(one, Paragraph) for one in block)
        if isinstance(part, Table | IntervalChart | PageBreak) or paragraphs == _MOST_PARAGRAPHS:
            yield block
            block = []
    if block:
        yield block


def _kept_together(block: list[Part], styles: dict[str, Any]) -> list[Any]:
    """Nothing begins at the foot of a page whose table is on the next; a long table may break behind some rows."""
    from reportlab.platypus import CondPageBreak, KeepTogether

    flowables = [one for part in block for one in _flowables(part, styles)]
    if isinstance(block[-1], PageBreak):
        return flowables
    if isinstance(block[-1], Table) and len(block[-1].rows) > _MOST_ROWS:
        return [CondPageBreak(_ROOM), *flowables]
    return [KeepTogether(flowables)]


def _styles() -> dict[str, Any]:
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    base = ParagraphStyle("base", fontName=REGULAR, fontSize=11, leading=19, wordWrap="CJK")

    def like(**changes: Any) -> Any:
        return ParagraphStyle("part", parent=base, **changes)

    return {
        "title": like(fontName=BOLD, fontSize=20, leading=30, alignment=TA_CENTER, spaceAfter=8),
        "about": like(fontSize=9, leading=14, alignment=TA_CENTER),
        "body": like(firstLineIndent=22),
        "note": like(fontSize=8.5, leading=13),
        "caption": like(fontName=BOLD, fontSize=9, alignment=TA_CENTER, spaceBefore=6),
        "cell": like(fontSize=8, leading=11),
        "head": like(fontName=BOLD, fontSize=8, leading=11, alignment=TA_CENTER),
        "number": like(fontSize=8, leading=11, alignment=TA_RIGHT),
        "heading1": like(fontName=BOLD, fontSize=13, leading=22, spaceBefore=10),
        "heading2": like(fontName=BOLD, fontSize=11, spaceBefore=6),
        "heading3": like(fontSize=11),
    }


def _paragraph(text: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph as Flow

    return Flow(escape(text), style)


def _flowables(part: object, styles: dict[str, Any]) -> list[Any]:
    from reportlab.platypus import PageBreak as Break
    from reportlab.platypus import Spacer

    match part:
        case Heading():
            return [_paragraph(part.text, styles[f"heading{part.level}"])]
        case Paragraph():
            return [_paragraph(part.text, styles["note" if part.note else "body"])]
        case IntervalChart():
            return [_paragraph(part.caption, styles["caption"]), drawing_of(part)]
        case Table():
            return [_paragraph(part.caption, styles["caption"]), _table(part, styles), Spacer(1, 6)]
        case PageBreak():
            return [Break()]
    raise TypeError(f"a report has no part {part!r}")


def _table(part: Table, styles: dict[str, Any]) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table as Grid

    rows = [[_paragraph(text, styles["head"]) for text in part.head]]
    for row in part.rows:
        rows.append([_paragraph(text, styles["number" if part.is_number(k) else "cell"]) for k, text in enumerate(row)])
    grid = Grid(rows, colWidths=[WIDTH * share for share in part.shares], repeatRows=1)
    line = HexColor("#8a94a0")
    grid.setStyle(
        [
            ("LINEABOVE", (0, 0), (-1, 0), 1, line),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, line),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, line),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return grid
