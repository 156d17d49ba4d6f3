"""Statements that the driver runs itself leave the rows, and raise the errors, that SQLAlchemy's connection would."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, literal, literal_column, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from survey.storage import Storage
from survey.storage.driver import DriverStatement
from survey.storage.responses import LedgerRow
from tests.factories import store_wave

NOON_IN_CHINA = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=8)))
NAMES = ("wave", "response_id", "sha256", "outcome", "receipt", "received_at", "content")
INSERT = DriverStatement(insert(LedgerRow), NAMES)
FIND = DriverStatement(
    select(literal("found"), LedgerRow.content).where(LedgerRow.response_id == bindparam("response_id")),
    ("response_id",),
)


def row(wave: str, response_id: str, content: str = "知道 100 %") -> dict[str, object]:
    values = (wave, response_id, "0" * 64, "accepted", "r", NOON_IN_CHINA, content)
    return dict(zip(NAMES, values, strict=True))


def test_what_the_driver_writes_sqlalchemy_reads_and_the_other_way_round(storage: Storage) -> None:
    wave = store_wave(storage).wave.id
    storage.write_grouped(lambda connection: INSERT.execute_many(connection, [row(wave, "a"), row(wave, "b")]))
    with storage.read() as session:
        assert session.get_one(LedgerRow, (wave, "a", "0" * 64)).received_at == datetime(2026, 3, 1, 4, tzinfo=UTC)
    with storage.write() as session:
        session.execute(insert(LedgerRow), [row(wave, "c", "另一个")])
    assert storage.select(FIND, {"response_id": "b"}) == [("found", "知道 100 %")]
    assert storage.select(FIND, {"response_id": "c"}) == [("found", "另一个")]
    assert storage.select(FIND, {"response_id": "d"}) == []


def test_a_taken_key_undoes_the_transaction_and_is_told_as_sqlalchemy_tells_it(storage: Storage) -> None:
    wave = store_wave(storage).wave.id
    storage.write_grouped(lambda connection: INSERT.execute(connection, row(wave, "a")))
    with pytest.raises(IntegrityError):
        storage.write_grouped(lambda connection: INSERT.execute_many(connection, [row(wave, "b"), row(wave, "a")]))
    assert storage.select(FIND, {"response_id": "b"}) == []


def test_a_wrong_statement_is_no_outage_and_a_time_without_a_zone_is_refused(storage: Storage) -> None:
    wave = store_wave(storage).wave.id
    wrong = DriverStatement(select(literal_column("nowhere")).select_from(LedgerRow), ())
    with pytest.raises(DBAPIError, match="nowhere"):
        storage.select(wrong, {})
    naive = row(wave, "a") | {"received_at": datetime(2026, 3, 1)}
    with pytest.raises(ValueError, match="a time without a zone cannot be stored"):
        storage.write_grouped(lambda connection: INSERT.execute(connection, naive))
