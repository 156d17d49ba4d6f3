"""Writes an XLSX workbook: the data, the codebook, and the tables of results if there are any. Step 8.

Text is never turned into a formula.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from survey.exchange.export.codebook import HEADER, codebook_rows
from survey.exchange.export.csv_file import SHANGHAI
from survey.exchange.export.export_columns import Column, Value
from survey.exchange.export.result_sheet import ResultSheet, write_result_sheet
from survey.exchange.fault import Fault, FaultsFoundError
from survey.response.response import Response

MOST_ROWS = 1_048_575  # below the header
MOST_COLUMNS = 16_384


def write_xlsx(
    path: Path, columns: Sequence[Column], responses: Iterable[Response], results: ResultSheet | None = None
) -> int:
    """Write the responses and return their number. `results`: None for a wave without figures.

    Raises `FaultsFoundError` when a sheet cannot hold them.
    """
    import xlsxwriter

    check_size(path.name, len(columns), 0)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with xlsxwriter.Workbook(str(path), options) as workbook:
        bold = workbook.add_format({"bold": True})
        time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = workbook.add_worksheet("数据 data")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [column.name for column in columns], bold)
        for count, response in enumerate(responses, start=1):
            check_size(path.name, len(columns), count)
            for position, column in enumerate(columns):
                _write_cell(sheet, count, position, column.read(response), time)
        codebook = workbook.add_worksheet("编码本 codebook")
        codebook.freeze_panes(1, 0)
        codebook.write_row(0, 0, HEADER, bold)
        for row, cells in enumerate(codebook_rows(columns), start=1):
            for position, cell in enumerate(cells):
                codebook.write_string(row, position, cell)
        if results is not None:
            write_result_sheet(workbook, results)
    return count


def check_size(name: str, columns: int, rows: int) -> None:
    """Raises `FaultsFoundError` for more columns or rows than a sheet of any spreadsheet program takes."""
    if columns > MOST_COLUMNS:
        raise FaultsFoundError([Fault(name, "size", f"at most {MOST_COLUMNS} columns", str(columns))])
    if rows > MOST_ROWS:
        expected = f"at most {MOST_ROWS} rows; export csv or parquet"
        raise FaultsFoundError([Fault(name, "size", expected, str(rows))])


def _write_cell(sheet: Any, row: int, position: int, value: Value, time_format: object) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, position, value.astimezone(SHANGHAI).replace(tzinfo=None), time_format)
    elif isinstance(value, str):
        sheet.write_string(row, position, value)
    else:
        sheet.write_number(row, position, value)
