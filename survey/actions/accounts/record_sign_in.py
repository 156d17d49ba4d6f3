"""Record that somebody signed in, or failed to: the log of events, and the lock after several failures."""

from datetime import datetime

from survey.accounts.account import Account
from survey.storage import Storage
from survey.storage.accounts import clear_failures, count_failure
from survey.storage.events import new_event, record_event


def record_sign_in(storage: Storage, account: Account, now: datetime) -> None:
    with storage.write() as session:
        clear_failures(session, account.id)
        record_event(session, new_event(now, account.email, "sign_in", account.email))


def record_failed_sign_in(storage: Storage, account: Account, kind: str, now: datetime) -> None:
    """Count a wrong password or code (`kind`); the fifth in a row locks the account for some minutes."""
    with storage.write() as session:
        count_failure(session, account.id, now)
        record_event(session, new_event(now, account.email, "sign_in_failed", account.email, kind))
