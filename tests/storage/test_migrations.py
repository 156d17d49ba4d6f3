"""The numbered migrations, up and down, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, String, inspect, text
from sqlalchemy.exc import IntegrityError

from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.verify_storage import verify_storage
from survey.storage import Storage
from survey.storage.engine import make_engine
from survey.storage.migrate import (
    BrokenReferencesError,
    differences,
    downgrade,
    is_current,
    newest_revision,
    upgrade,
)
from survey.storage.waves import list_waves
from tests.factories import KEY, NOW, make_submission, store_wave


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    made = make_engine(empty_database_url)
    yield made
    made.dispose()


def test_migrations_go_up_and_down_and_up_again(engine: Engine) -> None:
    upgrade(engine)
    tables = set(inspect(engine).get_table_names())
    assert {"response", "ledger", "conflict", "code_use", "wave"} <= tables
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    upgrade(engine)
    assert set(inspect(engine).get_table_names()) == tables


def test_migrated_database_has_exactly_the_tables_of_the_code(engine: Engine) -> None:
    upgrade(engine)
    assert differences(engine) == []


def test_difference_between_database_and_code_is_found(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE response ADD COLUMN household VARCHAR(12)")
    assert len(differences(engine)) == 1


def test_database_is_current_only_after_the_newest_migration(engine: Engine) -> None:
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    assert newest_revision() is not None


def test_upgrade_of_a_current_database_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    assert is_current(engine)


def test_two_programs_that_migrate_at_the_same_moment_do_it_once(empty_database_url: str) -> None:
    engines = [make_engine(empty_database_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(upgrade, engines)) == [None, None]
    assert is_current(engines[0])
    for engine in engines:
        engine.dispose()


def test_sqlite_table_that_others_refer_to_is_made_anew_without_losing_a_row(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(sqlite_url)
    store_wave(storage)
    receive_response(storage, KEY, make_submission(), NOW)

    def make_wave_anew(config: Config, _revision: str) -> None:
        operations = Operations(MigrationContext.configure(config.attributes["connection"]))
        with operations.batch_alter_table("wave", recreate="always") as batch:
            batch.alter_column("form_number", type_=String(90))

    monkeypatch.setattr(command, "upgrade", make_wave_anew)
    upgrade(storage.engine)
    columns = {column["name"]: column["type"] for column in inspect(storage.engine).get_columns("wave")}
    assert columns["form_number"].length == 90
    assert list(verify_storage(storage, KEY)) == []
    with pytest.raises(IntegrityError), storage.write() as session:  # the foreign keys are on again
        session.execute(text("DELETE FROM wave"))
    storage.close()


def test_sqlite_migration_that_leaves_broken_references_is_undone(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(sqlite_url)
    store_wave(storage)

    def lose_waves(config: Config, _revision: str) -> None:
        config.attributes["connection"].execute(text("DELETE FROM wave"))

    monkeypatch.setattr(command, "upgrade", lose_waves)
    with pytest.raises(BrokenReferencesError, match="refer to rows that are not there: invitation → wave"):
        upgrade(storage.engine)
    with storage.read() as session:
        assert len(list_waves(session)) == 1
    storage.close()
