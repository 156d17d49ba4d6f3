"""Readiness and migration of a database as the actions tell them."""

import dataclasses
from collections.abc import Iterator

import pytest

from survey.actions.upkeep.check_readiness import check_readiness
from survey.actions.upkeep.migrate_database import migrate_database
from survey.storage import Storage, StorageUnavailableError
from survey.storage.migrate import newest_revision


@pytest.fixture
def empty_storage(empty_database_url: str) -> Iterator[Storage]:
    opened = Storage(empty_database_url)
    yield opened
    opened.close()


def test_database_is_ready_after_its_migration_and_not_before(empty_storage: Storage) -> None:
    before = check_readiness(empty_storage)
    assert (before.ready, before.database_reachable, before.migration) == (False, True, None)
    assert migrate_database(empty_storage) == (None, newest_revision())
    assert check_readiness(empty_storage).ready
    assert migrate_database(empty_storage) == (newest_revision(), newest_revision())


def test_database_at_an_older_migration_is_not_ready(storage: Storage) -> None:
    assert not dataclasses.replace(check_readiness(storage), migration="0001").ready
    assert check_readiness(storage).ready


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere.db", "postgresql+psycopg://minyi@127.0.0.1:1/nowhere"])
def test_database_out_of_reach_is_not_ready_and_its_migration_is_an_outage(url: str) -> None:
    storage = Storage(url)
    readiness = check_readiness(storage)
    assert (readiness.ready, readiness.database_reachable) == (False, False)
    with pytest.raises(StorageUnavailableError):
        migrate_database(storage)
