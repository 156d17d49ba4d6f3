"""Statements of the hot path, handed to the database's driver itself. Step 4 of the flow.

SQLAlchemy needs 0.15 ms of processor to run a statement that the driver runs in 0.015 ms. So the few statements that
every resident's request runs are still written as SQLAlchemy's, for both databases, and rendered to text once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Rendered:
    """The text of a statement and how its values are handed to the driver."""

    text: str
    fixed: Values
    names: Sequence[str]
    by_place: bool  # the driver takes values by their place and not by their name
    convert: Mapping[str, Callable[[Any], Any]]

    def values(self, given: Values) -> Any:
        known = {**self.fixed, **given}
        for name, convert in self.convert.items():
            known[name] = convert(known[name])
        return [known[name] for name in self.names] if self.by_place else known


class DriverStatement:
    """A statement that takes the values `names` each time; other parameters of it are fixed.

    Rows come back as the driver has them: ask for texts and whole numbers only.
    """

    def __init__(self, statement: ClauseElement, names: Sequence[str]) -> None:
        self._statement, self._names = statement, list(names)
        self._rendered: dict[str, Rendered] = {}

    def execute(self, connection: Connection, given: Values) -> Any:
        """The driver's cursor after the statement, run in the transaction of `connection`.

        Raises SQLAlchemy's errors, as the connection itself would.
        """
        return self._run(connection, lambda cursor, rendered: cursor.execute(rendered.text, rendered.values(given)))

    def execute_many(self, connection: Connection, given: Iterable[Values]) -> None:
        """The same for several rows at once."""
        rows = list(given)
        if len(rows) == 1:
            self.execute(connection, rows[0])
            return
        self._run(
            connection,
            lambda cursor, rendered: cursor.executemany(rendered.text, [rendered.values(one) for one in rows]),
        )

    def fetch_all(self, engine: Engine, given: Values) -> list[tuple[Any, ...]]:
        """The rows of a statement that only reads, without a transaction around it."""
        rendered = self.rendered(engine.dialect)
        with RaisedBySqlalchemy(engine.dialect, rendered.text):
            pooled = engine.raw_connection()
            own: Any = pooled.driver_connection
            try:
                if engine.dialect.name == "postgresql":  # else BEGIN and ROLLBACK would travel as well
                    own.autocommit = True
                cursor: Any = pooled.cursor()
                cursor.execute(rendered.text, rendered.values(given))
                rows: list[tuple[Any, ...]] = cursor.fetchall()
                return rows
            finally:
                if engine.dialect.name == "postgresql" and not own.closed:
                    own.autocommit = False
                pooled.close()  # back to the pool

    def _run(self, connection: Connection, run: Callable[[Any, Rendered], object]) -> Any:
        rendered = self.rendered(connection.dialect)
        with RaisedBySqlalchemy(connection.dialect, rendered.text):
            cursor = connection.connection.cursor()
            run(cursor, rendered)
            return cursor

    def rendered(self, dialect: Dialect) -> Rendered:
        """The text for this dialect, made on first use."""
        if dialect.name not in self._rendered:
            self._rendered[dialect.name] = _render(self._statement, self._names, dialect)
        return self._rendered[dialect.name]


class RaisedBySqlalchemy:
    """Turns the driver's errors into those of SQLAlchemy, which the rest of storage knows.

    A class, because `contextmanager` costs as much as the statement.
    """

    def __init__(self, dialect: Dialect, statement: str) -> None:
        self._dialect, self._statement = dialect, statement

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        driver: Any = self._dialect.dbapi
        if isinstance(error, driver.Error):
            raise DBAPIError.instance(self._statement, None, error, driver.Error) from error


def _render(statement: ClauseElement, names: list[str], dialect: Dialect) -> Rendered:
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    converters = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
    }
    return Rendered(
        text=compiled.string,
        fixed={name: value for name, value in compiled.params.items() if name not in names},
        names=compiled.positiontup or (),
        by_place=bool(compiled.positional),
        convert={name: convert for name, convert in converters.items() if convert is not None},
    )
