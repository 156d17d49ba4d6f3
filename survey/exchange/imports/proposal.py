"""Recognise which tool exported a table, and propose where its columns go and what their values mean."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from survey.exchange.imports.assignment import Assignment
from survey.exchange.imports.layout import Asked, Layout
from survey.exchange.imports.limesurvey import LIMESURVEY
from survey.exchange.imports.odk import CENTRAL, KOBO
from survey.exchange.imports.plain import PLAIN
from survey.exchange.imports.tencent import TENCENT
from survey.exchange.imports.wjx import WJX
from survey.exchange.input_table import InputTable
from survey.instrument.choice import Choice
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire

LAYOUTS = {one.name: one for one in (WJX, TENCENT, KOBO, CENTRAL, LIMESURVEY, PLAIN)}
MOST_VALUES = 200  # different values of a column that a person is asked to look at
_ALIKE = 0.8  # share of equal signs from which two wordings are taken for the same question


@dataclass(frozen=True)
class Proposal:
    """`values`: every value of the columns that go to an item with codes, in the order of the file, with its number."""

    assignment: Assignment
    values: Mapping[str, Mapping[str, int]]


def recognise(header: Collection[str]) -> Layout:
    """The tool whose own columns stand in the header; a plain table when fewer than two of any tool's do."""
    best = max(LAYOUTS.values(), key=lambda layout: layout.knows(header))
    return best if best.knows(header) >= 2 else PLAIN


def propose(table: InputTable, questionnaire: Questionnaire) -> Proposal:
    """What a person is shown first; nothing in it is final."""
    layout = recognise(table.header)
    columns = {name: [row[place] for _, row in table.rows] for place, name in enumerate(table.header)}
    targets = _targets(layout, table.header, questionnaire)
    separator = _separator(layout, targets, columns, questionnaire)
    time_format = _time_format(layout, targets, columns)
    assignment = Assignment(
        layout.name,
        targets,
        separator=separator,
        time_format=time_format,
        missing=layout.missing,
        marked=layout.marked,
    )
    return with_values(assignment, table, questionnaire)


def with_values(assignment: Assignment, table: InputTable, questionnaire: Questionnaire) -> Proposal:
    """The assignment with a meaning proposed for every value that has none yet; what a person decided stays."""
    by_position = LAYOUTS[assignment.layout].by_position
    values = values_of(assignment, table, questionnaire)
    meanings: dict[str, dict[str, str]] = {}
    for column, counted in values.items():
        item, decided = questionnaire.item(item_of(assignment.targets[column])), assignment.values.get(column, {})
        meanings[column] = {
            value: decided.get(value) or _code_for(item, value, by_position=by_position) for value in counted
        }
    return Proposal(Assignment.from_tree(assignment.to_tree() | {"values": meanings}), values)


def values_of(assignment: Assignment, table: InputTable, questionnaire: Questionnaire) -> dict[str, dict[str, int]]:
    """The different values of each column that goes to a whole item with codes, counted; parts of a cell apart."""
    counted: dict[str, dict[str, int]] = {}
    for place, column in enumerate(table.header):
        name = item_of(assignment.targets.get(column, ""))
        if not name or "=" in assignment.targets[column] or not questionnaire.item(name).is_select:
            continue
        several = questionnaire.item(name).type is ItemType.SELECT_MULTIPLE
        found: dict[str, int] = {}
        for _, row in table.rows:
            for part in row[place].split(assignment.separator) if several else [row[place]]:
                value = part.strip()
                if value not in assignment.missing and (value in found or len(found) < MOST_VALUES):
                    found[value] = found.get(value, 0) + 1
        counted[column] = found
    return counted


def item_of(target: str) -> str:
    """The item of a target such as `item:a3=1`; "" for one that is no item."""
    return target.removeprefix("item:").partition("=")[0] if target.startswith("item:") else ""


def _targets(layout: Layout, header: Sequence[str], questionnaire: Questionnaire) -> dict[str, str]:
    """Each column's target; an item is given away once, its choices once each."""
    targets: dict[str, str] = {}
    parts = {"id": layout.ids, "received_at": layout.received, "started_at": layout.started}
    for part, candidates in parts.items():
        first = next((column for column in candidates if column in header), None)
        if first is not None and first not in targets:
            targets[first] = part
    texts = {asked.code: asked.text for asked in map(layout.asked, header) if asked.text and asked.code}
    taken: set[str] = set()
    for column in header:
        if column in targets:
            continue
        target = "" if layout.is_own(column) else _target(layout.asked(column), column, texts, questionnaire)
        if target in taken or item_of(target) in {item_of(one) for one in taken if "=" not in one}:
            target = ""
        taken |= {target} - {""}
        targets[column] = target
    return {column: targets[column] for column in header}


