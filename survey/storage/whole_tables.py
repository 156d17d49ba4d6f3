"""Whole tables as plain rows, in and out, the same for SQLite and PostgreSQL: what a backup holds.

A backup names its columns and their kinds itself, so that one made by an older program can be read by a newer one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    Float,
    Integer,
    String,
    TableClause,
    column,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from survey.storage.base import NOT_BACKED_UP, UtcDateTime
from survey.storage.tables import Base

Cell: TypeAlias = str | int | float | bool | None
_ROWS_AT_ONCE = 1000
_KINDS: dict[str, type[TypeEngine[Any]]] = {
    "text": String,
    "integer": Integer,
    "number": Float,
    "boolean": Boolean,
    "date": Date,
    "time": UtcDateTime,
}
_READERS = {"date": date.fromisoformat, "time": datetime.fromisoformat}


@dataclass(frozen=True)
class TableShape:
    """A table's name and its columns with their kinds: text, integer, number, boolean, date, time (UTC).

    `numbered` is the column that the database counts up.
    """

    name: str
    columns: Mapping[str, str]
    numbered: str | None = None

    def __post_init__(self) -> None:
        for name in (self.name, self.numbered or "", *self.columns):
            if name and not (name.isascii() and name.isidentifier()):
                raise ValueError(f"table {self.name}: expected a plain name, found {name!r}")
        for name, kind in self.columns.items():
            if kind not in _KINDS:
                raise ValueError(f"table {self.name}: {name}: expected one of {', '.join(_KINDS)}, found {kind!r}")


def table_shapes() -> list[TableShape]:
    """Every table that a backup holds, those that others refer to first; no hashes, which are deleted on schedule."""
    return [
        TableShape(
            one.name,
            {field.name: _kind(field.type) for field in one.columns},
            numbered=one.autoincrement_column.name if one.autoincrement_column is not None else None,
        )
        for one in Base.metadata.sorted_tables
        if one.info != NOT_BACKED_UP["info"]
    ]


def count_rows(session: Session, shape: TableShape) -> int:
    return session.scalar(select(func.count()).select_from(table(shape.name))) or 0


def stream_rows(session: Session, shape: TableShape) -> Iterator[list[Cell]]:
    """The rows in the order of their key (an area's parent comes before it), cells in the order of the columns."""
    plain = _plain_table(shape)
    key = [plain.c[field.name] for field in Base.metadata.tables[shape.name].primary_key]
    for row in session.execute(select(plain).order_by(*key).execution_options(yield_per=_ROWS_AT_ONCE)):
        yield [cell.isoformat() if isinstance(cell, date) else cell for cell in row]


def insert_rows(connection: Connection, shape: TableShape, rows: Iterable[Sequence[Cell]]) -> None:
    """Insert rows as `stream_rows` gave them. Raises `ValueError` for a row that does not fit the shape."""
    statement = insert(_plain_table(shape))
    following = iter(rows)
    while some := [_values(shape, row) for row in islice(following, _ROWS_AT_ONCE)]:
        connection.execute(statement, some)
    if shape.numbered and connection.dialect.name == "postgresql":  # SQLite counts on from the largest by itself
        sequence = f"pg_get_serial_sequence('{shape.name}', '{shape.numbered}')"
        connection.execute(text(f"SELECT setval({sequence}, max({shape.numbered})) FROM {shape.name}"))  # noqa: S608


def _values(shape: TableShape, row: Sequence[Cell]) -> dict[str, object]:
    values: dict[str, object] = {}
    for (name, kind), cell in zip(shape.columns.items(), row, strict=True):
        read = _READERS.get(kind)
        values[name] = read(cell) if read and isinstance(cell, str) else cell
    return values


def _plain_table(shape: TableShape) -> TableClause:
    return table(shape.name, *(column(name, _KINDS[kind]()) for name, kind in shape.columns.items()))


def _kind(type_: TypeEngine[Any]) -> str:
    return next(kind for kind, known in _KINDS.items() if isinstance(type_, known))
