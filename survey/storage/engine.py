"""The database: SQLite (WAL, synchronous FULL) or PostgreSQL behind one `Storage`, with read and write transactions."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.storage.group_commit import GroupCommit

T = TypeVar("T")
BUSY_SECONDS = 15
_WRITES = {"minyi_writes": True}


class StorageUnavailableError(RuntimeError):
    """The database cannot be reached or does not take writes now; nothing was stored, the same call may be repeated."""


class Storage:
    """One database. Actions take it and own their transactions: `read`, `write`, or `write_grouped` on the hot path."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._group = GroupCommit(self.engine.execution_options(**_WRITES), lock_file=_lock_file(self.engine))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot; nothing is written."""
        with _unavailable_is_named(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one write transaction, on disk when the block ends, undone when it raises."""
        with _unavailable_is_named():
            engine = self.engine.execution_options(**_WRITES)
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session

    def write_grouped(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction shared with other waiting requests; returns after the group is on disk.

        `work` runs in a savepoint of its own: when it raises, only its own changes are undone.
        """
        with _unavailable_is_named():
            return self._group.run(work)

    def close(self) -> None:
        self._group.stop()
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine for `url`; for SQLite with the pragmas that make a commit durable."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=10)
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is emitted by `_begin_sqlite`, so that savepoints work
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A write transaction takes the lock at once: a deferred one could fail half-way when it turns into a write.
    writes = connection.get_execution_options().get("minyi_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock_file(engine: Engine) -> Path | None:
    database = engine.url.database
    if engine.url.get_backend_name() != "sqlite" or not database or database == ":memory:":
        return None
    return Path(database + ".lock")


@contextmanager
def _unavailable_is_named() -> Iterator[None]:
    """A lost connection, a locked or a full database becomes one error that the web layer knows."""
    try:
        yield
    except DBAPIError as error:
        if _is_outage(error):
            raise StorageUnavailableError(str(error.orig)) from error
        raise


def _is_outage(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    name = type(error.orig).__name__
    return name in {"OperationalError", "AdminShutdown", "CannotConnectNow", "ConnectionFailure", "DiskFull"}
