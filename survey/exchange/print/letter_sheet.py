"""Step 2, a household's letter: one A4 page without a name, with one code that takes one answer.

The letters of one place are equal but for their codes: where the dwellings drawn there have one selection probability,
any letter may go to any of them, and nobody needs to know which code went where. For reminders by post somebody outside
keeps the list of codes and addresses; merged into the print, it stands on paper only.
"""

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import cm

from survey.exchange.print.printed_code import PrintedCode
from survey.exchange.print.printed_page import ACCENT, COLUMNS_TOP, FULL, INK, MARGIN, MUTED, WIDTH, PrintedPage
from survey.exchange.print.typesetting import BOLD, TextStyle

_QR = 7.7 * cm  # with its quiet zone
_QR_X = WIDTH - MARGIN - _QR
_TEXT_WIDTH = FULL - _QR - 26
_ADDRESS_HEIGHT = 74


def draw_letter(page: PrintedPage, code: PrintedCode) -> None:
    """Draw the letter of `code`."""
    top = page.frame("letter", lambda: _draw_frame(page))
    y = top + 18 + _ADDRESS_HEIGHT - 10
    if code.recipient:
        page.line(MARGIN, y, code.recipient, TextStyle(BOLD, 14, 1.4), FULL / 2, lines=3, smallest=9)
    else:
        _draw_place(page, code, y)
    page.qr(code.url, _QR_X, top - _QR, _QR)
    page.code(code.invitation, _QR_X + _QR / 2, top - _QR - 6, 21)
    page.address(code.url)


def _draw_place(page: PrintedPage, code: PrintedCode, y: float) -> None:
    place = code.invitation.place
    short = page.type.width(place.zh_hans, TextStyle(BOLD, 11)) <= FULL
    y = page.line(MARGIN, y, place.zh_hans, TextStyle(BOLD, 15 if short else 11, 1.3), FULL, lines=1 if short else 2)
    y = page.line(MARGIN, y, code.area, TextStyle(size=10), FULL, colour=MUTED)
    page.line(MARGIN, y, place.en or code.area_en, TextStyle(size=9.5, leading=1.4), FULL, colour=MUTED)


def _draw_frame(page: PrintedPage) -> float:
    """What all letters share; returns the top of the QR code."""
    top = page.heading(title_size=24) - 8 - _ADDRESS_HEIGHT
    page.canvas.setStrokeColor(HexColor("#c5cfd4"))
    page.canvas.setLineWidth(0.5)
    page.canvas.line(MARGIN, top, WIDTH - MARGIN, top)
    top -= 18
    _draw_text(page, top)
    below = top - _QR - 44
    middle = _QR_X + _QR / 2
    below = page.line(middle, below, page.words.once, TextStyle(BOLD, 11.5), _QR, colour=ACCENT, align="center")
    page.line(middle, below, page.words.once_en, TextStyle(size=8.5, leading=1.4), _QR, colour=MUTED, align="center")
    page.columns()
    page.legal_notice()
    return top


def _draw_text(page: PrintedPage, top: float) -> None:
    """The letter itself, in the largest size that leaves the columns free."""
    size = 12.0
    while size > 6 and top - _text_height(page, size) < COLUMNS_TOP + 10:
        size -= 0.25
    for text, style, gap, colour in _paragraphs(page, size):
        top = page.paragraph(MARGIN, top, text, style, _TEXT_WIDTH, colour=colour) - gap


def _text_height(page: PrintedPage, size: float) -> float:
    return sum(
        len(page.type.wrap(text, style, _TEXT_WIDTH)) * style.size * style.leading + gap
        for text, style, gap, _ in _paragraphs(page, size)
    )


def _paragraphs(page: PrintedPage, size: float) -> list[tuple[str, TextStyle, float, Color]]:
    """Text, style, the gap below it, colour."""
    chinese, english = TextStyle(size=size, leading=1.65), TextStyle(size=size * 0.8, leading=1.45)
    return [(text, chinese, size * 0.7, INK) for text in page.words.letter] + [
        (text, english, size * 0.4, MUTED) for text in page.words.letter_en
    ]
