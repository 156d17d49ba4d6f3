"""One-time and recovery codes of the staff: each works once, and guessing them locks the account."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_security import TwoFactorVerifyCodeForm, UserMixin
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.totp import Totp

from survey.actions.accounts import change_account
from survey.web.qr import qr_svg
from survey.web.services import services
from survey.web.staff_user import staff_user


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
