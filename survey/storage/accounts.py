"""Accounts. Beyond the noun stand the columns of the sign-in library: password hash, second factor, lock."""

import json
from datetime import datetime

from sqlalchemy import ColumnElement, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.accounts.account import Account, Role
from survey.accounts.credentials import Credentials, SecondFactor, lock_after_failure
from survey.storage.base import Base


class AccountRow(Base):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(15))
    unit: Mapped[str | None] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_totp_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[str | None] = mapped_column(Text)  # JSON list
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


def insert_account(session: Session, credentials: Credentials) -> int:
    """Add a new account and return its number; `credentials.account.id` is not looked at."""
    account = credentials.account
    row = AccountRow(
        email=account.email,
        name=account.name,
        role=account.role.value,
        area=account.area,
        unit=account.unit,
        active=account.active,
        password=credentials.password_hash,
        fs_uniquifier=credentials.session_key,
    )
    session.add(row)
    session.flush()
    return row.id


def find_by_email(session: Session, email: str) -> Credentials | None:
    return _first(session, AccountRow.email == email)


def find_by_session_key(session: Session, session_key: str) -> Credentials | None:
    return _first(session, AccountRow.fs_uniquifier == session_key)


def list_credentials(session: Session) -> list[Credentials]:
    return [_to_credentials(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.email))]


def update_credentials(session: Session, credentials: Credentials) -> None:
    """Replace name, activity, password, session key and second factor; the lock is changed by its own functions."""
    account, second = credentials.account, credentials.second_factor
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account.id)
        .values(
            name=account.name,
            active=account.active,
            password=credentials.password_hash,
            fs_uniquifier=credentials.session_key,
            tf_primary_method=second.method,
            tf_totp_secret=second.totp_secret,
            tf_totp_counter=second.totp_counter,
            mf_recovery_codes=json.dumps(second.recovery_codes) if second.recovery_codes else None,
        )
    )


def count_failure(session: Session, account_id: int, now: datetime) -> None:
    """One more failed sign-in; while the account is locked nothing is counted, so that nobody can prolong the lock."""
    row = session.get(AccountRow, account_id, with_for_update=True)
    if row is None or (row.locked_until is not None and now < row.locked_until):
        return
    row.failed_sign_ins, row.locked_until = lock_after_failure(row.failed_sign_ins, now)


def clear_failures(session: Session, account_id: int) -> None:
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(failed_sign_ins=0, locked_until=None))


def _first(session: Session, condition: ColumnElement[bool]) -> Credentials | None:
    row = session.scalars(select(AccountRow).where(condition)).first()
    return None if row is None else _to_credentials(row)


def _to_credentials(row: AccountRow) -> Credentials:
    return Credentials(
        account=Account(row.id, row.email, row.name, Role(row.role), row.area, row.unit, row.active),
        password_hash=row.password,
        session_key=row.fs_uniquifier,
        second_factor=SecondFactor(
            method=row.tf_primary_method,
            totp_secret=row.tf_totp_secret,
            totp_counter=row.tf_totp_counter,
            recovery_codes=tuple(json.loads(row.mf_recovery_codes)) if row.mf_recovery_codes else (),
        ),
        failed_sign_ins=row.failed_sign_ins,
        locked_until=row.locked_until,
    )
