"""Accounts on both databases: adding, changing, locking; no secret in the log."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from survey.accounts.account import Account, AccountError, Role
from survey.accounts.credentials import FAILURES_BEFORE_LOCK, LOCK, Credentials, SecondFactor
from survey.actions.accounts import change_account
from survey.actions.accounts.add_account import add_account
from survey.actions.accounts.find_account import find_account_by_email, find_account_by_session_key, list_accounts
from survey.actions.accounts.record_sign_in import record_failed_sign_in, record_sign_in
from survey.instrument.text import Text
from survey.programme.unit import Unit
from survey.storage import Storage
from survey.storage.areas import save_areas
from survey.storage.events import EventRow
from survey.storage.units import save_units
from tests.factories import DISTRICT, STREET, make_area_tree

NOW = datetime(2026, 5, 18, 8, 0, tzinfo=UTC)
PASSWORD = "four dull grey bicycles"


@pytest.fixture
def ground(storage: Storage) -> Storage:
    with storage.write() as session:
        save_areas(session, make_area_tree().areas)
        save_units(session, [Unit("transport", Text("交通局"))])
    return storage


def add(storage: Storage, email: str = "Li@Office.example", **changes: object) -> Account:
    values: dict[str, object] = {"name": "李", "role": Role.ANALYST, "area": DISTRICT, "password": PASSWORD}
    return add_account(storage, email=email, now=NOW, actor="test", **(values | changes))  # type: ignore[arg-type]


def found(storage: Storage, email: str = "li@office.example") -> Credentials:
    account = find_account_by_email(storage, email)
    assert account is not None
    return account


def test_an_address_is_found_whatever_its_case(ground: Storage) -> None:
    account = add(ground)
    assert account.email == "li@office.example"
    assert found(ground, " LI@office.EXAMPLE ").account == account
    assert find_account_by_email(ground, "nobody@office.example") is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "@office.example"}, "email"),
        ({"name": "  "}, "name"),
        ({"area": "990199"}, "area"),
        ({"password": "too short"}, "password"),
        ({"unit": "transport"}, "unit"),
        ({"role": Role.UNIT}, "unit"),
        ({"role": Role.UNIT, "unit": "nobody"}, "unit"),
    ],
)
def test_a_fault_is_named_and_nothing_is_stored(ground: Storage, changes: dict[str, object], named: str) -> None:
    with pytest.raises(AccountError, match=f"^{named}: expected"):
        add(ground, **changes)  # type: ignore[arg-type]
    assert list_accounts(ground) == []


def test_an_address_belongs_to_one_account(ground: Storage) -> None:
    add(ground)
    with pytest.raises(AccountError, match="exists already"):
        add(ground, "LI@office.example")
    assert len(list_accounts(ground)) == 1


def test_five_failures_lock_for_five_minutes_and_more_do_not_prolong_it(ground: Storage) -> None:
    account = add(ground)
    for _ in range(FAILURES_BEFORE_LOCK):
        assert not found(ground).locked(NOW)
        record_failed_sign_in(ground, account, "password", NOW)
    assert found(ground).locked_until == NOW + LOCK
    for _ in range(FAILURES_BEFORE_LOCK):
        record_failed_sign_in(ground, account, "password", NOW + timedelta(minutes=4))
    assert found(ground).locked_until == NOW + LOCK


def test_a_sign_in_clears_the_failures(ground: Storage) -> None:
    account = add(ground)
    for _ in range(FAILURES_BEFORE_LOCK - 1):
        record_failed_sign_in(ground, account, "password", NOW)
    record_sign_in(ground, account, NOW)
    record_failed_sign_in(ground, account, "password", NOW)
    assert (found(ground).failed_sign_ins, found(ground).locked_until) == (1, None)


def test_a_new_password_ends_the_sessions_and_opens_the_lock(ground: Storage) -> None:
    account = add(ground)
    before = found(ground)
    for _ in range(FAILURES_BEFORE_LOCK):
        record_failed_sign_in(ground, account, "password", NOW)
    change_account.set_password(ground, "li@office.example", "another quiet sentence", NOW, "test")
    after = found(ground)
    assert after.password_hash != before.password_hash
    assert find_account_by_session_key(ground, before.session_key) is None
    assert not after.locked(NOW)


def test_deactivating_ends_the_sessions(ground: Storage) -> None:
    add(ground)
    before = found(ground).session_key
    change_account.set_activity(ground, "li@office.example", False, NOW, "test")
    assert not found(ground).account.active
    assert find_account_by_session_key(ground, before) is None


def test_the_second_factor_is_kept_whole_and_can_be_removed(ground: Storage) -> None:
    add(ground)
    second = SecondFactor("authenticator", '{"enckey": "…"}', 59_000_000, ("eins", "zwei"))
    credentials = found(ground)
    changed = Credentials(credentials.account, credentials.password_hash, credentials.session_key, second)
    change_account.save_credentials(ground, changed, NOW, "test")
    assert found(ground).second_factor == second
    change_account.remove_second_factor(ground, "li@office.example", NOW, "test")
    assert found(ground).second_factor == SecondFactor()


def test_an_unknown_account_is_said_to_be_unknown(ground: Storage) -> None:
    with pytest.raises(AccountError, match="found 'nobody@office"):
        change_account.set_password(ground, "nobody@office.example", PASSWORD, NOW, "test")


def test_the_log_tells_who_did_what_and_no_secret(ground: Storage) -> None:
    account = add(ground, area=STREET)
    record_failed_sign_in(ground, account, "password", NOW)
    change_account.set_password(ground, account.email, "another quiet sentence", NOW, "test")
    secrets = {PASSWORD, "another quiet sentence", found(ground).session_key, found(ground).password_hash}
    with ground.read() as session:
        events = list(session.scalars(select(EventRow)))
    assert sorted(event.action for event in events) == ["add_account", "set_password", "sign_in_failed"]
    written = " ".join(f"{event.actor} {event.subject} {event.detail}" for event in events)
    assert not any(secret and secret in written for secret in secrets)
