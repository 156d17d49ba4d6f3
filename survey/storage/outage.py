"""Tells an outage (the database cannot be reached or takes no writes now) from every other database error."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageUnavailableError(RuntimeError):
    """The database cannot be reached or takes no writes now. The same call may be repeated.

    Nothing was stored, except when the connection broke between the commit and its confirmation: then nobody knows, and
    repeating a response finds it by its key.
    """


# Primary result codes of SQLite that come from the machine and not from the statement.
_SQLITE_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
# SQLSTATE classes: 08 connection, 53 insufficient resources (disk, memory, connections), 57P the operator stops the
# server, 58 system error (input/output); and two single states.
_POSTGRES_OUTAGES = ("08", "53", "57P", "58", "55P03", "25006")  # lock not available, server is read-only
_POSTGRES_TRANSIENT = frozenset({"40001", "40P01"})  # serialisation failure, deadlock: undone, may simply run again


def is_outage(error: BaseException | None) -> bool:
    """Whether `error`, or one that it was raised upon, says that the database is out of reach or takes no writes.

    A statement that is wrong (no such table, a broken key) is no outage, although drivers use the same class for it.
    """
    while error is not None:
        if isinstance(error, StorageUnavailableError | PoolTimeoutError):
            return True
        if isinstance(error, DBAPIError) and (error.connection_invalidated or _driver_says_outage(error.orig)):
            return True
        error = error.__context__  # a failing ROLLBACK TO SAVEPOINT hides the error that caused it
    return False


def is_transient(error: BaseException) -> bool:
    """Whether the transaction was undone only because of another one that ran at the same moment."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _POSTGRES_TRANSIENT


@contextmanager
def outage_is_named() -> Iterator[None]:
    """Turns an outage into one `StorageUnavailableError` that the web layer knows; lets everything else through."""
    try:
        yield
    except StorageUnavailableError:
        raise
    except (DBAPIError, PoolTimeoutError) as error:
        if is_outage(error):
            raise StorageUnavailableError(str(error)) from error
        raise


def _driver_says_outage(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & 0xFF in _SQLITE_OUTAGES
    if getattr(error, "sqlstate", "") is None and "OperationalError" in (kind.__name__ for kind in type(error).__mro__):
        return True  # psycopg: the connection failed, or took too long, before the server could name a state
    return str(getattr(error, "sqlstate", "")).startswith(_POSTGRES_OUTAGES)
