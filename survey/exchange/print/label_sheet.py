"""Step 2, labels: twenty-four of 70 x 37 mm on an A4 sheet (3 x 8, no gaps), to be stuck on what hangs already."""

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from survey.exchange.print.printed_code import PrintedCode
from survey.exchange.print.printed_page import ACCENT, MUTED, PrintedPage
from survey.exchange.print.typesetting import BOLD, TextStyle
from survey.invitation.code import spaced
from survey.invitation.sheet import LABEL_COLUMNS, LABEL_ROWS

_WIDTH, _HEIGHT = 70 * mm, 37 * mm
_ABOVE = (A4[1] - LABEL_ROWS * _HEIGHT) / 2
_PADDING = 4.5 * mm  # what most printers leave white at the edge of the sheet
_QR = 27 * mm
_TEXT_X = _PADDING + _QR + 2 * mm
_TEXT_WIDTH = _WIDTH - _TEXT_X - _PADDING


def draw_label(page: PrintedPage, code: PrintedCode, position: int) -> None:
    """Draw the label of `code` at `position` (0 to 23), counted along the rows."""
    row, column = divmod(position, LABEL_COLUMNS)
    page.canvas.saveState()
    page.canvas.translate(column * _WIDTH, A4[1] - _ABOVE - (row + 1) * _HEIGHT)
    page.qr(code.url, _PADDING, (_HEIGHT - _QR) / 2, _QR)
    _draw_words(page, code)
    page.canvas.restoreState()


def _draw_words(page: PrintedPage, code: PrintedCode) -> None:
    words, x, width = page.words, _TEXT_X, _TEXT_WIDTH
    top = _HEIGHT - _PADDING + 3
    top = page.line(x, top, words.organiser, TextStyle(size=6, leading=1.3), width, colour=ACCENT, smallest=4)
    top = page.line(x, top, words.title, TextStyle(BOLD, 8, 1.2), width, lines=2, smallest=5)
    top = page.line(x, top - 1, code.invitation.place.zh_hans, TextStyle(size=6.5, leading=1.25), width, lines=2)
    top = page.line(x, top - 1, spaced(code.invitation.code), TextStyle(BOLD, 12, 1.3), width)
    shown = code.url.removeprefix("https://")
    top = page.line(x, top, shown, TextStyle(BOLD, 6, 1.35), width, colour=ACCENT, smallest=3)
    for text in _legal(page):
        top = page.line(x, top, text, TextStyle(size=5.5, leading=1.25), width, colour=MUTED, smallest=3)


def _legal(page: PrintedPage) -> list[str]:
    """Numbers of form and approval, its end, whom to call: the rest stands on the page that the code opens."""
    values = {label: value for label, _, value in page.words.legal}
    named = [f"{label} {values[label]}" for label in ("有效期至", "核实电话")]
    return [f"{values['表号']} {values['批准文号']}", *named]
