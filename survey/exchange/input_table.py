"""Reads a table of text cells from a CSV or XLSX file, as other programs save them. First step of every import."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from survey.exchange.fault import Fault, FaultsFoundError, shown

LARGEST_CELL = 100_000  # characters; the longest answer has 300


@dataclass(frozen=True)
class InputTable:
    """A header and rows of text; `rows` pairs each row with its number in the file (the header is row 1)."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row by column name, with its number in the file."""
        return ((number, dict(zip(self.header, row, strict=True))) for number, row in self.rows)


def read_table(path: Path) -> InputTable:
    """Read the first sheet or the whole CSV file; empty rows are left out.

    Raises `FaultsFoundError`: no such file, unknown ending, no header, column names missing or twice, ragged rows.
    """
    if not path.is_file():
        raise FaultsFoundError([Fault(str(path), "file", "a file that can be read", "no such file")])
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise FaultsFoundError(
            [Fault(path.name, "file", "a name ending in .csv or .xlsx", shown(path.suffix or path.name))]
        )
    numbered = [(number, row) for number, row in enumerate(reader(path), start=1) if any(row)]
    if not numbered:
        raise FaultsFoundError([Fault(path.name, "row 1", "a row of column names", "an empty file")])
    (_, header), *rows = numbered
    faults = [*_header_faults(path.name, header), *_length_faults(path.name, len(header), rows)]
    if faults:
        raise FaultsFoundError(faults)
    return InputTable(path.name, tuple(header), tuple((number, tuple(row)) for number, row in rows))


def read_known_table(path: Path, required: Sequence[str], optional: Sequence[str]) -> InputTable:
    """A table with all the required columns and no others than the optional ones. Raises `FaultsFoundError`."""
    table = read_table(path)
    known = (*required, *optional)
    faults = [Fault(table.file, "row 1", f"a column {name}", "none") for name in required if name not in table.header]
    faults += [
        Fault(table.file, "row 1", f"columns among {', '.join(known)}", shown(name))
        for name in table.header
        if name not in known
    ]
    if faults:
        raise FaultsFoundError(faults)
    return table


def _header_faults(file: str, header: Sequence[str]) -> Iterator[Fault]:
    for position, name in enumerate(header, start=1):
        if not name:
            yield Fault(file, f"row 1, column {position}", "a column name", "nothing")
        elif name in header[: position - 1]:
            yield Fault(file, f"row 1, column {position}", "every column name once", f"{shown(name)} again")


def _length_faults(file: str, width: int, rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Fault]:
    for number, row in rows:
        if len(row) != width:
            yield Fault(file, f"row {number}", f"{width} cells as in the header", f"{len(row)} cells")


def _csv_rows(path: Path) -> Iterator[list[str]]:
    text = _decoded(path)
    first_line = text.split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=first_line.count)
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise FaultsFoundError([Fault(path.name, f"line {reader.line_num}", "CSV", shown(error))]) from error


def _decoded(path: Path) -> str:
    """Spreadsheet programs in China save GB 18030; everything else is taken as UTF-8."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FaultsFoundError([Fault(path.name, "file", "text in UTF-8 or GB 18030", "other bytes")])


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise FaultsFoundError([Fault(path.name, "file", "a readable .xlsx file", shown(error))]) from error
    width = len(rows[0]) if rows else 0
    for row in rows:
        cells = [_cell_text(cell) for cell in row]
        yield cells + [""] * (width - len(cells))


def _cell_text(value: object) -> str:
    """What a spreadsheet's cell says: 4.0 is written 4, dates as 2026-03-01.

    >>> _cell_text(4.0), _cell_text(True), _cell_text(0.5)
    ('4', '1', '0.5')
    """
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip()
