"""Passwords and the lock after failed sign-ins."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from survey.accounts.account import Account, Role
from survey.accounts.credentials import FAILURES_BEFORE_LOCK, LOCK, Credentials, lock_after_failure
from survey.accounts.password import hash_password, is_long_enough
from tests.conftest import PRODUCTION_HASHER

NOW = datetime(2026, 5, 18, 8, 0, tzinfo=UTC)


def test_the_hash_is_argon2id_and_two_hashes_of_one_password_differ() -> None:
    first, second = hash_password("four dull grey bicycles"), hash_password("four dull grey bicycles")
    assert first.startswith("$argon2id$")
    assert PRODUCTION_HASHER.hash("four dull grey bicycles").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert PasswordHasher().verify(first, "four dull grey bicycles")


def test_a_password_of_two_keyboards_is_one_password() -> None:
    assert PasswordHasher().verify(hash_password("Ångström und Café"), "A\u030angstro\u0308m und Cafe\u0301")


@pytest.mark.parametrize(("length", "good"), [(11, False), (12, True), (128, True), (129, False)])
def test_length_is_the_only_rule(length: int, good: bool) -> None:
    assert is_long_enough("x" * length) is good


def test_the_fifth_failure_locks_and_the_count_starts_again() -> None:
    failed, until = 0, None
    for _ in range(FAILURES_BEFORE_LOCK - 1):
        failed, until = lock_after_failure(failed, NOW)
        assert until is None
    assert lock_after_failure(failed, NOW) == (0, NOW + LOCK)


def test_a_lock_ends_by_itself() -> None:
    account = Account(1, "a@office.example", "甲", Role.ANALYST, "990101")
    locked = Credentials(account, None, "key", locked_until=NOW + LOCK)
    assert locked.locked(NOW)
    assert locked.locked(NOW + LOCK - timedelta(seconds=1))
    assert not locked.locked(NOW + LOCK)
