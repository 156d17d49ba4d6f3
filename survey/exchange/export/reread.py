"""Reads an exported file again and compares it with the responses that were written, before anybody gets it. Step 8.

Compared are the number of rows, every row's id, and all values of up to 5,000 rows spread evenly over it (each row
of a smaller one); in SPSS and Stata files also the labels and the values that are declared missing.
"""

import csv
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from survey.exchange.export.csv_file import SHANGHAI, safe_text, shown_time
from survey.exchange.export.export_columns import Column, ColumnKind, Value
from survey.exchange.export.missing import MISSING_LABELS
from survey.exchange.fault import shown
from survey.instrument.answers import MissingKind
from survey.response.response import Response

MOST_COMPARED = 5_000
_PORTION = 20_000
_Row = Sequence[Any]


class ExportDiffersError(RuntimeError):
    """The file does not hold what was to be written; it is thrown away."""


@dataclass
class Witness:
    """Keeps what passes on its way into a file: every id, and the values of rows spread evenly."""

    columns: Sequence[Column]
    total: int
    count: int = 0
    ids: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    kept: dict[int, Response] = field(default_factory=dict)

    def watch(self, responses: Iterable[Response]) -> Iterator[Response]:
        step = max(1, -(-self.total // MOST_COMPARED))
        for number, response in enumerate(responses):
            self.count = number + 1
            self.ids.update(f"{response.response_id}\n".encode())
            if number % step == 0:
                self.kept[number] = response
            yield response

    def compare(self, path: Path, kind: str, *, raw: bool = False) -> int:
        """Read the file again; the number of rows whose every value was compared. Raises `ExportDiffersError`."""
        expect = _expected(kind, raw)
        place = [column.name for column in self.columns].index("response_id")
        ids, count = hashlib.sha256(), 0
        for number, row in enumerate(_rows(path, kind, self.columns)):
            count = number + 1
            ids.update(f"{row[place]}\n".encode())
            if number in self.kept:
                self._compare_row(path, number, row, expect)
        if count != self.count:
            raise ExportDiffersError(f"{path.name}: expected {self.count} rows, found {count}")
        if ids.digest() != self.ids.digest():
            raise ExportDiffersError(f"{path.name}: expected the ids in the order in which they were written")
        return len(self.kept)

    def _compare_row(self, path: Path, number: int, row: _Row, expect: "Callable[[Column, Value], Any]") -> None:
        for column, found in zip(self.columns, row, strict=True):
            wanted = expect(column, column.read(self.kept[number]))
            if not _same(found, wanted):
                where = f"{path.name}: row {number + 1}, column {column.name}"
                raise ExportDiffersError(f"{where}: expected {shown(wanted)}, found {shown(found)}")


def compare_labels(path: Path, kind: str, columns: Sequence[Column]) -> None:
    """The labels of an SPSS or Stata file against the columns. Raises `ExportDiffersError`."""
    import pyreadstat

    read = pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta
    _, meta = read(str(path), metadataonly=True, user_missing=True)
    for column in columns:
        label = meta.column_names_to_labels[column.name] or ""
        if not _same_start(label, column.label.zh_hans):
            raise ExportDiffersError(f"{path.name}: label of {column.name}: found {shown(label)}")
        if column.item is None or column.kind not in (ColumnKind.CODE, ColumnKind.FLAG):
            continue
        labels = meta.variable_value_labels.get(column.name, {})
        for value, text in _value_labels(column, kind).items():
            if not _same_start(labels.get(value, ""), text):
                found = shown(labels.get(value))
                raise ExportDiffersError(f"{path.name}: label of {column.name} = {value}: found {found}")
        declared: list[Any] | None = meta.missing_ranges.get(column.name, []) if kind == "sav" else None
        own: Any = column.not_asked
        if declared is not None and not any(one["lo"] <= own <= one["hi"] for one in declared):
            raise ExportDiffersError(
                f"{path.name}: {column.name}: expected {column.not_asked} among the missing values"
            )


def _value_labels(column: Column, kind: str) -> dict[Any, str]:
    labels: dict[Any, str] = {}
    for code in column.codes:
        missing_in_stata = kind == "dta" and code.missing is not None
        labels[_letter(code.missing) if missing_in_stata and code.missing else float(code.value)] = code.label.zh_hans
    not_asked = MISSING_LABELS[MissingKind.NOT_ASKED].zh_hans
    return labels | ({"a": not_asked} if kind == "dta" else {float(column.not_asked or 0): not_asked})


def _same_start(found: str, whole: str) -> bool:
    """Whether a label is the whole one, or its beginning where the program takes no longer ones."""
    return found == whole or (len(found) > 20 and whole.startswith(found.removesuffix("…")))


def _letter(kind: MissingKind) -> str:
    return {
        MissingKind.NOT_ASKED: "a",
        MissingKind.NOT_ANSWERED: "b",
        MissingKind.DONT_KNOW: "c",
        MissingKind.REFUSED: "d",
        MissingKind.NOT_APPLICABLE: "e",
    }[kind]


def _same(found: Any, wanted: Any) -> bool:
    """Equal; times may differ by what a spreadsheet's fraction of a day loses, numbers by its seventeenth digit."""
    if isinstance(found, datetime) and isinstance(wanted, datetime):
        return abs(found - wanted) <= timedelta(milliseconds=2)
    if isinstance(found, float) and isinstance(wanted, float):
        return math.isclose(found, wanted, rel_tol=1e-15)
    return bool(found == wanted)


def _expected(kind: str, raw: bool) -> "Callable[[Column, Value], Any]":
    """What the file of this kind holds for a value, in the form in which `_rows` gives it."""
    if kind == "csv":
        return lambda column, value: _csv_text(column, value, raw)
    if kind == "xlsx":
        return lambda column, value: "" if value is None else _plain(value)
    if kind == "parquet":
        return lambda column, value: None if value is None else _plain(value)
    return lambda column, value: _statistical(column, value, kind)


def _csv_text(column: Column, value: Value, raw: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return shown_time(value)
    own = {str(column.not_asked), str(column.not_answered)}
    if isinstance(value, str) and column.is_text and not raw and value not in own:
        return safe_text(value)
    return str(value)


def _plain(value: Value) -> Any:
    if isinstance(value, datetime):
        return _whole_milliseconds(value.astimezone(SHANGHAI).replace(tzinfo=None))
    return value if isinstance(value, str) else float(value or 0)


def _statistical(column: Column, value: Value, kind: str) -> Any:
    if column.kind is ColumnKind.TEXT:
        return "" if value is None else str(value)
    if column.kind is ColumnKind.TIME or value is None:
        return None if value is None else _plain(value)
    if kind == "sav":
        return None if value == column.not_answered and column.not_asked is not None else float(str(value))
    if column.not_asked is not None and value in (column.not_asked, column.not_answered):
        return "a" if value == column.not_asked else "b"
    missing = next((code.missing for code in column.codes if code.value == value and code.missing), None)
    return _letter(missing) if missing else float(str(value))


def _whole_milliseconds(time: datetime) -> datetime:
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _rows(path: Path, kind: str, columns: Sequence[Column]) -> Iterator[_Row]:
    """The rows of the file, read with other means than those that wrote it wherever there are any."""
    if kind == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            yield from reader
    elif kind == "xlsx":
        yield from _xlsx_rows(path, columns)
    elif kind == "parquet":
        yield from _parquet_rows(path)
    else:
        yield from _statistical_rows(path, kind, columns)


def _xlsx_rows(path: Path, columns: Sequence[Column]) -> Iterator[_Row]:
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    for number, row in enumerate(sheet.iter_rows()):
        if number:
            cells = [*row, *[""] * (len(columns) - len(row))]
            yield [float(cell) if isinstance(cell, int | float) else cell for cell in cells]


def _parquet_rows(path: Path) -> Iterator[_Row]:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_PORTION):
            held = [column.to_pylist() for column in batch.columns]
            for row in zip(*held, strict=True):
                yield [float(cell) if isinstance(cell, int | float) else cell for cell in row]


def _statistical_rows(path: Path, kind: str, columns: Sequence[Column]) -> Iterator[_Row]:
    import pyreadstat

    read = pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta
    times = [column.kind is ColumnKind.TIME for column in columns]
    offset = 0
    while True:
        frame, _ = read(str(path), row_offset=offset, row_limit=_PORTION, user_missing=True)
        held = [frame[column.name].tolist() for column in columns]
        for row in zip(*held, strict=True):
            yield [_time(cell) if is_time else _cell(cell) for cell, is_time in zip(row, times, strict=True)]
        if len(frame) < _PORTION:
            return
        offset += _PORTION


def _cell(value: Any) -> Any:
    """Numbers as floats, system-missing as None, texts and Stata's letters as they are."""
    if isinstance(value, str) or value is None:
        return value
    number = float(value)
    return None if number != number else number  # noqa: PLR0124 - only a missing number differs from itself


def _time(value: Any) -> datetime | None:
    if value is None or value != value:  # noqa: PLR0124
        return None
    time = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return time if isinstance(time, datetime) else None
