"""Settings of the sign-in library, of the session's cookie and of the protection against forged requests."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

from survey.accounts.password import MINIMUM_LENGTH
from survey.settings import Settings
from survey.web.security_messages import MESSAGES

IDLE = timedelta(minutes=30)
SIGN_IN_PREFIX = "/staff"


def configuration(settings: Settings) -> dict[str, Any]:
    """Keys of Flask, Flask-WTF and Flask-Security."""
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
