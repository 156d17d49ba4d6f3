"""Fixtures for every test: both databases, migrated once and copied for each test.

A test that takes `storage` or `database_url` runs twice, on SQLite and on PostgreSQL. Missing programs are an error,
never a skipped test.
"""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from survey.storage import Storage
from survey.storage.engine import make_engine
from survey.storage.migrate import upgrade
from tests.postgres import PostgresServer

PROJECT = Path(__file__).parent.parent
BACKENDS = ("sqlite", "postgresql")
_TEMPLATE = "minyi_template"


def pytest_sessionstart() -> None:
    """Compile the catalogues, so that pages speak three languages whoever started the tests."""
    for source in (PROJECT / "survey" / "translations").rglob("*.po"):
        compiled = source.with_suffix(f".{uuid.uuid4().hex}")
        with source.open("rb") as catalogue, compiled.open("wb") as file:
            write_mo(file, read_po(catalogue))
        compiled.replace(source.with_suffix(".mo"))  # at once: another test process may be reading it


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    engine = make_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


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
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a migrated database that tests copy."""
    migrate(postgres_server.create_database(_TEMPLATE))
    return _TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "survey.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database, for tests that need only one kind."""
    path = tmp_path / "survey.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database, for tests that need only one kind."""
    name = f"test_{uuid.uuid4().hex}"
    yield postgres_server.create_database(name, postgres_template)
    postgres_server.drop_database(name)


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
