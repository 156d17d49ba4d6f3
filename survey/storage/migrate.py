"""Brings a database to the newest schema; run once before the workers start, never at import."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, exists, select

from survey.storage.engine import WRITES
from survey.storage.tables import Base

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "alembic_version"
_LOCK = 768_419_001  # an arbitrary number: whoever migrates this PostgreSQL database holds it


class BrokenReferencesError(ValueError):
    """A migration left rows that refer to rows which are not there; it was undone."""


def upgrade(engine: Engine) -> None:
    """Run every migration that this database has not seen."""
    with _migrating(engine) as connection:
        command.upgrade(_config(connection), "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Undo migrations down to `revision` (`base` for an empty database)."""
    with _migrating(engine) as connection:
        command.downgrade(_config(connection), revision)


def rebuild(engine: Engine, revision: str, load: Callable[[Connection], None]) -> None:
    """Drop everything, migrate to `revision`, `load` rows into it, migrate to the newest: all of it or nothing."""
    with _migrating(engine) as connection:
        there = MetaData()
        there.reflect(connection)
        there.drop_all(connection)
        command.upgrade(_config(connection), revision)
        load(connection)
        command.upgrade(_config(connection), "head")


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest migration."""
    return current_revision(engine) == newest_revision()


def current_revision(engine: Engine) -> str | None:
    """The migration that the database stands at; None before the first."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """The newest migration of this program."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def known_revisions() -> set[str]:
    """Every migration of this program."""
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def holds_rows(engine: Engine) -> bool:
    """Whether any table of the database has a row, whichever program made it."""
    there = MetaData()
    with engine.connect() as connection:
        there.reflect(connection)
        tables = [table for table in there.sorted_tables if table.name != _VERSION_TABLE]
        return any(_has_rows(connection, table) for table in tables)


def differences(engine: Engine) -> list[object]:
    """What the tables of the code have that the migrated database has not, and the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        return list(compare_metadata(context, Base.metadata))


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """One write transaction, one at a time. SQLite changes a table by making it anew, which its foreign keys forbid:
    they are off meanwhile, and checked as a whole before the commit.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(**WRITES) as connection:
        if sqlite:
            _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield connection
                if sqlite:
                    _check_foreign_keys(connection)
        finally:
            if sqlite:
                _set_foreign_keys(connection, "ON")


def _set_foreign_keys(connection: Connection, state: str) -> None:
    # Past SQLAlchemy, which would begin a transaction first: inside one this pragma does nothing.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={state}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = sorted({f"{row[0]} → {row[2]}" for row in broken})
        raise BrokenReferencesError(f"{len(broken)} rows refer to rows that are not there: {', '.join(tables)}")


def _has_rows(connection: Connection, table: Table) -> bool:
    return bool(connection.scalar(select(exists().select_from(table))))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
