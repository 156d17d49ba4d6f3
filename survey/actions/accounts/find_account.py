"""Find the credentials of an account: by e-mail when somebody signs in, by session key in every request after."""

from survey.accounts.credentials import Credentials
from survey.storage import Storage
from survey.storage.accounts import find_by_email, find_by_session_key, list_credentials


def find_account_by_email(storage: Storage, email: str) -> Credentials | None:
    """The account with this address, whatever its case; None when there is none."""
    with storage.read() as session:
        return find_by_email(session, email.strip().lower())


def find_account_by_session_key(storage: Storage, session_key: str) -> Credentials | None:
    with storage.read() as session:
        return find_by_session_key(session, session_key)


def list_accounts(storage: Storage) -> list[Credentials]:
    """Every account, by e-mail."""
    with storage.read() as session:
        return list_credentials(session)
