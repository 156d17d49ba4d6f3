"""What an account signs in with, and how failed sign-ins lock it for some minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from survey.accounts.account import Account

FAILURES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=5)


@dataclass(frozen=True)
class SecondFactor:
    """A one-time-password secret (encrypted), the last time step used, and the recovery codes left (encrypted)."""

    method: str | None = None
    totp_secret: str | None = None
    totp_counter: int | None = None
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Credentials:
    """An account with its secrets. `session_key` names the account in a session; a new one ends every session."""

    account: Account
    password_hash: str | None
    session_key: str
    second_factor: SecondFactor = SecondFactor()
    failed_sign_ins: int = 0
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def lock_after_failure(failed_before: int, now: datetime) -> tuple[int, datetime | None]:
    """The count after one more failure, and until when the account is locked (None: not yet).

    >>> lock_after_failure(0, datetime(2026, 3, 2, 8, 0))
    (1, None)
    >>> lock_after_failure(4, datetime(2026, 3, 2, 8, 0))
    (0, datetime.datetime(2026, 3, 2, 8, 5))
    """
    failed = failed_before + 1
    return (0, now + LOCK) if failed >= FAILURES_BEFORE_LOCK else (failed, None)
