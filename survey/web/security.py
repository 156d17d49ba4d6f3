"""Signing in: Flask-Security over our own accounts. It keeps the session; who may open which page says permissions.py.

The library works on `StaffUser`, a changeable copy of `Credentials`; `AccountDatastore` reads and stores it by actions.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request, flash, redirect, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_security import Security, current_user, user_authenticated
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from survey.accounts.account import Account
from survey.actions.accounts.record_sign_in import record_sign_in
from survey.settings import Settings
from survey.web.permissions import keeps_session
from survey.web.second_factor import CodeForm, RecoveryForm, SingleUseTotp
from survey.web.security_messages import PAGE_EXPIRED
from survey.web.security_settings import configuration
from survey.web.services import services
from survey.web.staff_user import AccountDatastore, StaffUser

csrf = CSRFProtect()


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
    app.config.update(configuration(settings))
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
