"""Step 2, a poster's code on a smaller sheet: A5 for a counter, or an A4 folded to a tent that shows the same twice.

One layout for both: where the face is upright the words stand above the QR code, where it is wide beside it.
"""

from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import cm

from survey.exchange.print.printed_code import PrintedCode
from survey.exchange.print.printed_page import ACCENT, MUTED, PrintedPage
from survey.exchange.print.typesetting import BOLD, TextStyle

_MARGIN = 1.2 * cm
_LEGAL_HEIGHT = 62


@dataclass(frozen=True)
class Face:
    """A rectangle in points with its lower left corner at 0, 0."""

    width: float
    height: float

    @property
    def full(self) -> float:
        return self.width - 2 * _MARGIN


_UPRIGHT, _WIDE = Face(*A5), Face(A4[0], A4[1] / 2)
_UPRIGHT_QR, _WIDE_QR = 6.9 * cm, 6.6 * cm
_BELOW_QR = 64  # code, invitation to scan, English
_WIDE_QR_X = _WIDE.width - _MARGIN - _WIDE_QR


def draw_a5(page: PrintedPage, code: PrintedCode) -> None:
    """Draw the A5 sheet of `code`."""
    top = page.frame("a5", lambda: _draw_upright_frame(page))
    middle = _UPRIGHT.width / 2
    top = _place(page, code, middle, top - 8, _UPRIGHT.full, align="center")
    foot = _MARGIN + _LEGAL_HEIGHT + 64
    size = min(top - 6 - foot - _BELOW_QR, _UPRIGHT_QR)
    bottom = foot + _BELOW_QR
    page.qr(code.url, middle - size / 2, bottom, size)
    _below_qr(page, code, middle, bottom, _UPRIGHT.full)
    _address(page, code, _MARGIN, foot - 4, _UPRIGHT.full)


def draw_card(page: PrintedPage, code: PrintedCode) -> None:
    """Draw both faces of the tent card; the upper one stands on its head until the sheet is folded."""
    canvas = page.canvas
    canvas.saveState()
    canvas.setStrokeColor(HexColor("#c5cfd4"))
    canvas.setDash(4, 4)
    canvas.line(0, _WIDE.height, _WIDE.width, _WIDE.height)
    canvas.restoreState()
    _draw_face(page, code)
    canvas.saveState()
    canvas.translate(A4[0], A4[1])
    canvas.rotate(180)
    _draw_face(page, code)
    canvas.restoreState()


def _draw_face(page: PrintedPage, code: PrintedCode) -> None:
    top = page.frame("face", lambda: _draw_wide_frame(page))
    width = _WIDE_QR_X - _MARGIN - 22
    top = _place(page, code, _MARGIN, top - 8, width, align="left")
    _address(page, code, _MARGIN, top - 8, width)
    bottom = _wide_qr_bottom()
    page.qr(code.url, _WIDE_QR_X, bottom, _WIDE_QR)
    _below_qr(page, code, _WIDE_QR_X + _WIDE_QR / 2, bottom, _WIDE_QR)


def _wide_qr_bottom() -> float:
    foot = _MARGIN + _LEGAL_HEIGHT
    return foot + (_WIDE.height - foot - _WIDE_QR - _BELOW_QR) / 2 + _BELOW_QR - 4


def _draw_upright_frame(page: PrintedPage) -> float:
    top = _bar(page, _UPRIGHT)
    top = _heading(page, _UPRIGHT.width / 2, top, _UPRIGHT.full, title=19, align="center")
    _legal(page, _UPRIGHT)
    return top


def _draw_wide_frame(page: PrintedPage) -> float:
    top = _bar(page, _WIDE)
    top = _heading(page, _MARGIN, top, _WIDE_QR_X - _MARGIN - 22, title=21, align="left")
    _legal(page, _WIDE)
    return top


def _bar(page: PrintedPage, face: Face) -> float:
    page.canvas.setFillColor(ACCENT)
    page.canvas.rect(0, face.height - 7, face.width, 7, stroke=0, fill=1)
    return face.height - 7 - 14


def _heading(page: PrintedPage, x: float, top: float, width: float, *, title: float, align: str) -> float:
    """Organiser, title and purpose in both languages; returns where they end."""
    words = page.words
    top = page.line(x, top, words.organiser, TextStyle(BOLD, 10.5, 1.45), width, colour=ACCENT, align=align)
    top = page.line(x, top, words.organiser_en, TextStyle(size=7.5, leading=1.3), width, colour=MUTED, align=align)
    style = TextStyle(BOLD, title, 1.25)
    lines = 1 if page.type.width(words.title, style) <= width else 2
    top = page.line(x, top - 5, words.title, style, width, lines=lines, smallest=10, align=align)
    top = page.line(x, top, words.title_en, TextStyle(size=8.5, leading=1.4), width, colour=MUTED, align=align)
    style = TextStyle(size=10, leading=1.45)
    top = page.line(x, top - 4, words.purpose, style, width, lines=3, smallest=8, align=align)
    style = TextStyle(size=7.5, leading=1.35)
    return page.line(x, top - 1, words.purpose_en, style, width, colour=MUTED, lines=2, align=align)


def _place(page: PrintedPage, code: PrintedCode, x: float, top: float, width: float, *, align: str) -> float:
    place = code.invitation.place
    style = TextStyle(BOLD, 13, 1.3)
    lines = 1 if page.type.width(place.zh_hans, style) <= width else 2
    top = page.line(x, top, place.zh_hans, style, width, lines=lines, smallest=8, align=align)
    where = " · ".join(part for part in (code.area, place.en or code.area_en) if part)
    return page.line(x, top, where, TextStyle(size=8, leading=1.4), width, colour=MUTED, lines=2, align=align)


def _below_qr(page: PrintedPage, code: PrintedCode, middle: float, top: float, width: float) -> None:
    top = page.code(code.invitation, middle, top - 2, 18)
    top = page.line(middle, top, page.words.scan, TextStyle(BOLD, 11, 1.4), width, align="center")
    page.line(middle, top, page.words.scan_en, TextStyle(size=7.5, leading=1.4), width, colour=MUTED, align="center")


def _address(page: PrintedPage, code: PrintedCode, x: float, top: float, width: float) -> None:
    """For people who type, and the notice of privacy."""
    words = page.words
    top = page.line(x, top, words.by_hand_lines, TextStyle(size=8.5, leading=1.5), width)
    shown = code.url.removeprefix("https://")
    top = page.line(x, top, shown, TextStyle(BOLD, 10.5, 1.5), width, colour=ACCENT)
    page.line(x, top - 1, words.privacy_lines, TextStyle(size=8, leading=1.4), width, lines=2, smallest=6)


def _legal(page: PrintedPage, face: Face) -> None:
    """The five statutory fields and the telephone in three columns at the foot."""
    canvas, top = page.canvas, _MARGIN + _LEGAL_HEIGHT - 6
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(0.8)
    canvas.line(_MARGIN, top, face.width - _MARGIN, top)
    column = face.full / 3
    for number, (label, label_en, value) in enumerate(page.words.legal):
        x, y = _MARGIN + number % 3 * column, top - 4 - number // 3 * 27
        y = page.line(x, y, f"{label} {label_en}", TextStyle(size=6.5, leading=1.4), column - 8, colour=MUTED)
        page.line(x, y, value, TextStyle(BOLD, 8, 1.1), column - 8, lines=2, smallest=5)
