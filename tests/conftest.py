"""Fixtures for every test: both databases, migrated once, without rows at the start of each test.

A test that takes `storage` or `database_url` runs twice, on SQLite and on PostgreSQL. A program that
`install_system_packages.sh` installs is an error when it is missing, never a skipped test; R and LibreOffice are too
heavy to be installed for everybody, and the tests that need them are left out, and say so, where they are not there.
"""

import logging
import shutil
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2.bccache import Bucket, BytecodeCache

from survey.accounts import password
from survey.storage import Storage
from survey.storage.engine import make_engine
from survey.storage.migrate import upgrade
from survey.storage.tables import Base
from tests.demonstration import Demonstration, load_demonstration
from tests.postgres import PostgresServer

PROJECT = Path(__file__).parent.parent
BACKENDS = ("sqlite", "postgresql")
PRODUCTION_HASHER = password.HASHER
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # how long an example takes says how busy the machine is


class KeptTemplates(BytecodeCache):
    """Compiled templates for all applications of a test process: each would compile the same ones again."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def pytest_sessionstart() -> None:
    """Compile the catalogues, so that pages speak three languages whoever started the tests; hash passwords cheaply.

    A quarter of a second is right for a person who signs in, and not for the thousand accounts that tests make.
    """
    password.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KeptTemplates()}
    for source in (PROJECT / "survey" / "translations").rglob("*.po"):
        compiled = source.with_suffix(f".{uuid.uuid4().hex}")
        with source.open("rb") as catalogue, compiled.open("wb") as file:
            write_mo(file, read_po(catalogue))
        compiled.replace(source.with_suffix(".mo"))  # at once: another test process may be reading it


def pytest_unconfigure() -> None:
    """Applications flush their counters when the process ends; the databases of the tests are gone by then."""
    logging.getLogger("survey.actions.invitation.count_steps").disabled = True


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    engine = make_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def empty(url: str) -> None:
    """Delete every row of a PostgreSQL database and start its numbers again: fifty times faster than a new database.

    Connections that an earlier test left open are cut first, so that none of them can hold a lock or write late.
    """
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute(_emptying())


@cache
def _emptying() -> bytes:
    """All statements in one text, which goes to the server at once."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    statements = [f"{others} WHERE datname = current_database() AND pid <> pg_backend_pid()"]
    for table in reversed(Base.metadata.sorted_tables):
        statements.append(f"DELETE FROM {table.name}")
        if (numbered := table.autoincrement_column) is not None:
            sequence = f"pg_get_serial_sequence('{table.name}', '{numbered.name}')"
            statements.append(f"SELECT setval({sequence}, 1, false)")
    return "; ".join(statements).encode()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server per test process. A test that stops it makes a server of its own instead."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: PostgresServer) -> str:
    """The one migrated database of this test process; tests take `postgres_url`, which empties it."""
    url = postgres_server.create_database("migrated")
    migrate(url)
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "survey.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def demonstration(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The demonstration district, loaded and analysed once per test process; tests copy its database."""
    return load_demonstration(sqlite_template, tmp_path_factory.mktemp("demonstration"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database, for tests that need only one kind."""
    path = tmp_path / "survey.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """A migrated PostgreSQL database without rows, for tests that need only one kind."""
    empty(postgres_database)
    return postgres_database


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database in which no migration has run."""
    name = f"empty_{uuid.uuid4().hex}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind in which no migration has run."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def storage(database_url: str) -> Iterator[Storage]:
    """Storage over a fresh, migrated database of each kind."""
    opened = Storage(database_url)
    yield opened
    opened.close()
