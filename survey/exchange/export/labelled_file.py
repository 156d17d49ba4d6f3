"""Writes SPSS (.sav) and Stata (.dta) files with labels and the kinds of missing in each program's own way. Step 8.

SPSS: not asked (-1), don't know, refused and not applicable are user-missing; not answered is system-missing, because
SPSS takes at most three user-missing values per variable. Stata: .a not asked, .b not answered, .c don't know,
.d refused, .e not applicable.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from survey.exchange.export.columnar import portions
from survey.exchange.export.export_columns import Column, ColumnKind, Value
from survey.exchange.export.missing import MISSING_LABELS
from survey.exchange.fault import Fault, FaultsFoundError
from survey.instrument.answers import MissingKind
from survey.response.response import Response

SPSS_VALUE_LABEL = 120  # bytes; longer ones would be cut without a word
SPSS_VARIABLE_LABEL = 256
STATA_NAME = 32
STATA_VARIABLE_LABEL = 80  # characters
STATA_LETTERS = {
    MissingKind.NOT_ASKED: "a",
    MissingKind.NOT_ANSWERED: "b",
    MissingKind.DONT_KNOW: "c",
    MissingKind.REFUSED: "d",
    MissingKind.NOT_APPLICABLE: "e",
}
_PORTION = 10_000  # responses whose values are lists at a time
_FEW_TEXTS = 10_000
_EXACT = 2**24  # whole numbers below it are exact in four bytes
_SPSS_TIME = (datetime(1582, 10, 14), 1.0)  # SPSS counts seconds from here
_STATA_TIME = (datetime(1960, 1, 1), 1000.0)  # Stata counts milliseconds
_NUMERIC = (ColumnKind.CODE, ColumnKind.FLAG, ColumnKind.NUMBER)


def write_sav(path: Path, columns: Sequence[Column], responses: Iterable[Response], title: str) -> int:
    """Write the responses and return their number."""
    import pyreadstat

    # Not answered is system-missing.
    empty = {column.name: {column.not_answered: None} for column in columns if column.kind in _NUMERIC}
    frame, count = _frame(columns, responses, empty, _SPSS_TIME)
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=_cut(title, 60),
        column_labels={column.name: _cut(column.label.zh_hans, SPSS_VARIABLE_LABEL) for column in columns},
        variable_value_labels={c.name: _spss_labels(c) for c in columns if c.kind in _NUMERIC and c.item},
        missing_ranges={c.name: _spss_missing(c) for c in columns if c.kind in _NUMERIC and c.not_asked is not None},
        variable_measure={column.name: _measure(column) for column in columns},
        variable_format=_time_formats(columns, "DATETIME20"),
        row_compress=True,
    )
    return count


def write_dta(path: Path, columns: Sequence[Column], responses: Iterable[Response], title: str) -> int:
    """Write the responses and return their number. Raises `FaultsFoundError` for names that Stata cannot hold."""
    import pyreadstat

    long = [column.name for column in columns if len(column.name) > STATA_NAME]
    if long:
        expected = f"column names of at most {STATA_NAME} characters; export sav, csv or parquet"
        raise FaultsFoundError(Fault(path.name, f"column {name}", expected, f"{len(name)} characters") for name in long)
    letters = {column.name: _stata_letters(column) for column in columns if column.kind in _NUMERIC}
    frame, count = _frame(columns, responses, letters, _STATA_TIME)
    pyreadstat.write_dta(
        frame,
        str(path),
        version=15,
        file_label=title[:STATA_VARIABLE_LABEL],
        column_labels={column.name: column.label.zh_hans[:STATA_VARIABLE_LABEL] for column in columns},
        variable_value_labels={c.name: _stata_labels(c) for c in columns if c.kind in _NUMERIC and c.item},
        variable_format=_time_formats(columns, "%tc"),
        missing_user_values={name: sorted(set(table.values())) for name, table in letters.items() if table},
    )
    return count


def _frame(
    columns: Sequence[Column],
    responses: Iterable[Response],
    instead: Mapping[str, Mapping[Any, str | None]],
    clock: tuple[datetime, float],
) -> tuple[Any, int]:
    """A pandas frame of the columns, as the writers take it, and its number of rows.

    `instead`: what stands for some values of a column. `clock`: times are numbers since then, so many a second. It is
    gathered in portions: a column of numbers is a small part of the size of their list. Nothing is copied at the end,
    and no time is left for the writer to convert, for which it would copy the whole frame.
    """
    import numpy as np
    import pandas as pd

    parts: dict[str, list[Any]] = {column.name: [] for column in columns}
    texts: dict[str, dict[Value, Value]] = {column.name: {None: ""} for column in columns}
    total = 0
    for values, count in portions(columns, responses, _PORTION):
        total += count
        for column in columns:
            name, held = column.name, values[column.name]
            if column.kind is ColumnKind.TEXT:
                parts[name].append(_texts(held, texts[name]))
            elif column.kind is ColumnKind.TIME:
                parts[name].append(_moments(held, clock))
            else:
                parts[name].append(_numbers(column, held, instead.get(name, {})))
    series = {}
    for name in list(parts):
        whole = np.concatenate(parts.pop(name))
        series[name] = pd.Series(whole, dtype=whole.dtype)  # named, or pandas would turn texts into a kind of its own
    return pd.DataFrame(series, copy=False), total


def _texts(held: Sequence[Value], known: dict[Value, Value]) -> Any:
    """Texts as objects; those that come again and again are one object, as long as there are few."""
    import numpy as np

    if len(known) > _FEW_TEXTS:
        return np.array([known.get(value, value) for value in held], dtype=object)
    return np.array([known.setdefault(value, value) for value in held], dtype=object)


def _moments(held: Sequence[Value], clock: tuple[datetime, float]) -> Any:
    """Times as numbers to the millisecond; none is not a number."""
    import numpy as np

    since, a_second = clock
    beginning = np.datetime64(since, "ms")
    elapsed = np.array(held, dtype="datetime64[ms]") - beginning
    return np.where(np.isnat(elapsed), np.nan, elapsed.astype(np.float64)) / 1000 * a_second


def _numbers(column: Column, held: Sequence[Value], instead: Mapping[Any, str | None]) -> Any:
    """Numbers with letters among them as objects; codes in half the size of other numbers, exact as they are small."""
    import numpy as np

    known = [instead.get(value, value) for value in held] if instead else held
    if any(instead.values()):
        return np.array(known, dtype=object)
    small = column.kind is ColumnKind.FLAG or (
        column.kind is ColumnKind.CODE and all(abs(int(code.value)) < _EXACT for code in column.codes)
    )
    return np.array(known, dtype=np.float32 if small else np.float64)


def _time_formats(columns: Sequence[Column], name: str) -> dict[str, str]:
    return {column.name: name for column in columns if column.kind is ColumnKind.TIME}


def _spss_labels(column: Column) -> dict[Any, str]:
    labels: dict[Any, str] = {code.value: _cut(code.label.zh_hans, SPSS_VALUE_LABEL) for code in column.codes}
    return labels | {column.not_asked: MISSING_LABELS[MissingKind.NOT_ASKED].zh_hans}


def _spss_missing(column: Column) -> list[Any]:
    """Three single values, or a range and one value: as many as SPSS takes."""
    own = [column.not_asked]
    codes = sorted(int(code.value) for code in column.codes if code.missing)
    valid = [int(code.value) for code in column.codes if not code.missing]
    if len(codes) <= 2:
        return [*own, *codes]
    if not any(codes[0] < value < codes[-1] for value in valid):
        return [{"lo": codes[0], "hi": codes[-1]}, *own]
    return [*own, *codes[-2:]]


def _stata_letters(column: Column) -> dict[Any, str]:
    letters: dict[Any, str] = {code.value: STATA_LETTERS[code.missing] for code in column.codes if code.missing}
    if column.not_asked is not None:
        letters |= {column.not_asked: "a", column.not_answered: "b"}
    return letters


def _stata_labels(column: Column) -> dict[Any, str]:
    labels: dict[Any, str] = {code.value: code.label.zh_hans for code in column.codes if not code.missing}
    labels |= {STATA_LETTERS[code.missing]: code.label.zh_hans for code in column.codes if code.missing}
    return labels | {
        "a": MISSING_LABELS[MissingKind.NOT_ASKED].zh_hans,
        "b": MISSING_LABELS[MissingKind.NOT_ANSWERED].zh_hans,
    }


def _measure(column: Column) -> str:
    if column.kind in (ColumnKind.NUMBER, ColumnKind.WEIGHT, ColumnKind.TIME):
        return "scale"
    has_order = any(choice.polarity for choice in column.item.choices) if column.item else False
    return "ordinal" if column.kind is ColumnKind.CODE and has_order else "nominal"


def _cut(text: str, most: int) -> str:
    """The text in at most `most` bytes of UTF-8, whole characters, with a sign that something is left out."""
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore") + "…"
