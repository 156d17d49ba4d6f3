"""Step 3, the questionnaire on paper: A4 sheets to be ticked with a pen, each with the form's code as QR.

The code names a community and how its dwellings were drawn, no dwelling; a sheet's number stands beside it, so that a
lost sheet is noticed. Conditions are printed as the codes after which a question is answered.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas

from survey.exchange.print.print_words import wave_words
from survey.exchange.print.printed_page import ACCENT, FULL, HEIGHT, INK, MARGIN, MUTED, WIDTH, PrintedPage
from survey.exchange.print.typesetting import BOLD, REGULAR, TextStyle, load_font
from survey.instrument.evaluate import evaluate
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.code import spaced
from survey.programme.wave import Wave
from survey.response.paper import PaperForm

_QR = 2.1 * cm
_TOP, _FOOT = HEIGHT - 3.6 * cm, 1.7 * cm
_LABEL = TextStyle(BOLD, 10.5, 1.4)
_CHOICE = TextStyle(size=10, leading=1.65)
_SMALL = TextStyle(size=8.5, leading=1.45)
_BOX = 8.0  # points: a box that a pen can tick
_INDENT = 16.0


def paper_code(code: str, sheet: int) -> str:
    """What the QR of a sheet holds.

    >>> paper_code("34679ACDE", 2)
    'MINYI-PAPER/34679ACDE/2'
    """
    return f"MINYI-PAPER/{code}/{sheet}"


def write_paper_forms(
    file: BinaryIO,
    wave: Wave,
    questionnaire: Questionnaire,
    forms: Sequence[tuple[PaperForm, str]],
    on_form: Callable[[], object] = lambda: None,
) -> frozenset[str]:
    """Write every form (with the name of its community), all its sheets; returns characters that the fonts lack."""
    load_font(REGULAR)
    first_font: Any = REGULAR  # the stubs take the name of the first font for a number
    canvas = Canvas(file, pagesize=A4, pageCompression=1, initialFontName=first_font, invariant=1)
    canvas.setTitle(f"{wave.name.zh_hans} {questionnaire.title.zh_hans}")
    canvas.setAuthor(wave.organiser.name.zh_hans)
    page = PrintedPage(canvas, wave_words(wave))
    sheets = _sheets(page, questionnaire)
    for form, place in forms:
        for number, blocks in enumerate(sheets, start=1):
            _heading(page, wave, questionnaire, form, place, (number, len(sheets)))
            page.frame(f"sheet{number}", partial(_draw, page, blocks, first=number == 1, last=number == len(sheets)))
            canvas.showPage()
        on_form()
    canvas.save()
    return frozenset(page.type.unknown)


class _Block:
    """One question as it stands on paper, and its height."""

    def __init__(self, page: PrintedPage, questionnaire: Questionnaire, numbers: Mapping[str, int], item: Item) -> None:
        self.page, self.item = page, item
        number = numbers.get(item.name)
        text = item.label.zh_hans if number is None else f"{number}. {item.label.zh_hans}"
        self.label = page.type.wrap(text, _LABEL, FULL)
        hint = item.hint.zh_hans if item.hint else ""
        notes = [condition_in_words(questionnaire, item, numbers), _how_many(item), hint]
        note = " ".join(one for one in notes if one)
        self.note = page.type.wrap(note, _SMALL, FULL - _INDENT) if note else []
        self.rows = self._rows()
        lines = len(self.rows) if item.is_select else {ItemType.NOTE: 0, ItemType.TEXT: 3}.get(item.type, 1)
        self.height = (
            len(self.label) * _LABEL.size * _LABEL.leading
            + len(self.note) * _SMALL.size * _SMALL.leading
            + lines * _CHOICE.size * _CHOICE.leading
            + 7
        )

    def _rows(self) -> list[list[tuple[float, str]]]:
        """Choices with their places across, as many in a row as fit."""
        rows: list[list[tuple[float, str]]] = [[]]
        x = _INDENT
        for choice in self.item.choices:
            text = f"{choice.code}  {choice.label.zh_hans}"
            width = _BOX + 5 + self.page.type.width(text, _CHOICE) + 16
            if rows[-1] and x + width > FULL:
                rows.append([])
                x = _INDENT
            rows[-1].append((x, text))
            x += width
        return [row for row in rows if row]

    def draw(self, top: float) -> float:
        page = self.page
        page.canvas.setFillColor(INK)
        top = page.type.draw_block(MARGIN, top, self.label, _LABEL)
        if self.note:
            page.canvas.setFillColor(MUTED)
            top = page.type.draw_block(MARGIN + _INDENT, top, self.note, _SMALL)
        page.canvas.setFillColor(INK)
        step = _CHOICE.size * _CHOICE.leading
        for row in self.rows:
            base = top - (step + _CHOICE.size * 0.76) / 2
            for x, text in row:
                page.canvas.setLineWidth(0.8)
                page.canvas.rect(MARGIN + x, base - 0.5, _BOX, _BOX, stroke=1, fill=0)
                page.type.draw(MARGIN + x + _BOX + 5, base, text, _CHOICE)
            top -= step
        if not self.item.is_select and self.item.is_asked_for:
            for _ in range(3 if self.item.type is ItemType.TEXT else 1):
                top -= step
                page.canvas.setLineWidth(0.5)
                page.canvas.line(MARGIN + _INDENT, top + 3, WIDTH - MARGIN, top + 3)
        return top - 7


def condition_in_words(questionnaire: Questionnaire, item: Item, numbers: Mapping[str, int]) -> str:
    """After which codes the question is answered: every code of the one item it looks at is tried.

    A condition over several items names their numbers only.
    """
    if item.relevant is None:
        return ""
    names = sorted(item.relevant.item_names() & numbers.keys(), key=lambda name: numbers[name])
    if len(names) == 1 and questionnaire.item(names[0]).is_select:
        asked = questionnaire.item(names[0])
        tree = item.relevant.tree
        codes = [choice.code for choice in asked.choices if evaluate(tree, {asked.name: choice.code})]
        if codes:
            return f"（第 {numbers[names[0]]} 题选 {'、'.join(codes)} 的请答）"
    return f"（看第 {'、'.join(str(numbers[name]) for name in names)} 题的回答，不符合的跳过）" if names else ""


def _how_many(item: Item) -> str:
    if item.type is not ItemType.SELECT_MULTIPLE:
        return ""
    return f"（可多选，最多 {item.maximum_choices} 项）" if item.maximum_choices else "（可多选）"


def _sheets(page: PrintedPage, questionnaire: Questionnaire) -> list[list[_Block]]:
    """The questions over the sheets; none is cut in two. Questions about the place of a poster are not on paper."""
    context = {value.name for value in questionnaire.context}
    items = [item for item in questionnaire.items if item.relevant is None or not item.relevant.item_names() & context]
    numbers = {item.name: place for place, item in enumerate((one for one in items if one.is_asked_for), start=1)}
    sheets: list[list[_Block]] = [[]]
    left = _TOP - _FOOT - 40  # the first sheet says how to fill in
    for item in items:
        block = _Block(page, questionnaire, numbers, item)
        if sheets[-1] and block.height > left:
            sheets.append([])
            left = _TOP - _FOOT
        sheets[-1].append(block)
        left -= block.height
    return sheets


def _heading(
    page: PrintedPage,
    wave: Wave,
    questionnaire: Questionnaire,
    form: PaperForm,
    place: str,
    sheet: tuple[int, int],
) -> None:
    """Title, the five fields of the statistics law, and the sheet's code."""
    number, total = sheet
    header, width = wave.header, FULL - _QR - 12
    top = HEIGHT - 0.9 * cm
    top = page.line(MARGIN, top, questionnaire.title.zh_hans, TextStyle(BOLD, 14, 1.3), width, colour=ACCENT)
    top = page.line(MARGIN, top, f"{wave.organiser.name.zh_hans} · {wave.name.zh_hans}", _SMALL, width)
    legal = (
        f"表号 {header.form_number}　制定机关 {header.authority}　批准机关 {header.approved_by}　"
        f"批准文号 {header.approval_number}　有效期至 {header.valid_until}"
    )
    top = page.line(MARGIN, top, legal, TextStyle(size=8, leading=1.4), width, colour=MUTED, lines=2)
    said = f"{place}　编号 {spaced(form.code)}　第 {number} 张，共 {total} 张　核实电话 {wave.organiser.phone}"
    page.line(MARGIN, top, said, TextStyle(BOLD, 8.5, 1.4), width)
    page.qr(paper_code(form.code, number), WIDTH - MARGIN - _QR, HEIGHT - 0.8 * cm - _QR, _QR)


def _draw(page: PrintedPage, blocks: Sequence[_Block], *, first: bool, last: bool) -> float:
    top = _TOP
    if first:
        how = (
            "不问姓名、电话和门牌号；哪一题不想答都可以跳过。请在方格里打勾（√），填完装进信封交回。"
            "未满 16 周岁请不要填写。"
        )
        top = page.paragraph(MARGIN, top, how, _CHOICE, FULL) - 8
    for block in blocks:
        top = block.draw(top)
    page.canvas.setFillColor(MUTED)
    page.type.draw(MARGIN, 1.1 * cm, "本问卷只用于统计，任何单位和个人不得暗示如何作答。", _SMALL)
    if last:
        page.type.draw(MARGIN, 0.7 * cm, "家里 16 周岁以上、住满半年的共 ______ 人（由工作人员填写）", _SMALL)
    return top
