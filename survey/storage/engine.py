"""The database: SQLite (WAL, synchronous FULL) or PostgreSQL behind one `Storage`, with read and write transactions."""

import math
import os
import select
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from survey.storage.driver import DriverStatement, RaisedBySqlalchemy
from survey.storage.group_commit import GroupCommit, Work
from survey.storage.outage import is_transient, outage_is_named

Item = TypeVar("Item")
T = TypeVar("T")
BUSY_SECONDS = 15
_ATTEMPTS = 3
WRITES = {"minyi_writes": True}
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 10, "pool_timeout": BUSY_SECONDS, "pool_use_lifo": True}
_RESTS_SINCE = "rests since"
_LONG_REST_SECONDS = 5.0
_POSTGRES = {"connect_timeout": 10, "keepalives_idle": 30, "tcp_user_timeout": BUSY_SECONDS * 1000}


class Storage:
    """One database. Actions take it and own their transactions: `read`, `write`, or a grouped write on the hot path."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        # SQLite's BEGIN gives a snapshot by itself; PostgreSQL has to be asked for one.
        self._snapshots = self.engine if _is_sqlite(self.engine) else self.engine.execution_options(**_SNAPSHOT)
        self._writes = self.engine.execution_options(**WRITES)
        self._group = GroupCommit(self._writes, lock_file=_lock_file(self.engine))
        _opened.add(self)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot; nothing is written."""
        with outage_is_named(), Session(self._snapshots, expire_on_commit=False) as session:
            yield session

    def select(self, statement: DriverStatement, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """The rows of one statement; for the hot path, where a session costs more than the query."""
        with outage_is_named():
            return statement.fetch_all(self.engine, values)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one write transaction, on disk when the block ends, undone when it raises."""
        with outage_is_named(), Session(self._writes, expire_on_commit=False) as session, session.begin():
            yield session

    def write_grouped(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction shared with other waiting requests; returns after the group is on disk.

        When `work` raises, only its own changes are undone. It may be called more than once (again after another one
        failed, or after a deadlock) and must change nothing but its connection.
        """
        return self.write_batched(lambda connection, items: [work(connection) for _ in items], None)

    def write_batched(self, work: Work[Item, T], item: Item) -> T:
        """Like `write_grouped`, for the hot path: `work` takes all items that wait for it and writes them in one batch.

        It returns a result for each. When it raises, it is called again for each item alone.
        """
        with outage_is_named():
            for _ in range(_ATTEMPTS - 1):
                try:
                    return self._group.run(work, item)
                except DBAPIError as error:
                    if not is_transient(error):
                        raise
            return self._group.run(work, item)

    def close(self) -> None:
        self.engine.dispose()

    def forget_parent(self) -> None:
        """In a forked child: leave the parent's connections alone and start with none.

        The parent must not be in the middle of a write: SQLite's memory would say in the child that it is locked.
        """
        self.engine.dispose(close=False)
        self._group.forget_parent()


_opened: "weakref.WeakSet[Storage]" = weakref.WeakSet()


def _forget_parents() -> None:
    for storage in _opened:
        storage.forget_parent()


os.register_at_fork(after_in_child=_forget_parents)


def make_engine(url: str) -> Engine:
    """An engine for `url`; for SQLite with the pragmas that make a commit durable."""
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, connect_args=_POSTGRES, **_POOL)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_ask_in_doubt, engine.dialect))
        return engine
    file = _database_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, **(_POOL if file else {}))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _ask_in_doubt(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Before a connection of the pool is used: whether the server is still there.

    It is asked (SQLAlchemy's `pool_pre_ping` would ask each time, a quarter of a short request) only after a rest, or
    when something came in meanwhile: a server that stops, or ends this connection, says so or closes it.
    """
    errors: Any = dialect.loaded_dbapi.Error
    try:
        rested = time.monotonic() - record.info.get(_RESTS_SINCE, -math.inf)
        if rested > _LONG_REST_SECONDS or _has_something_to_read(connection.fileno()):
            dialect.do_ping(connection)
    except errors as error:
        raise DisconnectionError(str(error)) from error  # the pool makes a new connection


def _has_something_to_read(descriptor: int) -> bool:
    looked = select.poll()
    looked.register(descriptor, select.POLLIN)
    return bool(looked.poll(0))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is emitted by `_begin_sqlite`, so that savepoints work
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A write transaction takes the lock at once: a deferred one could fail half-way when it turns into a write.
    writes = connection.get_execution_options().get("minyi_writes", False)
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
    with RaisedBySqlalchemy(connection.dialect, statement):  # through SQLAlchemy it would take a tenth of a request
        connection.connection.cursor().execute(statement)


def _is_sqlite(engine: Engine) -> bool:
    return engine.url.get_backend_name() == "sqlite"


def _database_file(url: URL | str) -> Path | None:
    """The file of an SQLite database; None for one in memory and for PostgreSQL."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or made.database in {None, "", ":memory:"}:
        return None
    return Path(str(made.database))


def _lock_file(engine: Engine) -> Path | None:
    file = _database_file(engine.url)
    return None if file is None else file.with_name(file.name + ".lock")
