"""The sign-in library's user and its datastore, over our own accounts: whatever it changes is stored by actions."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import g
from flask_security import RoleMixin, UserDatastore, UserMixin

from survey.accounts.account import Account, Role
from survey.accounts.credentials import Credentials, SecondFactor
from survey.actions import StorageUnavailableError
from survey.actions.accounts import change_account, find_account
from survey.actions.accounts.record_sign_in import record_failed_sign_in
from survey.web.services import services

_FIND = {
    "email": find_account.find_account_by_email,
    "fs_uniquifier": find_account.find_account_by_session_key,
}


class StaffRole(RoleMixin):
    """A role by its name; what it may do is in permissions.py."""

    def __init__(self, name: str) -> None:
        self.name = name


class StaffUser(UserMixin):
    """The library's user: it changes these attributes and hands the object to `AccountDatastore.put`."""

    fs_uniquifier: str = ""  # looked for on the class by the library

    def __init__(self, credentials: Credentials) -> None:
        second = credentials.second_factor
        self.credentials = credentials
        self.id = credentials.account.id
        self.email = credentials.account.email
        self.active = credentials.account.active
        self.roles = [StaffRole(credentials.account.role.value)]
        self.password = credentials.password_hash
        self.fs_uniquifier = credentials.session_key
        self.tf_primary_method = second.method
        self.tf_totp_secret = second.totp_secret
        self.tf_phone_number: str | None = None  # the library asks for it; no telephone number is ever kept
        self.mf_recovery_codes = list(second.recovery_codes)

    @property
    def account(self) -> Account:
        return self.credentials.account

    def changed_credentials(self) -> Credentials:
        second = SecondFactor(
            method=self.tf_primary_method,
            totp_secret=self.tf_totp_secret,
            totp_counter=self.credentials.second_factor.totp_counter if self.tf_totp_secret else None,
            recovery_codes=tuple(self.mf_recovery_codes or ()),
        )
        return replace(
            self.credentials, password_hash=self.password, session_key=self.fs_uniquifier, second_factor=second
        )

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        record_failed_sign_in(services().storage, self.account, auth_type, datetime.now(UTC))

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Asked after a right password: the answer must not tell more than a wrong one does."""
        locked = self.credentials.locked(datetime.now(UTC))
        if locked and form_error is not None:
            form_error.append("locked")
        return locked


def staff_user(user: UserMixin) -> StaffUser:
    """The library hands back what the datastore gave it."""
    if not isinstance(user, StaffUser):
        raise TypeError(f"expected a StaffUser, found {type(user).__name__}")
    return user


class AccountDatastore(UserDatastore):
    """What the library needs of a database, through actions. Accounts are added by `flask users add` only."""

    def __init__(self) -> None:
        super().__init__(StaffUser, StaffRole)

    def find_user(self, case_insensitive: bool = False, **identity: Any) -> StaffUser | None:
        [(name, value)] = identity.items()
        find = _FIND.get(name)
        if find is None or g.get("accounts_away"):
            return None
        try:
            found = find(services().storage, str(value))
        except StorageUnavailableError:
            g.accounts_away = True  # templates ask who is signed in; the page that tells of the outage is for anybody
            raise
        return None if found is None else StaffUser(found)

    def find_role(self, role: str) -> StaffRole | None:
        return StaffRole(role) if role in {known.value for known in Role} else None

    def put(self, model: StaffUser) -> StaffUser:
        changed = model.changed_credentials()
        if changed != model.credentials:
            change_account.save_credentials(services().storage, changed, datetime.now(UTC), model.email)
            model.credentials = changed
        return model

    def commit(self) -> None:
        """Nothing is left to do: `put` has its own transaction."""
