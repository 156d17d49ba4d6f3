"""The cells of one row of responses, read as a mapping says; every fault is told with row and column.

One item may stand in one cell, in one with several codes, or in a column of 0 and 1 for each choice.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from survey.exchange.export.missing import missing_codes
from survey.exchange.fault import Fault, shown
from survey.exchange.imports.response_mapping import MappedField, ResponseMapping
from survey.instrument.item import Item, ItemType

WHOLE_NUMBER = re.compile(r"(-?\d+)\.0+")
Record = Mapping[str, str]
Choice = TypeVar("Choice", bound=StrEnum)


class RowCells:
    """One row of a file; what cannot be read goes into `faults`."""

    def __init__(self, mapping: ResponseMapping, file: str, number: int, record: Record) -> None:
        self.mapping = mapping
        self.file = file
        self.number = number
        self.record = record
        self.faults: list[Fault] = []
        self.columns_with_faults: set[str] = set()

    def fault(self, column: str, expected: str, found: str) -> None:
        """Note one fault of the row at `column`."""
        self.columns_with_faults.add(column)
        self.faults.append(Fault(self.file, f"row {self.number}, column {column}", expected, found))

    def posted(self, item: Item, area: str | None) -> list[str]:
        """The item's value as a form would post it; empty for a missing one."""
        field = self.mapping.items.get(item.name)
        if field is None and item.name not in self.record:
            if item.type is ItemType.AREA and area is not None:
                return [area]
            return self._marked(item)
        if field is not None and field.columns:
            return [code for code, column in field.columns.items() if self.record[column] in field.marked]
        if item.type is ItemType.SELECT_MULTIPLE:
            return self._parts(item, field or MappedField(column=item.name))
        text = self.plain(field or MappedField(column=item.name), f"items.{item.name}")
        if text is None or text in map(str, missing_codes(item)):
            return []
        return [plain_code(item, text)]

    def _parts(self, item: Item, field: MappedField) -> list[str]:
        """Several codes in one cell; `codes` may translate the whole cell or each of its parts."""
        found = self.record[field.column] if field.column else field.value or ""
        if field.codes and found not in field.codes and found not in self.mapping.missing:
            parts = [part.strip() for part in found.split(self.mapping.separator)]
            known = {**{code: code for code in field.codes.values()}, **field.codes}
            for part in parts:
                if part not in known:
                    expected = f"a value under items.{item.name}.codes ({shortened(field.codes)})"
                    self.fault(self.column_of(item.name), expected, shown(part))
            return [known[part] for part in parts if part in known]
        text = self.plain(field, f"items.{item.name}")
        if text is None or text in map(str, missing_codes(item)):
            return []
        return [plain_code(item, part.strip()) for part in text.split(self.mapping.separator)]

    def _marked(self, item: Item) -> list[str]:
        """The codes whose columns of 0 and 1 hold a 1."""
        marked = []
        for code, column in choice_columns(item).items():
            text = self.plain(MappedField(column=column), column) if column in self.record else None
            if text is None or text == "0" or text in map(str, missing_codes(item)):
                continue
            if text != "1":
                self.fault(column, "0 or 1", shown(text))
            marked.append(code)
        return marked

    def plain(self, field: MappedField | None, key: str) -> str | None:
        """The field's translated text; None when there is no such field or the value is one of the missing ones."""
        if field is None:
            return None
        if field.column is None:
            return field.value
        found = self.record[field.column]
        if found in field.codes:
            return field.codes[found]
        number = WHOLE_NUMBER.fullmatch(found)
        if number and number[1] in field.codes:
            return field.codes[number[1]]
        if found in self.mapping.missing:
            return None
        if field.codes and found not in field.codes.values():
            self.fault(field.column, f"a value under {key}.codes ({shortened(field.codes)})", shown(found))
            return None
        return found

    def one_of(self, kind: type[Choice], field: MappedField, key: str) -> Choice | None:
        """One of the values of `kind`; None, and a fault, for anything else."""
        known = len(self.faults)
        text = self.plain(field, key)
        if text is not None and text in list(kind):
            return kind(text)
        if len(self.faults) == known:
            self.fault(self.where(field, key), " or ".join(kind), shown(text))
        return None

    def time(self, field: MappedField | None, key: str) -> datetime | None:
        """A time by the mapping's format and zone; None when there is none, and with a fault when it cannot be read."""
        text = self.plain(field, key)
        if text is None or field is None:
            return None
        try:
            return self.mapping.read_time(text)
        except ValueError as error:
            self.fault(self.where(field, key), str(error), shown(text))
            return None

    def column_of(self, name: str) -> str:
        """Where faults of the item `name` are told to stand."""
        field = self.mapping.items.get(name)
        return self.where(field, f"items.{name}") if field else name

    @staticmethod
    def where(field: MappedField | None, key: str) -> str:
        """The column that a key of the mapping names, or the key itself."""
        return field.column if field and field.column else key


def choice_columns(item: Item) -> dict[str, str]:
    """Columns of 0 and 1 of a select_multiple item, by choice code."""
    if item.type is not ItemType.SELECT_MULTIPLE:
        return {}
    return {choice.code: f"{item.name}_{choice.code}" for choice in item.choices}


def plain_code(item: Item, text: str) -> str:
    """Statistics programs write the code 4 as 4.0 in a column with missing values."""
    number = WHOLE_NUMBER.fullmatch(text)
    return number[1] if number and (item.is_select or item.type is ItemType.INTEGER) else text


def shortened(values: Iterable[str], limit: int = 8) -> str:
    """The first values in one line, and how many more there are."""
    texts = list(values)
    more = f" and {len(texts) - limit} more" if len(texts) > limit else ""
    return ", ".join(texts[:limit]) + more
