"""Admit a program to the API: whose token is this, and what may it read?"""

import hmac
from datetime import datetime

from survey.accounts.service_token import Secret, ServiceToken
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.service_tokens import find_service_token, mark_used


def admit_service(storage: Storage, text: str, now: datetime) -> ServiceToken | None:
    """The token that `text` is; None for one that is unknown, over or revoked.

    The day of its last use is noted, so that tokens nobody uses can be found and revoked.
    """
    secret = Secret.read(text)
    if secret is None:
        return None
    with storage.read() as session:
        found = find_service_token(session, secret.id)
    today = now.astimezone(OFFICE_TIME).date()
    if found is None or not hmac.compare_digest(found[1], secret.sha256) or not found[0].is_valid_on(today):
        return None
    token = found[0]
    if token.used_on != today:
        with storage.write() as session:
            mark_used(session, token.id, today)
    return token
