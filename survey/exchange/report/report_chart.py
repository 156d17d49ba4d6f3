"""The chart of a report: one drawing, set into the PDF as it is, into HTML as SVG, into Word as a picture. Step 8."""

from io import BytesIO
from typing import Any, Literal, TypeAlias

from survey.exchange.print.sheet_picture import first_page_as_png
from survey.exchange.print.typesetting import REGULAR, load_font
from survey.programme.report import IntervalChart

Anchor: TypeAlias = Literal["start", "middle", "end"]
WIDTH = 440.0
_LABELS, _SIGN, _ROW, _TOP = 150.0, 20.0, 19.0, 8.0
_AXIS = 22.0
_INK, _QUIET, _TARGET = "#1f2933", "#8a94a0", "#b4490f"


def drawing_of(chart: IntervalChart) -> Any:
    """A reportlab drawing; readable without colour: the decision's sign stands at the end of each line."""
    from reportlab.graphics.shapes import Circle, Drawing, Line
    from reportlab.lib.colors import HexColor

    load_font(REGULAR)
    height = _TOP + _ROW * len(chart.bars) + _AXIS
    drawing = Drawing(WIDTH, height)
    ink, quiet, goal = (HexColor(colour) for colour in (_INK, _QUIET, _TARGET))
    lowest = min(min(bar.lower, bar.target if bar.target is not None else 1.0) for bar in chart.bars)
    start = max(0.0, int(lowest * 10) / 10 - 0.1)

    def x(value: float) -> float:
        return _LABELS + (value - start) / (1 - start) * (WIDTH - _LABELS - _SIGN - 8)

    for tenth in range(round(start * 10), 11):
        place = x(tenth / 10)
        drawing.add(Line(place, _AXIS - 4, place, height - _TOP, strokeColor=HexColor("#dde2e7"), strokeWidth=0.5))
        drawing.add(_text(place, 6, f"{tenth * 10}%", 7.5, quiet, "middle"))
    for k, bar in enumerate(chart.bars):
        y = height - _TOP - _ROW * (k + 0.5)
        drawing.add(_text(_LABELS - 8, y - 3, _cut(bar.label), 8.5, ink, "end"))
        drawing.add(Line(x(bar.lower), y, x(bar.upper), y, strokeColor=ink, strokeWidth=2))
        drawing.add(Circle(x(bar.estimate), y, 3, fillColor=ink, strokeColor=HexColor("#ffffff"), strokeWidth=0.8))
        if bar.target is not None:
            place = x(bar.target)
            drawing.add(Line(place, y - 7, place, y + 7, strokeColor=goal, strokeWidth=1.6))
        drawing.add(_text(WIDTH - 10, y - 3, bar.sign, 10, ink, "middle"))
    return drawing


def _text(x: float, y: float, text: str, size: float, colour: Any, anchor: Anchor) -> Any:
    from reportlab.graphics.shapes import String

    return String(x, y, text, fontName=REGULAR, fontSize=size, fillColor=colour, textAnchor=anchor)


def _cut(label: str) -> str:
    return label if len(label) <= 17 else f"{label[:16]}…"


def as_svg(chart: IntervalChart) -> str:
    """The drawing as an `svg` element, without the head of an own file."""
    from reportlab.graphics import renderSVG

    text: str = renderSVG.drawToString(drawing_of(chart))
    return text[text.index("<svg") :]


def as_png(chart: IntervalChart) -> bytes:
    from reportlab.graphics import renderPDF

    file = BytesIO()
    renderPDF.drawToFile(drawing_of(chart), file)
    return first_page_as_png(file.getvalue(), dots_per_inch=220)
