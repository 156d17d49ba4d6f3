"""The form ticket: made when a form opens, travels with it, and names the response before anything is sent.

Signed, so that a client can neither choose another wave nor move the time of the start. It never expires: a form left
open for a day can still be sent.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer

from survey.response.response import Purpose


class TicketError(ValueError):
    """The ticket is not one of ours."""


@dataclass(frozen=True)
class Ticket:
    """`edition`: 1 for a first answer, n + 1 for a form that changes edition n (then without a household's code)."""

    wave: str
    code: str
    response_id: str
    started_at: datetime
    purpose: Purpose
    edition: int = 1
    person: str = ""  # a one-way hash, where an adapter tells senders apart


def open_ticket(wave: str, code: str, purpose: Purpose, now: datetime) -> Ticket:
    """A ticket with a new random response id."""
    return Ticket(wave, code, str(uuid.uuid4()), now.astimezone(UTC).replace(microsecond=0), purpose)


def seal(ticket: Ticket, key: str) -> str:
    """The ticket as URL-safe signed text; the edition stands in it from the second on."""
    started = int(ticket.started_at.timestamp())
    fields = [ticket.wave, ticket.code, ticket.response_id, started, ticket.purpose.value]
    if ticket.person:
        fields += [ticket.edition, ticket.person]
    elif ticket.edition > 1:
        fields.append(ticket.edition)
    return str(_serializer(key).dumps(fields))


@lru_cache(maxsize=2048)
def unseal(sealed: str, key: str) -> Ticket:
    """Raises `TicketError` when the text was not signed with this key. Kept, as the same form comes back soon."""
    try:
        wave, code, response_id, started, purpose, *rest = _serializer(key).loads(sealed)
    except (BadSignature, ValueError, TypeError) as error:
        raise TicketError("the form ticket is not one of ours") from error
    return Ticket(wave, code, response_id, datetime.fromtimestamp(started, UTC), Purpose(purpose), *rest)


@lru_cache(maxsize=4)
def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="form-ticket")