def _target(asked: Asked, column: str, texts: Mapping[str, str], questionnaire: Questionnaire) -> str:
    """The item by its name, else by the words of the question; the choice by its code, else by its words."""
    names = {item.name: item for item in questionnaire.asked_items}
    by_end = asked.option if asked.option in names else ""  # `group/a4`: the last part is the question
    text = asked.text or texts.get(asked.code, "")
    item = names.get(by_end or asked.code) or names.get(column) or _alike(text, names.values())
    if not asked.option or by_end:
        return f"item:{item.name}" if item else ""
    if item is not None and item.type is ItemType.SELECT_MULTIPLE:
        code = _code_for(item, asked.option)
        return f"item:{item.name}={code}" if code else ""
    whole = plain(text + asked.option)  # the brackets belonged to the words of the question
    return next((f"item:{one.name}" for one in names.values() if whole in _wordings(one)), "")


def _wordings(item: Item) -> list[str]:
    return [plain(one) for one in item.label.to_mapping().values()]


def _alike(text: str, items: Iterable[Item]) -> Item | None:
    """The item whose words in any language are the same, or nearly so and nearer than those of any other item."""
    wanted = plain(text)
    if not wanted:
        return None
    scored = []
    for item in items:
        wordings = _wordings(item)
        if wanted in wordings:
            return item
        scored.append((max(SequenceMatcher(None, wanted, one).ratio() for one in wordings), item.name, item))
    best = max(scored, default=(0.0, "", None))
    return best[2] if best[0] >= _ALIKE else None


def _code_for(item: Item, value: str, *, by_position: bool = False) -> str:
    """The code that a value means; "" when nobody can tell.

    The words of a choice in any language come first. A number is the choice's code, or, `by_position`, its place in the
    list: tools that number the options by themselves do not know our codes.
    """
    wanted = plain(value)
    by_words = next((choice.code for choice in item.choices if wanted in _words(choice)), "")
    if by_words:
        return by_words
    if by_position and value.isdecimal():
        place = int(value) - 1
        return item.choices[place].code if 0 <= place < len(item.choices) else ""
    return value if value in item.codes else ""


def _words(choice: Choice) -> list[str]:
    return [plain(text) for text in choice.label.to_mapping().values()]


def plain(text: str) -> str:
    """A wording without what two tools write differently: spaces, punctuation, marks of required questions, case.

    >>> plain("＊您的 性别："), plain("A. Satisfied?")
    ('您的性别', 'satisfied')
    """
    text = re.sub(r"^\s*[A-Za-z]\s*[.、．]\s*", "", text)
    return re.sub(r"[\W_]+", "", text).casefold()


def _separator(
    layout: Layout, targets: Mapping[str, str], columns: Mapping[str, Sequence[str]], questionnaire: Questionnaire
) -> str:
    """The one of the layout's separators that explains most of the cells of select_multiple items."""
    several = [
        (questionnaire.item(item_of(target)), columns[column])
        for column, target in targets.items()
        if item_of(target) and "=" not in target
        if questionnaire.item(item_of(target)).type is ItemType.SELECT_MULTIPLE
    ]

    def explained(separator: str) -> int:
        return sum(
            all(_code_for(item, part.strip()) for part in cell.split(separator))
            for item, cells in several
            for cell in cells
            if cell
        )

    return max(layout.separators, key=explained)


def _time_format(layout: Layout, targets: Mapping[str, str], columns: Mapping[str, Sequence[str]]) -> str:
    """ "" for ISO times, or the layout's form that most times of the file have: one bad time is a fault of its own."""
    named = [name for name, target in targets.items() if target in {"received_at", "started_at"}]
    times = [cell for name in named for cell in columns[name] if cell not in layout.missing]
    return max(("", *layout.time_formats), key=lambda form: sum(_is_time(cell, form) for cell in times))


def _is_time(text: str, form: str) -> bool:
    try:
        _ = datetime.strptime(text, form) if form else datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
