"""Step 8: the signed id of an opinion or a reply slip, made when its form opens, so that sent twice it counts once.

Like the ticket of a questionnaire, and with nothing in it that leads to an answer: neither code nor time.
"""

import uuid
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer


class FormTicketError(ValueError):
    """The ticket is not one of ours, or one of another form."""


@dataclass(frozen=True)
class FormTicket:
    wave: str
    id: str


def seal_new(kind: str, wave: str, key: str) -> str:
    """A new random id for a form of `kind` (`opinion` or `slip`), signed."""
    return str(_serializer(kind, key).dumps([wave, str(uuid.uuid4())]))


def unseal(kind: str, sealed: str, key: str) -> FormTicket:
    """Raises `FormTicketError` when the text was not signed with this key for this kind of form."""
    try:
        wave, id_ = _serializer(kind, key).loads(sealed)
    except (BadSignature, ValueError, TypeError) as error:
        raise FormTicketError("the ticket of the form is not one of ours") from error
    return FormTicket(wave, id_)


def _serializer(kind: str, key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=f"after-the-answer-{kind}")
