"""Step 2, a poster: one A4 page for one place, with a QR code that is read from one and a half metres."""

from reportlab.lib.units import cm

from survey.exchange.print.printed_code import PrintedCode
from survey.exchange.print.printed_page import COLUMNS_TOP, FULL, MARGIN, MIDDLE, MUTED, WASH, PrintedPage
from survey.exchange.print.typesetting import BOLD, TextStyle

_CARD_WIDTH = FULL - 56
_CARD_BOTTOM = COLUMNS_TOP + 14
_INSIDE = _CARD_WIDTH - 40
_LARGEST_QR = 9 * cm
_ABOVE_QR, _BELOW_QR = 62, 88  # place name; code and invitation to scan


def draw_poster(page: PrintedPage, code: PrintedCode) -> None:
    """Draw the poster of `code`. The QR code takes what the title leaves: 9 cm, or 7 under a title of two lines."""
    card_top = page.frame("poster", lambda: _draw_frame(page))
    place = code.invitation.place
    style = TextStyle(BOLD, 22, 1.3)
    name_lines = 1 if page.type.fit(place.zh_hans, style, _INSIDE, lines=1, smallest=7)[1].size >= 13 else 2
    style = style if name_lines == 1 else TextStyle(BOLD, 14, 1.2)
    top = page.line(MIDDLE, card_top - 11, place.zh_hans, style, _INSIDE, lines=name_lines, align="center")
    where = " · ".join(part for part in (code.area, place.en or code.area_en) if part)
    page.line(MIDDLE, top, where, TextStyle(size=10, leading=1.4), _INSIDE, colour=MUTED, smallest=6, align="center")
    size = min(card_top - _CARD_BOTTOM - _ABOVE_QR - _BELOW_QR, _LARGEST_QR)
    y = card_top - _ABOVE_QR - size
    page.qr(code.url, MIDDLE - size / 2, y, size)
    page.code(code.invitation, MIDDLE, y - 4, 25)
    page.address(code.url)


def _draw_frame(page: PrintedPage) -> float:
    """What all posters share; returns the top of the card that holds place and code."""
    words = page.words
    top = page.heading(title_size=33)
    top = page.line(
        MIDDLE, top - 5, words.purpose, TextStyle(size=13.5, leading=1.45), FULL, lines=2, smallest=10, align="center"
    )
    top = page.line(MIDDLE, top - 1, words.purpose_en, TextStyle(size=9.5), FULL, colour=MUTED, align="center")
    highest = _CARD_BOTTOM + _ABOVE_QR + _LARGEST_QR + _BELOW_QR
    card_top = min(top - 9, highest)
    page.canvas.setFillColor(WASH)
    page.canvas.roundRect(MARGIN + 28, _CARD_BOTTOM, _CARD_WIDTH, card_top - _CARD_BOTTOM, 12, stroke=0, fill=1)
    style = TextStyle(BOLD, 16, 1.4)
    below = page.line(MIDDLE, _CARD_BOTTOM + 49, words.scan, style, _INSIDE, align="center")
    page.line(MIDDLE, below, words.scan_en, TextStyle(size=9.5, leading=1.4), _INSIDE, colour=MUTED, align="center")
    page.columns()
    page.legal_notice()
    return card_top
