"""Writes CSV: streamed, UTF-8, and safe to open in a spreadsheet program unless raw text is asked for. Step 8."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from survey.exchange.export.export_columns import Column, ColumnKind
from survey.response.response import Response

SHANGHAI = ZoneInfo("Asia/Shanghai")
# What a spreadsheet program takes for the start of a formula (OWASP, CSV injection), and the full-width signs that
# Chinese ones take for it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FIRST_SIGNS = frozenset(FORMULA_STARTS)


def write_csv(
    path: Path, columns: Sequence[Column], responses: Iterable[Response], *, bom: bool = True, raw: bool = False
) -> int:
    """Write the responses and return their number. `raw`: people's texts as they are, not safe for spreadsheets."""
    readers = [_cell_reader(column, raw) for column in columns]
    rows = ([read(response) for read in readers] for response in responses)
    return write_table(path, [column.name for column in columns], rows, bom=bom)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, bom: bool) -> int:
    """Any table of plain values; returns the number of rows below the header."""
    count = 0
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A small table as text, with the byte order mark by which spreadsheet programs know UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return "\ufeff" + file.getvalue()


def safe_text(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet program would run it as a formula.

    >>> safe_text("=1+1"), safe_text("路灯很亮")
    ("'=1+1", '路灯很亮')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def shown_time(time: datetime) -> str:
    """Shanghai's time with its zone, to the second."""
    return time.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _cell_reader(column: Column, raw: bool) -> Callable[[Response], object]:
    """How a response's cell of this column is written; chosen once, because an export has millions of cells."""
    read = column.read
    if column.kind is ColumnKind.TIME:
        return lambda response: shown_time(time) if isinstance(time := read(response), datetime) else time
    if raw or not column.is_text:
        return read
    codes = (str(column.not_asked), str(column.not_answered))

    def safe(response: Response) -> object:
        value = read(response)
        if not isinstance(value, str) or value[:1] not in _FIRST_SIGNS or value in codes:
            return value
        return safe_text(value)

    return safe
