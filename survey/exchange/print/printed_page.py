"""Step 2, the parts that posters and letters share: heading, QR code, the two columns, the statutory notice.

Sizes in points from the lower left corner of an A4 page. What does not change from page to page is drawn once.
"""

from collections.abc import Callable

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas

from survey.exchange.print.print_words import PrintWords
from survey.exchange.print.qr_code import QUIET_ZONE, dark_runs, qr_modules
from survey.exchange.print.typesetting import BOLD, TextStyle, Typesetter
from survey.invitation.code import spaced
from survey.invitation.invitation import Invitation

WIDTH, HEIGHT = A4
MARGIN = 1.9 * cm
MIDDLE = WIDTH / 2
FULL = WIDTH - 2 * MARGIN
HALF = FULL / 2 - 12
# The colours of the pages on screen (survey/static/css), dark enough for a black-and-white printer.
INK, MUTED, ACCENT, WASH = HexColor("#1c2327"), HexColor("#56616a"), HexColor("#0b5873"), HexColor("#e3eff3")

_LEGAL_STEP = 25
LEGAL_TOP = 1.15 * cm + 3 * _LEGAL_STEP
COLUMNS_HEIGHT = 100
COLUMNS_TOP = LEGAL_TOP + 12 + COLUMNS_HEIGHT

# Streams of deflated bytes, not their spelling in ASCII: a quarter smaller and twice as fast to write.
rl_config.useA85 = 0


class PrintedPage:
    """Draws on the current page of a canvas. The words are those of one wave."""

    def __init__(self, canvas: Canvas, words: PrintWords) -> None:
        self.canvas = canvas
        self.words = words
        self.type = Typesetter(canvas)
        self._frames: dict[str, float] = {}

    def frame(self, name: str, draw: Callable[[], float]) -> float:
        """What all pages of a kind share: drawn once, then referred to; returns what `draw` returned."""
        if name not in self._frames:
            self.canvas.beginForm(name)
            self._frames[name] = draw()
            self.canvas.endForm()
        self.canvas.doForm(name)
        return self._frames[name]

    def line(
        self,
        x: float,
        top: float,
        text: str,
        style: TextStyle,
        width: float,
        *,
        colour: Color = INK,
        lines: int = 1,
        smallest: float = 7,
        align: str = "left",
    ) -> float:
        """Text that shrinks until it fits `lines` lines of `width`; returns where it ends."""
        if not text:
            return top
        wrapped, fitted = self.type.fit(text, style, width, lines=lines, smallest=smallest)
        self.canvas.setFillColor(colour)
        return self.type.draw_block(x, top, wrapped, fitted, align=align)

    def paragraph(
        self, x: float, top: float, text: str, style: TextStyle, width: float, *, colour: Color = INK
    ) -> float:
        """Text broken into as many lines as it needs; returns where it ends."""
        self.canvas.setFillColor(colour)
        return self.type.draw_block(x, top, self.type.wrap(text, style, width), style)

    def heading(self, title_size: float) -> float:
        """Accent bar, organiser, title; returns where the rest begins."""
        words = self.words
        self.canvas.setFillColor(ACCENT)
        self.canvas.rect(0, HEIGHT - 9, WIDTH, 9, stroke=0, fill=1)
        top = HEIGHT - 1.25 * cm
        top = self.line(MIDDLE, top, words.organiser, TextStyle(BOLD, 13.5, 1.45), FULL, colour=ACCENT, align="center")
        top = self.line(
            MIDDLE, top, words.organiser_en, TextStyle(size=9, leading=1.3), FULL, colour=MUTED, align="center"
        )
        style = TextStyle(BOLD, title_size, 1.28)
        one_line = self.type.fit(words.title, style, FULL, lines=1, smallest=7)[1].size
        lines = 1 if one_line >= title_size * 0.66 else 2
        top = self.line(MIDDLE, top - 9, words.title, style, FULL, lines=lines, smallest=12, align="center")
        style = TextStyle(size=11, leading=1.4)
        return self.line(MIDDLE, top - 1, words.title_en, style, FULL, colour=MUTED, align="center")

    def qr(self, url: str, x: float, y: float, size: float) -> None:
        """The code on white, lower left corner at x, y; `size` counts the quiet zone in."""
        modules = qr_modules(url)
        count = len(modules) + 2 * QUIET_ZONE
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(x, y + size)
        canvas.scale(size / count, -size / count)
        canvas.setFillColor(white)
        canvas.roundRect(0, 0, count, count, 2, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#000000"))
        # Whole numbers of modules, and a hair more height, so that no viewer shows a white seam between two rows.
        runs = [
            f"{column + QUIET_ZONE} {row + QUIET_ZONE} {length} 1.01 re" for row, column, length in dark_runs(modules)
        ]
        canvas.addLiteral("\n".join([*runs, "f"]))
        canvas.restoreState()

    def code(self, invitation: Invitation, x: float, top: float, size: float) -> float:
        """The code in groups of three, centred at `x`."""
        self.canvas.setFillColor(INK)
        text = spaced(invitation.code).replace(" ", "  ")
        return self.type.draw_block(x, top, [text], TextStyle(BOLD, size, 1.3), align="center")

    def columns(self) -> None:
        """The headings of both columns and the whole right one: privacy."""
        words, right = self.words, MIDDLE + 12
        for x, heading in ((MARGIN, words.by_hand), (right, words.privacy)):
            self.line(x, COLUMNS_TOP, heading, TextStyle(BOLD, 11.5, 1.6), HALF, colour=ACCENT)
        top = COLUMNS_TOP - 11.5 * 1.6
        self.paragraph(MARGIN, top, words.by_hand_lines, TextStyle(size=10), HALF)
        top = self.paragraph(right, top, words.privacy_lines, TextStyle(size=10), HALF)
        self.paragraph(right, top - 1, words.privacy_en, TextStyle(size=8, leading=1.35), HALF, colour=MUTED)

    def address(self, url: str) -> None:
        """The left column's own part: the address in print, for people who type."""
        top = COLUMNS_TOP - 11.5 * 1.6 - 15
        shown = url.removeprefix("https://")
        top = self.line(MARGIN, top, shown, TextStyle(BOLD, 12.5, 1.5), HALF, colour=ACCENT)
        self.paragraph(MARGIN, top, self.words.by_hand_en, TextStyle(size=8, leading=1.35), HALF, colour=MUTED)

    def legal_notice(self) -> None:
        """The five fields that the statistics law wants, and the telephone to check with, at the foot of the page."""
        self.canvas.setStrokeColor(ACCENT)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(MARGIN, LEGAL_TOP, WIDTH - MARGIN, LEGAL_TOP)
        for number, (label, label_en, value) in enumerate(self.words.legal):
            x = MARGIN + (number % 2) * (HALF + 24)
            base = LEGAL_TOP - 16 - (number // 2) * _LEGAL_STEP
            self.canvas.setFillColor(MUTED)
            self.type.draw(x, base, label, TextStyle(size=9.5))
            self.type.draw(x, base - 8.5, label_en, TextStyle(size=6.5))
            lines, style = self.type.fit(value, TextStyle(BOLD, 10.5, 1.1), HALF - 72, lines=2, smallest=7)
            self.canvas.setFillColor(INK)
            for position, text in enumerate(lines):
                self.type.draw(x + 72, base - position * style.size * style.leading, text, style)
