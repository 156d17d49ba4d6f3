"""A table of responses becomes submissions, or every fault of every row; the import's check, before it writes.

The answers go through the same check as a form's (survey.instrument.answers); the id of a response follows from the
wave and the row's id in the file, so that the same file imported twice names the same responses.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.imports.response_mapping import ResponseMapping
from survey.exchange.imports.row_cells import Record, RowCells, choice_columns, shortened
from survey.exchange.input_table import InputTable
from survey.instrument.answers import AnswerFault, AnswerFaultKey, AnswerValue, read_answers
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import LANGUAGES
from survey.invitation.invitation import SelectionDesign
from survey.response.response import Mode, Purpose, Source, Submission

RESPONSE_NAMESPACE = uuid.UUID("6f1d2c52-7a3e-5c1a-9a57-0b1b9a1f7c41")  # fixed: an import's ids must never change
POSITIVE_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")


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
            Fault(table.file, f"column {column} ({key})", "a column of this name", shortened(table.header))
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
                    expected = f"codes among {shortened(sorted(item.codes))}"
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
            row = _Row(self, RowCells(self.mapping, table.file, number, record))
            row_id = record[self.mapping.id]
            if row_id and row_id in first_row:
                row.cells.fault(
                    self.mapping.id, "every id once", f"{shown(row_id)} again, as in row {first_row[row_id]}"
                )
            first_row.setdefault(row_id, number)
            one = row.read()
            faults += row.cells.faults
            if one is not None:
                read.append(one)
        if not first_row:
            faults.append(Fault(table.file, "file", "at least one row of responses", "none"))
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


class _Row:
    """Makes a submission of one row; its cells collect the faults."""

    def __init__(self, reader: ResponseReader, cells: RowCells) -> None:
        self.reader = reader
        self.cells = cells

    def read(self) -> ReadRow | None:
        """None when the row has a fault."""
        mapping = self.reader.mapping
        row_id = self.cells.record[mapping.id]
        if not row_id:
            self.cells.fault(mapping.id, "an id of the row", "nothing")
        received_at = self.cells.time(mapping.received_at, "received_at") or self.reader.now
        started_at = self.cells.time(mapping.started_at, "started_at") or received_at
        source = self.cells.one_of(Source, mapping.source, "source")
        mode = self.cells.one_of(Mode, mapping.mode, "mode")
        language = self.cells.plain(mapping.language, "language") or ""
        if language not in LANGUAGES:
            self.cells.fault(self.cells.where(mapping.language, "language"), " or ".join(LANGUAGES), shown(language))
        area = self._area()
        design = self._design(source)
        answers = self._answers(area)
        if self.cells.faults or source is None or mode is None:
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
            interviewer=self.cells.plain(mapping.interviewer, "interviewer"),
        )
        return ReadRow(submission, received_at, mapping.id_prefix + row_id)

    def _answers(self, area: str | None) -> dict[str, AnswerValue] | None:
        """None below the minimum age: then nothing may be stored."""
        questionnaire = self.reader.questionnaire
        raw = {item.name: self.cells.posted(item, area) for item in questionnaire.asked_items}
        context = {
            name: self.cells.plain(field, f"context.{name}") or ""
            for name, field in self.reader.mapping.context.items()
        }
        result = read_answers(questionnaire, raw, context=context, areas=self.reader.areas)
        if result.stopped_at is not None:
            return None
        for fault in result.faults:
            column = self.cells.column_of(fault.item)
            if fault.key is not AnswerFaultKey.REQUIRED or column not in self.cells.columns_with_faults:
                self.cells.fault(column, *self._explained(fault))
        if self.reader.mapping.unasked == "fault":
            for name, posted in raw.items():
                if posted and name not in result.answers:
                    condition = questionnaire.item(name).relevant
                    expected = f"nothing, because the item is asked only if {condition.source if condition else ''}"
                    self.cells.fault(self.cells.column_of(name), expected, shown(" ".join(posted)))
        return dict(result.answers)

    def _area(self) -> str | None:
        field = self.reader.mapping.area
        code = self.cells.plain(field, "area")
        if field is not None and code is not None and code not in self.reader.areas:
            self.cells.fault(self.cells.where(field, "area"), "a code of the area tree", shown(code))
        return code

    def _design(self, source: Source | None) -> SelectionDesign | None:
        mapping = self.reader.mapping
        fields = {"stratum": mapping.stratum, "psu": mapping.psu, "base_weight": mapping.base_weight}
        texts = {key: self.cells.plain(field, key) for key, field in fields.items()}
        if source is not Source.PROB:
            return None
        for key, text in texts.items():
            if text is None:
                self.cells.fault(
                    self.cells.where(fields[key], key), f"a {key} for a response of a drawn sample", "nothing"
                )
        stratum, psu, weight = texts.values()
        if stratum is None or psu is None or weight is None:
            return None
        if not POSITIVE_NUMBER.fullmatch(weight) or not float(weight) > 0:
            self.cells.fault(self.cells.where(mapping.base_weight, "base_weight"), "a number above 0", shown(weight))
            return None
        return SelectionDesign(stratum, psu, float(weight))

    def _explained(self, fault: AnswerFault) -> tuple[str, str]:
        """Expected and found, in words."""
        item = self.reader.questionnaire.item(fault.item)
        found = self.cells.record.get(self.cells.column_of(fault.item))
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
