"""Step 2, what is printed for a wave: one A4 page per poster or household letter, as one PDF with vector QR codes.

What stands on every page of a wave is drawn once and referred to, so that a thousand pages take seconds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas

from survey.exchange.print_words import PrintWords, wave_words
from survey.exchange.qr_code import QUIET_ZONE, dark_runs, qr_modules
from survey.exchange.typesetting import BOLD, REGULAR, TextStyle, Typesetter, load_font
from survey.invitation.code import spaced
from survey.invitation.invitation import Invitation, InvitationKind
from survey.programme.wave import Wave

WIDTH, HEIGHT = A4
MARGIN = 1.9 * cm
MIDDLE = WIDTH / 2
POSTER_QR = 8.6 * cm  # with its quiet zone; seen from one and a half metres
LETTER_QR = 7.2 * cm
INK, QUIET, ACCENT, TINT = HexColor("#1d2327"), HexColor("#5b656d"), HexColor("#1f5a8a"), HexColor("#eef4f9")


@dataclass(frozen=True)
class PrintedCode:
    """One page: the invitation, the address that its QR code holds, and where it belongs in words (zh, en)."""

    invitation: Invitation
    url: str
    area: str
    area_en: str


def write_sheets(
    file: BinaryIO, wave: Wave, codes: Iterable[PrintedCode], on_page: Callable[[], object] = lambda: None
) -> frozenset[str]:
    """Write the pages to `file` in the order given, calling `on_page` after each one.

    Returns the characters that the fonts have not and that stand as 〓 on the pages; empty when all is well.
    """
    load_font(REGULAR)
    canvas = Canvas(file, pagesize=A4, pageCompression=1, initialFontName=REGULAR, invariant=1)
    canvas.setTitle(wave.name.zh_hans)
    canvas.setAuthor(wave.organiser.name.zh_hans)
    sheets = _Sheets(canvas, wave)
    for code in codes:
        if code.invitation.kind is InvitationKind.POSTER:
            sheets.poster(code)
        else:
            sheets.letter(code)
        canvas.showPage()
        on_page()
    canvas.save()
    return frozenset(sheets.type.unknown)


class _Sheets:
    """Draws pages of one wave on one canvas."""

    def __init__(self, canvas: Canvas, wave: Wave) -> None:
        self.canvas = canvas
        self.type = Typesetter(canvas)
        self.words: PrintWords = wave_words(wave)
        self._drawn: dict[str, float] = {}

    def poster(self, code: PrintedCode) -> None:
        top = self._once("poster", self._poster_frame)
        place = code.invitation.place
        lines, style = self.type.fit(place.zh_hans, TextStyle(BOLD, 22, 1.3), 14.6 * cm, lines=1, smallest=12)
        self._ink()
        y = self.type.draw_block(MIDDLE, top, lines, style, align="center")
        where = " · ".join(part for part in (code.area, place.en) if part)
        lines, style = self.type.fit(where, TextStyle(size=10), 14.6 * cm, lines=1, smallest=7)
        self._ink(QUIET)
        y = self.type.draw_block(MIDDLE, y, lines, style, align="center") - 3
        self._qr(code.url, MIDDLE - POSTER_QR / 2, y - POSTER_QR, POSTER_QR)
        self._code(code, MIDDLE, y - POSTER_QR - 4, 26, align="center")
        self._without_scanning(code, self._drawn["columns"])

    def _poster_frame(self) -> float:
        """What all posters share; returns where the place's name begins."""
        y = self._heading(title_size=32)
        self._ink()
        lines, style = self.type.fit(
            self.words.purpose, TextStyle(size=13.5, leading=1.5), WIDTH - 2 * MARGIN, lines=2, smallest=10
        )
        y = self.type.draw_block(MIDDLE, y - 6, lines, style, align="center")
        self._ink(QUIET)
        lines, style = self.type.fit(
            self.words.purpose_en, TextStyle(size=9.5), WIDTH - 2 * MARGIN, lines=1, smallest=7
        )
        y = self.type.draw_block(MIDDLE, y - 1, lines, style, align="center")
        card_top = y - 12
        card_height = POSTER_QR + 142
        self._card(MARGIN + 28, card_top - card_height, WIDTH - 2 * MARGIN - 56, card_height)
        self._ink(ACCENT)
        self.type.draw(MIDDLE, card_top - card_height + 31, self.words.scan, TextStyle(BOLD, 16), align="center")
        self._ink(QUIET)
        self.type.draw(MIDDLE, card_top - card_height + 15, self.words.scan_en, TextStyle(size=9.5), align="center")
        self._drawn["columns"] = card_top - card_height - 18
        self._privacy(self._drawn["columns"])
        self._legal_notice()
        return card_top - 10

    def letter(self, code: PrintedCode) -> None:
        top = self._once("letter", self._letter_frame)
        left = MARGIN
        self._ink()
        lines, style = self.type.fit(code.invitation.place.zh_hans, TextStyle(BOLD, 15, 1.4), 9 * cm, lines=2, smallest=9)
        y = self.type.draw_block(left, self._drawn["address"], lines, style)
        self._ink(QUIET)
        for text in (code.area, code.invitation.place.en or code.area_en):
            lines, style = self.type.fit(text, TextStyle(size=9.5), 9 * cm, lines=1, smallest=6)
            y = self.type.draw_block(left, y, lines, style)
        x = WIDTH - MARGIN - LETTER_QR
        self._qr(code.url, x, top - LETTER_QR, LETTER_QR)
        self._code(code, x + LETTER_QR / 2, top - LETTER_QR - 4, 20, align="center")
        self._without_scanning(code, self._drawn["columns"])

    def _letter_frame(self) -> float:
        """What all letters share; returns the top of the QR code."""
        y = self._heading(title_size=24)
        self._drawn["address"] = y - 14
        y -= 82
        self.canvas.setStrokeColor(HexColor("#c9d3db"))
        self.canvas.line(MARGIN, y, WIDTH - MARGIN, y)
        top = y - 18
        width = WIDTH - 2 * MARGIN - LETTER_QR - 26
        self._ink()
        y = top
        for paragraph in self.words.letter:
            lines = self.type.wrap(paragraph, TextStyle(size=11.5, leading=1.65), width)
            y = self.type.draw_block(MARGIN, y, lines, TextStyle(size=11.5, leading=1.65)) - 7
        self._ink(QUIET)
        for paragraph in self.words.letter_en:
            lines = self.type.wrap(paragraph, TextStyle(size=9.5, leading=1.45), width)
            y = self.type.draw_block(MARGIN, y, lines, TextStyle(size=9.5, leading=1.45)) - 4
        x = WIDTH - MARGIN - LETTER_QR / 2
        below = top - LETTER_QR - 48
        self._ink(ACCENT)
        lines, style = self.type.fit(self.words.once, TextStyle(BOLD, 11.5), LETTER_QR, lines=2, smallest=8)
        below = self.type.draw_block(x, below, lines, style, align="center")
        self._ink(QUIET)
        lines, style = self.type.fit(self.words.once_en, TextStyle(size=8.5), LETTER_QR, lines=2, smallest=7)
        below = self.type.draw_block(x, below, lines, style, align="center")
        self._drawn["columns"] = min(y, below) - 20
        self._privacy(self._drawn["columns"])
        self._legal_notice()
        return top

    def _once(self, name: str, draw: Callable[[], float]) -> float:
        """Draw a frame the first time, and refer to it on every page."""
        if name not in self._drawn:
            self.canvas.beginForm(name)
            self._drawn[name] = draw()
            self.canvas.endForm()
        self.canvas.doForm(name)
        return self._drawn[name]

    def _heading(self, title_size: float) -> float:
        """Organiser, title and the accent rule; returns where the rest begins."""
        y = HEIGHT - 1.3 * cm
        self.canvas.setFillColor(ACCENT)
        self.canvas.rect(0, HEIGHT - 9, WIDTH, 9, stroke=0, fill=1)
        width = WIDTH - 2 * MARGIN
        for text, wanted in (
            (self.words.organiser, TextStyle(BOLD, 13.5, 1.5)),
            (self.words.organiser_en, TextStyle(size=9, leading=1.3)),
        ):
            lines, style = self.type.fit(text, wanted, width, lines=1, smallest=7)
            self._ink(ACCENT if wanted.face == BOLD else QUIET)
            y = self.type.draw_block(MIDDLE, y, lines, style, align="center")
        lines, style = self.type.fit(
            self.words.title, TextStyle(BOLD, title_size, 1.25), width, lines=2, smallest=title_size / 2
        )
        self._ink()
        y = self.type.draw_block(MIDDLE, y - 10, lines, style, align="center")
        lines, style = self.type.fit(self.words.title_en, TextStyle(size=11, leading=1.4), width, lines=1, smallest=7)
        self._ink(QUIET)
        return self.type.draw_block(MIDDLE, y - 1, lines, style, align="center")

    def _card(self, x: float, y: float, width: float, height: float) -> None:
        self.canvas.setFillColor(TINT)
        self.canvas.roundRect(x, y, width, height, 12, stroke=0, fill=1)

    def _qr(self, url: str, x: float, y: float, size: float) -> None:
        """The code on white with its quiet zone; `size` counts the quiet zone in."""
        modules = qr_modules(url)
        module = size / (len(modules) + 2 * QUIET_ZONE)
        self.canvas.setFillColor(white)
        self.canvas.roundRect(x, y, size, size, 2 * module, stroke=0, fill=1)
        self.canvas.setFillColor(HexColor("#000000"))
        path = self.canvas.beginPath()
        top = y + size - QUIET_ZONE * module
        for row, column, length in dark_runs(modules):
            # A hair more height, so that no viewer shows a white seam between two rows.
            path.rect(x + (QUIET_ZONE + column) * module, top - (row + 1) * module, length * module, module * 1.005)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def _code(self, code: PrintedCode, x: float, top: float, size: float, *, align: str) -> None:
        self._ink()
        self.type.draw_block(
            x, top, [spaced(code.invitation.code).replace(" ", "  ")], TextStyle(BOLD, size, 1.35), align=align
        )

    def _without_scanning(self, code: PrintedCode, top: float) -> None:
        """Left column: the address and the code in print, for people who type."""
        width = (WIDTH - 2 * MARGIN) / 2 - 14
        y = self._column(MARGIN, top, self.words.by_hand, self.words.by_hand_lines, width)
        self._ink(ACCENT)
        lines, style = self.type.fit(
            code.url.removeprefix("https://"), TextStyle(BOLD, 12.5, 1.5), width, lines=1, smallest=7
        )
        y = self.type.draw_block(MARGIN, y, lines, style)
        self._ink(QUIET)
        lines = self.type.wrap(self.words.by_hand_en, TextStyle(size=8.5, leading=1.4), width)
        self.type.draw_block(MARGIN, y, lines, TextStyle(size=8.5, leading=1.4))

    def _privacy(self, top: float) -> None:
        """Right column."""
        x = MIDDLE + 14
        width = (WIDTH - 2 * MARGIN) / 2 - 14
        y = self._column(x, top, self.words.privacy, self.words.privacy_lines, width)
        self._ink(QUIET)
        lines = self.type.wrap(self.words.privacy_en, TextStyle(size=8.5, leading=1.4), width)
        self.type.draw_block(x, y, lines, TextStyle(size=8.5, leading=1.4))

    def _column(self, x: float, top: float, heading: str, text: str, width: float) -> float:
        self._ink(ACCENT)
        y = self.type.draw_block(x, top, [heading], TextStyle(BOLD, 11.5, 1.6))
        self._ink()
        style = TextStyle(size=10.5, leading=1.5)
        return self.type.draw_block(x, y, self.type.wrap(text, style, width), style)

    def _legal_notice(self) -> None:
        """The five fields that the statistics law wants, and the telephone to check with, at the foot of the page."""
        step = 24
        y = 1.4 * cm + 3 * step
        self.canvas.setStrokeColor(ACCENT)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(MARGIN, y + 8, WIDTH - MARGIN, y + 8)
        half = (WIDTH - 2 * MARGIN) / 2
        for number, (label, label_en, value) in enumerate(self.words.legal):
            x = MARGIN + (number % 2) * (half + 14)
            line = y - 6 - (number // 2) * step
            self._ink(QUIET)
            self.type.draw(x, line, label, TextStyle(size=9.5))
            self.type.draw(x, line - 9, label_en, TextStyle(size=6.5))
            self._ink()
            lines, style = self.type.fit(value, TextStyle(BOLD, 10.5, 1.05), half - 14 - 76, lines=2, smallest=7)
            bottom = line + (0 if len(lines) == 1 else 1) + 8
            self.type.draw_block(x + 76, bottom + 2, lines, style)

    def _ink(self, colour: HexColor = INK) -> None:
        self.canvas.setFillColor(colour)
