"""Who asks: the token in the header `Authorization: Bearer …`, checked against the scope that the route needs."""

from flask import g, request

from survey.accounts.service_token import Scope, ServiceToken
from survey.actions.accounts.admit_service import admit_service
from survey.web.i18n import current_time
from survey.web.permissions import SERVICES
from survey.web.services import services


class NotAdmittedError(Exception):
    """401 without a valid token, 403 with one that may not read this; `detail` tells the program's author."""

    def __init__(self, status: int, detail: str, challenge: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.challenge = status, detail, challenge


def admit() -> None:
    """Let the request through with its token in `g`. Raises `NotAdmittedError`."""
    needed = SERVICES.get(request.endpoint or "")
    if needed is None:
        return
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise NotAdmittedError(401, "expected the header `Authorization: Bearer TOKEN`, found none", "Bearer")
    token = admit_service(services().storage, text.strip(), current_time())
    if token is None:
        raise NotAdmittedError(401, "the token is unknown, over or revoked", 'Bearer error="invalid_token"')
    if needed not in token.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{needed.value}"'
        raise NotAdmittedError(403, f"expected the scope {needed.value}, found {_named(token)}", challenge)
    g.service_token = token


def bearer() -> ServiceToken:
    """The token of this request."""
    found: ServiceToken = g.service_token
    return found


def _named(token: ServiceToken) -> str:
    return ", ".join(sorted(token.scopes))


def needed_scope(endpoint: str) -> Scope | None:
    """What a token needs for the endpoint; None for a route that is open to everybody."""
    return SERVICES.get(endpoint)
