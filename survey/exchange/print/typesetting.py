"""Step 2, Chinese text on a printed page: embedded fonts, line breaks, text that shrinks to its box.

Nothing is asked of the machine: no installed font, no system library.
"""

import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts" / "noto-sans-sc"
REGULAR, BOLD = "NotoSansSC-Regular", "NotoSansSC-Bold"
UNKNOWN_SIGN = "〓"  # what Chinese printers set for a character that they have not
_NOT_FIRST = set("，。、；：？！）》」』】〉”’…—%％·")
_NOT_LAST = set("（《「『【〈“‘")
# A Latin word or number with what belongs to it is not broken; any other character may be.
_PIECES = re.compile(r"[0-9A-Za-z\u00c0-\u024f:/._@#&%+'’,;!?()-]+ ?|.", re.DOTALL)


class EmbeddedFont(TTFont):
    """A TrueType font whose text can be copied out of the PDF, beyond the basic plane too."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        """Write the subsets; then spell characters above U+FFFF as UTF-16, which reportlab leaves out (PDF 9.10.3)."""
        super().addObjects(doc)
        for name, made in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                made.content = re.sub(r"<([0-9A-F]{5,6})>", _as_utf16, made.content)


def _as_utf16(match: re.Match[str]) -> str:
    return f"<{chr(int(match[1], 16)).encode('utf-16-be').hex().upper()}>"


@dataclass(frozen=True)
class TextStyle:
    """Face, size in points and line height as a multiple of the size."""

    face: str = REGULAR
    size: float = 10
    leading: float = 1.5

    def sized(self, size: float) -> "TextStyle":
        return TextStyle(self.face, size, self.leading)


class Typesetter:
    """Measures and draws text on one canvas with the two faces; a character that the bold face lacks is set regular."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self._faces = {name: load_font(name) for name in (REGULAR, BOLD)}
        self.unknown: set[str] = set()
        self._known_ems: dict[tuple[str, str], float] = {}

    def width(self, text: str, style: TextStyle) -> float:
        return self._ems(text, style.face) * style.size

    def draw(self, x: float, y: float, text: str, style: TextStyle, *, align: str = "left") -> None:
        """One line with its baseline at `y`; `x` is its left end, middle (`center`) or right end (`right`)."""
        if align != "left":
            x -= self.width(text, style) * {"center": 0.5, "right": 1.0}[align]
        line = self.canvas.beginText(x, y)
        for face, run in self._runs(text, style.face):
            line.setFont(face, style.size)
            line.textOut(run)
        self.canvas.drawText(line)

    def draw_block(self, x: float, top: float, lines: Sequence[str], style: TextStyle, *, align: str = "left") -> float:
        """Lines below each other from `top` downwards; returns where the block ends."""
        step = style.size * style.leading
        for line in lines:
            self.draw(x, top - (step + style.size * 0.76) / 2, line, style, align=align)
            top -= step
        return top

    def wrap(self, text: str, style: TextStyle, width: float) -> list[str]:
        """Break `text` into lines no wider than `width`; no closing mark starts a line, no opening one ends it."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line: list[str] = []
            used = 0.0
            for piece in self._unbroken(paragraph, style, width):
                size = self.width(piece, style)
                if line and used + self.width(piece.rstrip(), style) > width + 0.01:
                    lines.append("".join(line).rstrip())
                    line, used = [], 0.0
                line.append(piece)
                used += size
            lines.append("".join(line).rstrip())
        return lines

    def fit(
        self, text: str, style: TextStyle, width: float, *, lines: int, smallest: float
    ) -> tuple[list[str], TextStyle]:
        """The largest size from the style's down to `smallest` at which `text` takes at most `lines` lines.

        Where even the smallest does not do, the size goes on shrinking: a long name is set small, never cut.
        Several lines are made about equally long.
        """
        if lines == 1:
            widest = width / max(self._ems(text, style.face), 0.001)
            return [text], style.sized(min(style.size, widest))
        size = style.size
        while True:
            wrapped = self.wrap(text, style.sized(size), width)
            if len(wrapped) <= lines or size <= 3:
                return self._balanced(text, wrapped, style.sized(size), width), style.sized(size)
            size = max(size - (1 if size > smallest else 0.5), 3)

    def _balanced(self, text: str, wrapped: list[str], style: TextStyle, width: float) -> list[str]:
        if len(wrapped) < 2:
            return wrapped
        narrow, wide = width / 2, width
        while wide - narrow > style.size / 2:
            middle = (narrow + wide) / 2
            if len(self.wrap(text, style, middle)) == len(wrapped):
                wide = middle
            else:
                narrow = middle
        return self.wrap(text, style, wide)

    def _ems(self, text: str, face: str) -> float:
        """Width at size 1. Remembered: the same pieces are measured again for every size that is tried."""
        known = self._known_ems.get((text, face))
        if known is None:
            known = sum(self._faces[found].stringWidth(run, 1) for found, run in self._runs(text, face))
            self._known_ems[text, face] = known
        return known

    def _runs(self, text: str, face: str) -> Iterator[tuple[str, str]]:
        """Stretches of `text` with the face that has their characters."""
        wanted, regular = self._faces[face].face.charToGlyph, self._faces[REGULAR].face.charToGlyph
        if all(ord(sign) in wanted for sign in text):
            if text:
                yield face, text
            return
        run, current = "", face
        for sign in text:
            if ord(sign) not in wanted and ord(sign) not in regular:
                self.unknown.add(sign)
                sign = UNKNOWN_SIGN  # noqa: PLW2901 - the sign that stands for it
            chosen = face if ord(sign) in wanted else REGULAR
            if run and chosen != current:
                yield current, run
                run = ""
            run, current = run + sign, chosen
        yield current, run

    def _unbroken(self, paragraph: str, style: TextStyle, width: float) -> Iterator[str]:
        """Pieces between which a line may end."""
        piece = ""
        for match in _PIECES.findall(paragraph):
            if piece and match[0] not in _NOT_FIRST and piece[-1] not in _NOT_LAST:
                yield from self._no_wider(piece, style, width)
                piece = ""
            piece += match
        yield from self._no_wider(piece, style, width)

    def _no_wider(self, piece: str, style: TextStyle, width: float) -> Iterator[str]:
        """The piece, cut into characters when it alone is wider than a line (a long address)."""
        if self.width(piece.rstrip(), style) <= width:
            yield piece
        else:
            yield from piece


@cache
def load_font(name: str) -> EmbeddedFont:
    """The face of that name, read once per process and made known to reportlab."""
    from reportlab.pdfbase import pdfmetrics

    font = EmbeddedFont(name, BytesIO(gzip.decompress((FONTS / f"{name}.ttf.gz").read_bytes())))
    pdfmetrics.registerFont(font)
    return font
