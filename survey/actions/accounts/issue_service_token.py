"""Issue, list and revoke the tokens of programs that read the API. A token's text is told once, when it is issued."""

from collections.abc import Collection
from datetime import date, datetime

from survey.accounts.service_token import Scope, Secret, ServiceToken, ServiceTokenError
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.service_tokens import insert_service_token, list_tokens, mark_revoked


def issue_service_token(
    storage: Storage,
    *,
    name: str,
    scopes: Collection[Scope],
    area: str,
    valid_until: date,
    now: datetime,
    actor: str,
) -> tuple[ServiceToken, str]:
    """The token and the text that its bearer sends. Raises `ServiceTokenError` naming what is missing or wrong."""
    if not 0 < len(name.strip()) <= 80:
        raise ServiceTokenError(f"name: expected 1 to 80 characters, found {name!r}")
    if not scopes:
        raise ServiceTokenError(f"scopes: expected at least one of {', '.join(Scope)}, found none")
    if valid_until < now.astimezone(OFFICE_TIME).date():
        raise ServiceTokenError(f"valid until: expected today or a later day, found {valid_until}")
    secret = Secret.new()
    token = ServiceToken(secret.id, name.strip(), frozenset(scopes), area, now, actor, valid_until)
    with storage.write() as session:
        if area not in load_area_tree(session).by_code:
            raise ServiceTokenError(f"area: expected the code of an area in the tree, found {area!r}")
        insert_service_token(session, token, secret.sha256)
        record_event(session, new_event(now, actor, "issue_service_token", token.id, " ".join(sorted(scopes))))
    return token, secret.text


def list_service_tokens(storage: Storage) -> list[ServiceToken]:
    """All tokens, the oldest first, the revoked ones too."""
    with storage.read() as session:
        return list_tokens(session)


def revoke_service_token(storage: Storage, token_id: str, now: datetime, actor: str) -> None:
    """From now on the token opens nothing. Raises `ServiceTokenError` for one that is unknown or revoked already."""
    with storage.write() as session:
        if not mark_revoked(session, token_id, now):
            raise ServiceTokenError(f"token {token_id!r}: expected one that is in use, found none")
        record_event(session, new_event(now, actor, "revoke_service_token", token_id))
