"""Signing in: Flask-Security over our own accounts. It keeps the session; who may open which page says permissions.py.

The library works on `StaffUser`, a changeable copy of `Credentials`; `AccountDatastore` reads and stores it by actions.
"""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, flash, g, redirect, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext
from flask_security import (
    RoleMixin,
    Security,
    TwoFactorVerifyCodeForm,
    UserDatastore,
    UserMixin,
    current_user,
    user_authenticated,
)
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.totp import Totp
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from survey.accounts.account import Account, Role
from survey.accounts.credentials import Credentials, SecondFactor
from survey.accounts.password import MINIMUM_LENGTH
from survey.actions import StorageUnavailableError
from survey.actions.accounts import change_account, find_account
from survey.actions.accounts.record_sign_in import record_failed_sign_in, record_sign_in
from survey.settings import Settings
from survey.web.permissions import keeps_session
from survey.web.qr import qr_svg
from survey.web.security_messages import MESSAGES, PAGE_EXPIRED
from survey.web.services import services

IDLE = timedelta(minutes=30)
SIGN_IN_PREFIX = "/staff"
csrf = CSRFProtect()


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


class SingleUseTotp(Totp):
    """One-time codes that really work once: the last time step is kept with the account (RFC 6238, section 5.2)."""

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Inline, because pages may not show pictures from a data: address."""
        return qr_svg(self.get_totp_uri(username, totp), gettext("二维码"))

    def get_last_counter(self, user: UserMixin) -> int | None:
        return staff_user(user).credentials.second_factor.totp_counter

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        found = staff_user(user)
        second = replace(found.credentials.second_factor, totp_counter=tmatch.counter)
        found.credentials = replace(found.credentials, second_factor=second)
        change_account.remember_code(services().storage, found.credentials)


class CodeForm(TwoFactorVerifyCodeForm):
    """The library looks at the lock after a password only; a one-time code must not be guessed either."""

    def validate(self, **kwargs: Any) -> bool:
        if self.user is not None and not self.is_setup and self.user.is_locked(self.form_errors):
            return False
        return bool(super().validate(**kwargs))


class RecoveryForm(MfRecoveryForm):
    """Recovery codes are counted and locked like one-time codes."""

    def validate(self, **kwargs: Any) -> bool:
        if self.user is not None and self.user.is_locked(self.form_errors):
            return False
        if super().validate(**kwargs):
            return True
        if self.user is not None and self.code.data:
            self.user.track_failed_authn("recovery_code", tfa=True)
        return False


class StaffSession(SecureCookieSessionInterface):
    """The signed cookie session, for pages of the staff only: residents never get a cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Without a cookie there is nothing to unseal, which is the case of every resident."""
        return super().open_session(app, request) if request.cookies else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if keeps_session(request.endpoint):
            super().save_session(app, session, response)  # type: ignore[arg-type]


def install(app: Flask, settings: Settings) -> None:
    """Add the sign-in pages, the session and the protection against forged requests."""
    app.config.update(_configuration(settings))
    app.session_interface = StaffSession()
    csrf.init_app(app)
    security = Security(
        app,
        AccountDatastore(),
        totp_cls=SingleUseTotp,
        two_factor_verify_code_form=CodeForm,
        mf_recovery_form=RecoveryForm,
    )
    security.want_json(lambda _request: False)  # pages only; programs get tokens of their own
    # Flask-Principal would load the account in every request, also in a resident's, for permissions that are not used.
    security.principal.identity_loaders.clear()
    user_authenticated.connect(_signed_in, app)
    app.register_error_handler(CSRFError, _page_expired)


def current_account() -> Account | None:
    """The account that is signed in; None for everybody else."""
    # Asked of the object itself: the proxy would take an outage of the database (a RuntimeError) for nobody.
    user = current_user._get_current_object()
    return user.account if isinstance(user, StaffUser) else None


def signed_in_account() -> Account:
    """The account that is signed in. Raises `RuntimeError` where gate.py has let somebody else through."""
    account = current_account()
    if account is None:
        raise RuntimeError("this page needs an account, and nobody is signed in")
    return account


def _signed_in(_app: Flask, user: StaffUser, **_details: Any) -> None:
    session.permanent = True  # from now on the cookie ends after `IDLE` without a request
    record_sign_in(services().storage, user.account, datetime.now(UTC))


def _page_expired(_error: CSRFError) -> Response:
    """A form that was left open too long, or one from elsewhere: nothing is done, the page is shown again."""
    flash(PAGE_EXPIRED, "error")
    return redirect(request.full_path.rstrip("?"), 303)


def _configuration(settings: Settings) -> dict[str, Any]:
    production = settings.production
    return {
        "SESSION_COOKIE_NAME": "__Host-minyi" if production else "minyi",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": production,
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session; see IDLE
        "WTF_CSRF_CHECK_DEFAULT": False,  # permissions.py asks for it on every page that is not public
        "WTF_CSRF_SSL_STRICT": False,  # the token decides; a proxy in front may change the host
        "SECURITY_URL_PREFIX": SIGN_IN_PREFIX,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_CHANGE_URL": "/password",
        "SECURITY_VERIFY_URL": "/confirm-password",
        "SECURITY_TWO_FACTOR_SETUP_URL": "/second-factor",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/code",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/code-help",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/code-choice",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/recovery-code",
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,  # survey/cli/users.py instead
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_POST_LOGIN_VIEW": "staff.home",
        "SECURITY_POST_LOGOUT_VIEW": "security.login",
        "SECURITY_POST_CHANGE_VIEW": "staff.home",
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "security.two_factor_setup",
        "SECURITY_LOGIN_USER_TEMPLATE": "staff/sign_in.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "staff/password.html",
        "SECURITY_VERIFY_TEMPLATE": "staff/confirm_password.html",
        "SECURITY_TWO_FACTOR_SETUP_TEMPLATE": "staff/second_factor.html",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "staff/code.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "staff/recovery_codes.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "staff/recovery_code.html",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_PASSWORD_LENGTH_MIN": MINIMUM_LENGTH,
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},  # the same hash as survey.accounts.password makes
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TOTP_ISSUER": "Minyi",
        "SECURITY_TOTP_SECRETS": {"1": _derived(settings.secret_key, "one-time code secrets").hex()},
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            base64.urlsafe_b64encode(_derived(settings.secret_key, "recovery codes"))
        ],
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FRESHNESS": timedelta(minutes=15),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=5),
        **MESSAGES,
    }


def _derived(secret_key: str, purpose: str) -> bytes:
    """A key of its own for each purpose, from the one secret of the installation."""
    return hmac.digest(secret_key.encode(), purpose.encode(), hashlib.sha256)
