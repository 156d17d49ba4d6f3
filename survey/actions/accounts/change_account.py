"""Change what an account signs in with: password, second factor, activity. Every change is logged without secrets."""

from dataclasses import replace
from datetime import datetime

from survey.accounts.account import AccountError
from survey.accounts.credentials import Credentials, SecondFactor
from survey.accounts.password import MINIMUM_LENGTH, hash_password, is_long_enough
from survey.actions.accounts.add_account import new_session_key
from survey.storage import Storage
from survey.storage.accounts import clear_failures, find_by_email, update_credentials
from survey.storage.events import new_event, record_event


def save_credentials(storage: Storage, credentials: Credentials, now: datetime, actor: str) -> None:
    """Store what the sign-in library changed: a new password hash, session key or second factor."""
    with storage.write() as session:
        update_credentials(session, credentials)
        record_event(session, new_event(now, actor, "change_credentials", credentials.account.email))


def remember_code(storage: Storage, credentials: Credentials) -> None:
    """Store the last one-time code's time step, so that the same code is not taken twice."""
    with storage.write() as session:
        update_credentials(session, credentials)


def set_password(storage: Storage, email: str, password: str, now: datetime, actor: str) -> None:
    """Give the account a new password, open its lock and end its sessions. Raises `AccountError`."""
    if not is_long_enough(password):
        raise AccountError(f"password: expected at least {MINIMUM_LENGTH} characters, found {len(password)}")
    changed = replace(_found(storage, email), password_hash=hash_password(password), session_key=new_session_key())
    with storage.write() as session:
        update_credentials(session, changed)
        clear_failures(session, changed.account.id)
        record_event(session, new_event(now, actor, "set_password", changed.account.email))


def set_activity(storage: Storage, email: str, active: bool, now: datetime, actor: str) -> None:
    """Let an account sign in, or no longer: its sessions end at once. Raises `AccountError`."""
    found = _found(storage, email)
    changed = replace(found, account=replace(found.account, active=active), session_key=new_session_key())
    save_credentials(storage, changed, now, actor)


def remove_second_factor(storage: Storage, email: str, now: datetime, actor: str) -> None:
    """For a person who lost the telephone: the next sign-in asks for the password only. Raises `AccountError`."""
    changed = replace(_found(storage, email), second_factor=SecondFactor(), session_key=new_session_key())
    save_credentials(storage, changed, now, actor)


def _found(storage: Storage, email: str) -> Credentials:
    with storage.read() as session:
        found = find_by_email(session, email.strip().lower())
    if found is None:
        raise AccountError(f"email: expected the address of an account, found {email!r}")
    return found
