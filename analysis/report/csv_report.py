"""csv files: one for each table that has rows, and weights.csv with the final weight of every row. Step 8."""

from __future__ import annotations

import csv
from pathlib import Path

from analysis.report.tables import TABLES, Row
from analysis.result import Result


def write_csv(result: Result, folder: Path) -> None:
    """Writes estimates.csv and the other tables, UTF-8 with a mark so that spreadsheet programs read Chinese."""
    for name, rows_of in TABLES.items():
        rows = rows_of(result)
        if rows or name == "estimates":
            _write_table(folder / f"{name}.csv", rows)
    _write_weights(result, folder / "weights.csv")


def _write_table(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["indicator"])
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)


def _cell(value: object) -> object:
    """Text that a spreadsheet program would run as a formula is marked as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "@"} else value


def _write_weights(result: Result, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("row,weight\r\n")
        file.writelines(f"{row},{weight!r}\r\n" for row, weight in enumerate(result.weights.values.tolist(), start=1))
