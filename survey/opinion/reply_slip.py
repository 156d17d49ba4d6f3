"""Step 8: the reply slip of a resident who wants to hear again. Encrypted, and joined to no answer by anything."""

import base64
import json
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NAME_LIMIT, CONTACT_LIMIT = 40, 80  # signs
KEPT = timedelta(days=180)  # what the notice promises; older slips are deleted whenever slips are written or read


class ReplySlipError(ValueError):
    """A slip cannot be taken (no consent, no contact, too long) or not be read with this key."""


@dataclass(frozen=True)
class ReplySlip:
    """Who wants to be told the results. `id` is random, made when the form opens; the day only, no time, no place."""

    id: str
    wave: str
    name: str
    contact: str
    consented: bool
    sent_on: date

    def __post_init__(self) -> None:
        if not self.consented:
            raise ReplySlipError("reply slip: expected the separate consent, found none; nothing may be stored")
        if not 0 < len(self.contact) <= CONTACT_LIMIT:
            raise ReplySlipError(f"contact: expected 1 to {CONTACT_LIMIT} signs, found {len(self.contact)}")
        if len(self.name) > NAME_LIMIT:
            raise ReplySlipError(f"name: expected at most {NAME_LIMIT} signs, found {len(self.name)}")


def encrypt(slip: ReplySlip, secret_key: str) -> str:
    """Name and contact as a Fernet token (AES-128-CBC, HMAC-SHA-256).

    A Fernet token carries its time in the clear; it is set to the day, because the second of sending would lead to an
    answer. All tokens have one length, so that it says nothing about the name.
    """
    content = json.dumps([slip.name, slip.contact], ensure_ascii=False).encode().ljust(1024)
    noon = int((slip.sent_on - date(1970, 1, 1)).total_seconds()) + 12 * 3600
    return _cipher(secret_key).encrypt_at_time(content, noon).decode()


def decrypt(token: str, secret_key: str) -> tuple[str, str]:
    """Name and contact. Raises `ReplySlipError` when the token was made with another key or changed."""
    try:
        name, contact = json.loads(_cipher(secret_key).decrypt(token.encode()))
    except InvalidToken as error:
        raise ReplySlipError("reply slip: cannot be read with this SECRET_KEY") from error
    return name, contact


def _cipher(secret_key: str) -> Fernet:
    """A key of its own from the installation's secret (HKDF, RFC 5869), so that no signature shares it."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"minyi reply slip").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
