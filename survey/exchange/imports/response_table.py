"""A table of responses becomes submissions, or every fault of every row; the import's check, before it writes.

The answers go through the same check as a form's (survey.instrument.answers); the id of a response follows from the
wave and the row's id in the file, so that the same file imported twice names the same responses.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from survey.exchange.export.missing import missing_codes
from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.imports.response_mapping import MappedField, ResponseMapping
from survey.exchange.input_table import InputTable
from survey.instrument.answers import AnswerFault, AnswerFaultKey, AnswerValue, read_answers
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import LANGUAGES
from survey.invitation.invitation import SelectionDesign
from survey.response.response import Mode, Purpose, Source, Submission

RESPONSE_NAMESPACE = uuid.UUID("6f1d2c52-7a3e-5c1a-9a57-0b1b9a1f7c41")  # fixed: an import's ids must never change
WHOLE_NUMBER = re.compile(r"(-?\d+)\.0+")
POSITIVE_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
Record = Mapping[str, str]
Choice = TypeVar("Choice", bound=StrEnum)


def imported_response_id(wave: str, row_id: str, again: int = 0) -> str:
    """The id of a row's response: the same wave and row give the same id.

    `again`: how often an import with this row was withdrawn; what was withdrawn keeps its id for ever.
    """
    return str(uuid.uuid5(RESPONSE_NAMESPACE, f"{wave}/{row_id}" + (f"/{again}" if again else "")))


@dataclass(frozen=True)
class ReadRow:
    """One row that was read: what to store and when it arrived; `submission` is None below the minimum age."""

    submission: Submission | None
    received_at: datetime
    row_id: str = ""


@dataclass(frozen=True)
class ResponseReader:
    """Reads rows for one wave. `areas`: codes of the area tree; `now`: when a response without a time arrived."""

    wave: str
    questionnaire: Questionnaire
    mapping: ResponseMapping
    areas: Collection[str]
    now: datetime

    def faults_of_columns(self, table: InputTable) -> list[Fault]:
        """Columns of the mapping that are not in the file, and columns of the file that nothing uses."""
        mapping = self.mapping
        named = {"id": mapping.id} | {key: field.column for key, field in mapping.fields().items()}
        faults = [
            Fault(table.file, f"column {column} ({key})", "a column of this name", _shortened(table.header))
            for key, column in named.items()
            if column is not None and column not in table.header
        ]
        faults += self._faults_of_items(table)
        used = {column for column in named.values() if column} | set(mapping.ignore)
        used |= self._columns_by_code() | self._item_columns(table)
        for column in table.header:
            if column not in used:
                expected = "an item's name, a column that the mapping names, or one under `ignore`"
                faults.append(Fault(table.file, f"column {column}", expected, "a column that nothing uses"))
        return faults

    def _columns_by_code(self) -> set[str]:
        return {column for field in self.mapping.items.values() for column in field.columns.values()}

    def _faults_of_items(self, table: InputTable) -> Iterator[Fault]:
        """Items that the questionnaire does not have, and columns by code that do not fit the item or the file."""
        for name, field in self.mapping.items.items():
            if name not in self.names:
                yield Fault(table.file, f"items.{name}", "an item of the questionnaire", "no such item")
                continue
            item = self.questionnaire.item(name)
            if field.columns and item.type is not ItemType.SELECT_MULTIPLE:
                yield Fault(table.file, f"items.{name}.columns", "`column`: it takes one code", "columns by code")
            for code, column in field.columns.items():
                if code not in item.codes:
                    expected = f"codes among {_shortened(sorted(item.codes))}"
                    yield Fault(table.file, f"items.{name}.columns", expected, shown(code))
                if column not in table.header:
                    where = f"column {column} (items.{name})"
                    yield Fault(table.file, where, "a column of this name", "no such column")

    def read(self, table: InputTable, rows: Iterable[tuple[int, Record]]) -> list[ReadRow]:
        """Every row as a submission. Raises `FaultsFoundError` with all faults of all rows."""
        faults = self.faults_of_columns(table)
        if faults:
            raise FaultsFoundError(faults)
        read: list[ReadRow] = []
        first_row: dict[str, int] = {}
        for number, record in rows:
            row = _Row(self, table, number, record)
            row_id = record[self.mapping.id]
            if row_id and row_id in first_row:
                row.fault(self.mapping.id, "every id once", f"{shown(row_id)} again, as in row {first_row[row_id]}")
            first_row.setdefault(row_id, number)
            one = row.read()
            faults += row.faults
            if one is not None:
                read.append(one)
        if faults:
            raise FaultsFoundError(faults)
        return read

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(item.name for item in self.questionnaire.asked_items)

    def _item_columns(self, table: InputTable) -> set[str]:
        return {
            column
            for item in self.questionnaire.asked_items
            if item.name not in self.mapping.items
            for column in (item.name, *choice_columns(item).values())
            if column in table.header
        }


def choice_columns(item: Item) -> dict[str, str]:
    """Columns of 0 and 1 of a select_multiple item, by choice code."""
    if item.type is not ItemType.SELECT_MULTIPLE:
        return {}
    return {choice.code: f"{item.name}_{choice.code}" for choice in item.choices}


class _Row:
    """Reads one row and collects its faults."""

    def __init__(self, reader: ResponseReader, table: InputTable, number: int, record: Record) -> None:
        self.reader = reader
        self.mapping = reader.mapping
        self.file = table.file
        self.number = number
        self.record = record
        self.faults: list[Fault] = []

    def fault(self, column: str, expected: str, found: str) -> None:
        self.faults.append(Fault(self.file, f"row {self.number}, column {column}", expected, found))

    def read(self) -> ReadRow | None:
        """None when the row has a fault."""
        mapping = self.mapping
        row_id = self.record[mapping.id]
        if not row_id:
            self.fault(mapping.id, "an id of the row", "nothing")
        received_at = self._time(mapping.received_at, "received_at") or self.reader.now
        started_at = self._time(mapping.started_at, "started_at") or received_at
        source = self._one_of(Source, mapping.source, "source")
        mode = self._one_of(Mode, mapping.mode, "mode")
        language = self._plain(mapping.language, "language") or ""
        if language not in LANGUAGES:
            self.fault(self._where(mapping.language, "language"), " or ".join(LANGUAGES), shown(language))
        area = self._area()
        design = self._design(source)
        answers = self._answers(area)
        if self.faults or source is None or mode is None:
            return None
        if answers is None:
            return ReadRow(None, received_at, mapping.id_prefix + row_id)
        submission = Submission(
            wave=self.reader.wave,
            response_id=imported_response_id(self.reader.wave, mapping.id_prefix + row_id),
            questionnaire=self.reader.questionnaire.name,
            version=self.reader.questionnaire.version,
            answers=answers,
            source=source,
            mode=mode,
            purpose=Purpose.LIVE,
            language=language,
            area=area,
            started_at=started_at,
            design=design,
            interviewer=self._plain(mapping.interviewer, "interviewer"),
        )
        return ReadRow(submission, received_at, mapping.id_prefix + row_id)

    def _answers(self, area: str | None) -> dict[str, AnswerValue] | None:
        """None below the minimum age: then nothing may be stored."""
        questionnaire = self.reader.questionnaire
        raw = {item.name: self._posted(item, area) for item in questionnaire.asked_items}
        context = {name: self._plain(field, f"context.{name}") or "" for name, field in self.mapping.context.items()}
        result = read_answers(questionnaire, raw, context=context, areas=self.reader.areas)
        if result.stopped_at is not None:
            return None
        for fault in result.faults:
            self.fault(self._column_of(fault.item), *self._explained(fault))
        if self.mapping.unasked == "fault":
            for name, posted in raw.items():
                if posted and name not in result.answers:
                    condition = questionnaire.item(name).relevant
                    expected = f"nothing, because the item is asked only if {condition.source if condition else ''}"
                    self.fault(self._column_of(name), expected, shown(" ".join(posted)))
        return dict(result.answers)

    def _posted(self, item: Item, area: str | None) -> list[str]:
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
        text = self._plain(field or MappedField(column=item.name), f"items.{item.name}")
        if text is None or text in map(str, missing_codes(item)):
            return []
        return [_code(item, text)]

    def _parts(self, item: Item, field: MappedField) -> list[str]:
        """Several codes in one cell; `codes` may translate the whole cell or each of its parts."""
        found = self.record[field.column] if field.column else field.value or ""
        if field.codes and found not in field.codes and found not in self.mapping.missing:
            parts = [part.strip() for part in found.split(self.mapping.separator)]
            known = {**{code: code for code in field.codes.values()}, **field.codes}
            for part in parts:
                if part not in known:
                    expected = f"a value under items.{item.name}.codes ({_shortened(field.codes)})"
                    self.fault(self._column_of(item.name), expected, shown(part))
            return [known[part] for part in parts if part in known]
        text = self._plain(field, f"items.{item.name}")
        if text is None or text in map(str, missing_codes(item)):
            return []
        return [_code(item, part.strip()) for part in text.split(self.mapping.separator)]

    def _marked(self, item: Item) -> list[str]:
        """The codes whose columns of 0 and 1 hold a 1."""
        marked = []
        for code, column in choice_columns(item).items():
            text = self._plain(MappedField(column=column), column) if column in self.record else None
            if text is None or text == "0" or text in map(str, missing_codes(item)):
                continue
            if text != "1":
                self.fault(column, "0 or 1", shown(text))
            marked.append(code)
        return marked

    def _plain(self, field: MappedField | None, key: str) -> str | None:
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
            self.fault(field.column, f"a value under {key}.codes ({_shortened(field.codes)})", shown(found))
            return None
        return found

    def _one_of(self, kind: type[Choice], field: MappedField, key: str) -> Choice | None:
        known = len(self.faults)
        text = self._plain(field, key)
        if text is not None and text in list(kind):
            return kind(text)
        if len(self.faults) == known:
            self.fault(self._where(field, key), " or ".join(kind), shown(text))
        return None

    def _time(self, field: MappedField | None, key: str) -> datetime | None:
        text = self._plain(field, key)
        if text is None or field is None:
            return None
        try:
            return self.mapping.read_time(text)
        except ValueError as error:
            self.fault(self._where(field, key), str(error), shown(text))
            return None

    def _area(self) -> str | None:
        field = self.mapping.area
        code = self._plain(field, "area")
        if field is not None and code is not None and code not in self.reader.areas:
            self.fault(self._where(field, "area"), "a code of the area tree", shown(code))
        return code

    def _design(self, source: Source | None) -> SelectionDesign | None:
        mapping = self.mapping
        fields = {"stratum": mapping.stratum, "psu": mapping.psu, "base_weight": mapping.base_weight}
        texts = {key: self._plain(field, key) for key, field in fields.items()}
        if source is not Source.PROB:
            return None
        for key, text in texts.items():
            if text is None:
                self.fault(self._where(fields[key], key), f"a {key} for a response of a drawn sample", "nothing")
        stratum, psu, weight = texts.values()
        if stratum is None or psu is None or weight is None:
            return None
        if not POSITIVE_NUMBER.fullmatch(weight) or not float(weight) > 0:
            self.fault(self._where(mapping.base_weight, "base_weight"), "a number above 0", shown(weight))
            return None
        return SelectionDesign(stratum, psu, float(weight))

    def _column_of(self, name: str) -> str:
        field = self.mapping.items.get(name)
        return self._where(field, f"items.{name}") if field else name

    @staticmethod
    def _where(field: MappedField | None, key: str) -> str:
        return field.column if field and field.column else key

    def _explained(self, fault: AnswerFault) -> tuple[str, str]:
        """Expected and found, in words."""
        item = self.reader.questionnaire.item(fault.item)
        found = self.record.get(self._column_of(fault.item))
        expected = {
            AnswerFaultKey.UNKNOWN_CODE: f"a code among {', '.join(choice.code for choice in item.choices)}",
            AnswerFaultKey.UNKNOWN_AREA: "a code of the area tree",
            AnswerFaultKey.TOO_MANY_CHOICES: f"at most {item.maximum_choices} codes",
            AnswerFaultKey.EXCLUSIVE_CHOICE: f"code {fault.parameters.get('code')} alone",
            AnswerFaultKey.TEXT_TOO_LONG: f"at most {item.length_limit} characters",
            AnswerFaultKey.NOT_AN_INTEGER: "a whole number",
            AnswerFaultKey.CONSTRAINT: f"a value with {item.constraint.source if item.constraint else ''}",
            AnswerFaultKey.REQUIRED: "an answer",
            AnswerFaultKey.MORE_THAN_ONE: "one value",
            AnswerFaultKey.UNKNOWN_ITEM: "an item of the questionnaire",
        }[fault.key]
        return expected, shown(found)


def _code(item: Item, text: str) -> str:
    """Statistics programs write the code 4 as 4.0 in a column with missing values."""
    number = WHOLE_NUMBER.fullmatch(text)
    return number[1] if number and (item.is_select or item.type is ItemType.INTEGER) else text


def _shortened(values: Iterable[str], limit: int = 8) -> str:
    texts = list(values)
    more = f" and {len(texts) - limit} more" if len(texts) > limit else ""
    return ", ".join(texts[:limit]) + more
