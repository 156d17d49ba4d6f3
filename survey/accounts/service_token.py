"""A token with which another program reads `/api/v1`: what it may read, where, until when. Never a person's account."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

_FORM = re.compile(r"minyi_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


class Scope(StrEnum):
    """What a token may read; one does not contain another."""

    RESULTS = "results:read"  # waves, areas, indicators, figures
    RESPONSES = "responses:read"  # single answers, without open texts
    FIELDWORK = "fieldwork:read"  # funnels of posters


class ServiceTokenError(ValueError):
    """A token cannot be issued or used as asked; the message says why."""


@dataclass(frozen=True)
class ServiceToken:
    """`area` limits what can be read to that node and everything below. The secret is known to its bearer only."""

    id: str
    name: str
    scopes: frozenset[Scope]
    area: str
    issued_at: datetime
    issued_by: str
    valid_until: date
    revoked_at: datetime | None = None
    used_on: date | None = None

    def is_valid_on(self, day: date) -> bool:
        return self.revoked_at is None and day <= self.valid_until


@dataclass(frozen=True)
class Secret:
    """The two halves of a token's text: the public id, and 256 random bits of which only the hash is kept."""

    id: str
    random: str

    @classmethod
    def new(cls) -> "Secret":
        return cls(secrets.token_hex(6), secrets.token_urlsafe(32))

    @classmethod
    def read(cls, text: str) -> "Secret | None":
        """None for a text that no token has."""
        found = _FORM.fullmatch(text)
        return cls(*found.groups()) if found else None

    @property
    def text(self) -> str:
        return f"minyi_{self.id}_{self.random}"

    @property
    def sha256(self) -> str:
        """Random bits need no slow hash: there is nothing to guess."""
        return hashlib.sha256(self.random.encode()).hexdigest()
