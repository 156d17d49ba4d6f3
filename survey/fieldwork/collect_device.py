"""Step 2: a device that works with ODK Collect, for one interviewer and one area, known by the token in its address."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

LABEL_LIMIT = 40  # signs
SILENT_HOURS = 24
_TOKEN_BYTES = 24


class CollectDeviceError(ValueError):
    """A device cannot be set up as asked; the message says what was expected and what was found."""


@dataclass(frozen=True)
class CollectDevice:
    """`interviewer` is the code that cases, visits and answers name. The token is stored as its sha256 only."""

    id: str
    token_sha256: str
    interviewer: str
    area: str
    label: str
    issued_at: datetime
    issued_by: str
    revoked_at: datetime | None = None
    last_contact_at: datetime | None = None
    received: int = 0
    repeated: int = 0
    kept: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.label) <= LABEL_LIMIT:
            raise CollectDeviceError(f"device name: expected 1 to {LABEL_LIMIT} signs, found {len(self.label)}")

    def silent(self, now: datetime) -> bool:
        """In use, and not heard of for a day."""
        last = self.last_contact_at or self.issued_at
        return self.revoked_at is None and now - last > timedelta(hours=SILENT_HOURS)


def new_token() -> str:
    """192 random bits in letters that an address takes."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_sha256(token: str) -> str:
    """What is stored and looked for: a hash needs no salt where the token cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
