"""Step 3, going on with a form on another device: a short code that stands for its ticket for two days.

The code is derived from the ticket, so that asking twice gives the same one. What is stored is a keyed hash of the code
and the ticket encrypted with it: the table alone leads from no code to a form and from no form to a code.
"""

import base64
import hashlib
import hmac
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken

from survey.invitation.code import ALPHABET, check_sign, normalise
from survey.response.ticket import Ticket, TicketError, seal, unseal

LENGTH = 8
KEPT = timedelta(days=2)
OPENINGS = 5  # times that a code opens its form; who needs more asks for it again on the form


def resume_code(ticket: Ticket, key: str, attempt: int = 0) -> str:
    """Seven signs and a check sign: 23^7, 3.4 billion codes. `attempt`: another one, should two forms share it."""
    number = int.from_bytes(_digest(key, "resume", ticket.wave, ticket.response_id, str(ticket.edition), str(attempt)))
    signs = []
    for _ in range(LENGTH - 1):
        number, value = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[value])
    return "".join(signs) + check_sign("".join(signs))


def read_resume_code(typed: str) -> str | None:
    """The code as it is stored; None for what cannot be one (length, alphabet, check sign).

    >>> read_resume_code("3467 9acr"), read_resume_code("3467 9acc")
    ('34679ACR', None)
    """
    code = normalise(typed)
    fits = len(code) == LENGTH and all(sign in ALPHABET for sign in code) and check_sign(code[:-1]) == code[-1]
    return code if fits else None


def in_groups(code: str) -> str:
    """The code as people read it.

    >>> in_groups("34679ACR")
    '3467 9ACR'
    """
    return f"{code[:4]} {code[4:]}"


def code_hash(code: str, key: str) -> str:
    """What the table is searched by."""
    return _digest(key, "resume-hash", code).hex()


def lock_ticket(ticket: Ticket, code: str, key: str) -> str:
    """The ticket, readable only with the code and the installation's key."""
    return _cipher(code, key).encrypt_at_time(seal(ticket, key).encode(), 0).decode()


def unlock_ticket(locked: str, code: str, key: str) -> Ticket:
    """Raises `TicketError` when it was locked with another code or key."""
    try:
        return unseal(_cipher(code, key).decrypt(locked.encode()).decode(), key)
    except InvalidToken as error:
        raise TicketError("the code does not fit the form") from error


def _cipher(code: str, key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_digest(key, "resume-lock", code)))


def _digest(key: str, *parts: str) -> bytes:
    return hmac.new(key.encode(), "|".join(parts).encode(), hashlib.sha256).digest()
