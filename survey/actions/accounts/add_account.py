"""Add an account: a person of the staff with a role, an area and a first password."""

import secrets
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.accounts.account import Account, AccountError, Role
from survey.accounts.credentials import Credentials
from survey.accounts.password import MINIMUM_LENGTH, hash_password, is_long_enough
from survey.storage import Storage
from survey.storage.accounts import find_by_email, insert_account, list_credentials
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.units import load_units


def add_account(
    storage: Storage,
    *,
    email: str,
    name: str,
    role: Role,
    area: str,
    password: str,
    now: datetime,
    actor: str,
    unit: str | None = None,
) -> Account:
    """Add the account and return it; `email` is kept in lower case, the password only as an argon2 hash.

    Raises `AccountError` naming what is missing, wrong or taken; nothing is stored then.
    """
    email = email.strip().lower()
    _check(email, name, role, password, unit)
    draft = Account(0, email, name.strip(), role, area, unit)
    credentials = Credentials(draft, hash_password(password), new_session_key())
    try:
        with storage.write() as session:
            if area not in load_area_tree(session).by_code:
                raise AccountError(f"area: expected the code of an area in the tree, found {area!r}")
            if unit is not None and unit not in {known.code for known in load_units(session)}:
                raise AccountError(f"unit: expected the code of a responsible unit, found {unit!r}")
            if find_by_email(session, email) is not None:
                raise AccountError(f"email: an account with {email} exists already")
            if role is Role.INTERVIEWER and draft.interviewer_code in _codes_taken(session):
                raise AccountError(
                    f"email: an interviewer {draft.interviewer_code} exists already; cases and answers name "
                    "interviewers by the part before the @, so choose another one"
                )
            number = insert_account(session, credentials)
            record_event(session, new_event(now, actor, "add_account", email, f"{role.value} {area}"))
    except IntegrityError as error:  # two people added the same address at the same moment
        raise AccountError(f"email: an account with {email} exists already") from error
    return Account(number, email, draft.name, role, area, unit)


def new_session_key() -> str:
    return secrets.token_hex(16)


def _codes_taken(session: Session) -> set[str]:
    accounts = (credentials.account for credentials in list_credentials(session))
    return {account.interviewer_code for account in accounts if account.role is Role.INTERVIEWER}


def _check(email: str, name: str, role: Role, password: str, unit: str | None) -> None:
    if "@" not in email.strip("@") or len(email) > 120 or any(sign.isspace() for sign in email):
        raise AccountError(f"email: expected an address such as name@office.example, found {email!r}")
    if role is Role.INTERVIEWER and len(email.split("@", 1)[0]) > 60:
        raise AccountError(f"email: expected at most 60 characters before the @ for an interviewer, found {email!r}")
    if not 0 < len(name.strip()) <= 80:
        raise AccountError(f"name: expected 1 to 80 characters, found {name!r}")
    if (role is Role.UNIT) != (unit is not None):
        raise AccountError("unit: expected for the role `unit`, and for no other role")
    if not is_long_enough(password):
        raise AccountError(f"password: expected at least {MINIMUM_LENGTH} characters, found {len(password)}")
