"""Step 2, what is printed for a wave: posters, letters, cards and labels in one PDF with embedded fonts."""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4, A5
from reportlab.pdfgen.canvas import Canvas

from survey.exchange.print.card_sheet import draw_a5, draw_card
from survey.exchange.print.label_sheet import draw_label
from survey.exchange.print.letter_sheet import draw_letter
from survey.exchange.print.poster_sheet import draw_poster
from survey.exchange.print.print_words import wave_words
from survey.exchange.print.printed_code import PrintedCode
from survey.exchange.print.printed_page import PrintedPage
from survey.exchange.print.typesetting import REGULAR, load_font
from survey.invitation.invitation import InvitationKind
from survey.invitation.sheet import Sheet
from survey.programme.wave import Wave


def write_sheets(
    file: BinaryIO,
    wave: Wave,
    codes: Sequence[PrintedCode],
    on_page: Callable[[], object] = lambda: None,
    *,
    sheet: Sheet = Sheet.A4,
    reminder: bool = False,
) -> frozenset[str]:
    """Write the pages to `file` in the order given, calling `on_page` after each one.

    `reminder`: letters say that they are a second letter. Returns the characters that the fonts have not and that
    stand as 〓 on the pages; empty when all is well.
    """
    load_font(REGULAR)
    # The stubs take the name of the first font for a number.
    first_font: Any = REGULAR
    size = A5 if sheet is Sheet.A5 else A4
    canvas = Canvas(file, pagesize=size, pageCompression=1, initialFontName=first_font, invariant=1)
    canvas.setTitle(wave.name.zh_hans)
    canvas.setAuthor(wave.organiser.name.zh_hans)
    page = PrintedPage(canvas, wave_words(wave, reminder=reminder))
    each = sheet.codes_per_page
    for start in range(0, len(codes), each):
        for position, code in enumerate(codes[start : start + each]):
            _draw(page, sheet, code, position)
        canvas.showPage()
        on_page()
    canvas.save()
    return frozenset(page.type.unknown)


def _draw(page: PrintedPage, sheet: Sheet, code: PrintedCode, position: int) -> None:
    if sheet is Sheet.LABELS:
        draw_label(page, code, position)
    elif sheet is Sheet.A5:
        draw_a5(page, code)
    elif sheet is Sheet.CARD:
        draw_card(page, code)
    elif code.invitation.kind is InvitationKind.LETTER:
        draw_letter(page, code)
    else:
        draw_poster(page, code)
