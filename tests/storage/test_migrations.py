"""The numbered migrations, up and down, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect

from survey.storage.engine import make_engine
from survey.storage.migrate import differences, downgrade, is_current, newest_revision, upgrade


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
