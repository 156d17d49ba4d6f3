"""Step 2, what is printed for a wave: one A4 page per poster or household letter, in one PDF with embedded fonts."""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from survey.exchange.letter_sheet import draw_letter
from survey.exchange.poster_sheet import draw_poster
from survey.exchange.print_words import wave_words
from survey.exchange.printed_code import PrintedCode
from survey.exchange.printed_page import PrintedPage
from survey.exchange.typesetting import REGULAR, load_font
from survey.invitation.invitation import InvitationKind
from survey.programme.wave import Wave

_DRAW = {InvitationKind.POSTER: draw_poster, InvitationKind.LETTER: draw_letter}


def write_sheets(
    file: BinaryIO, wave: Wave, codes: Iterable[PrintedCode], on_page: Callable[[], object] = lambda: None
) -> frozenset[str]:
    """Write the pages to `file` in the order given, calling `on_page` after each one.

    Returns the characters that the fonts have not and that stand as 〓 on the pages; empty when all is well.
    """
    load_font(REGULAR)
    # The stubs take the name of the first font for a number.
    first_font: Any = REGULAR
    canvas = Canvas(file, pagesize=A4, pageCompression=1, initialFontName=first_font, invariant=1)
    canvas.setTitle(wave.name.zh_hans)
    canvas.setAuthor(wave.organiser.name.zh_hans)
    page = PrintedPage(canvas, wave_words(wave))
    for code in codes:
        _DRAW[code.invitation.kind](page, code)
        canvas.showPage()
        on_page()
    canvas.save()
    return frozenset(page.type.unknown)
