"""Webhooks: what another program is told, signed so that it can prove who said it (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

SECRET_PREFIX = "whsec_"  # noqa: S105 - a name of the standard, no secret


class HookEvent(StrEnum):
    RESPONSES_COUNTED = "responses.counted"
    ANALYSIS_READY = "analysis.ready"
    RESULTS_RELEASED = "results.released"
    RESULTS_WITHDRAWN = "results.withdrawn"
    OPINION_DUE = "opinion.due"
    PING = "ping"


class WebhookError(ValueError):
    """A webhook cannot be registered, found or sent to; the message says what was expected and found."""


@dataclass(frozen=True)
class Webhook:
    """Who is told what. The secret is not kept: it follows from the installation's key and the id."""

    id: str
    url: str
    events: frozenset[HookEvent]
    made_by: str
    made_at: datetime
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.events:
            raise WebhookError("events: expected at least one, found none")


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """One message for one webhook; its id is the standard's `webhook-id`, the same at every attempt."""

    id: str
    webhook: str
    event: HookEvent
    body: str
    made_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    status: int | None = None
    error: str = ""
    delivered_at: datetime | None = None


def origin_of(url: str) -> str:
    """Scheme, host and port. Raises `WebhookError` for an address with a name in it or of another scheme.

    >>> origin_of("https://hooks.example.org/minyi?x=1")
    'https://hooks.example.org'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebhookError(f"address: expected https://HOST/PATH, found {url[:80]!r}") from None
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None
        or not url.isprintable()
    ):
        raise WebhookError(f"address: expected https://HOST/PATH, found {url[:80]!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def require_allowed(url: str, allowed: Collection[str]) -> None:
    """Raises `WebhookError` unless the operator has named the address's origin in `WEBHOOK_ORIGINS`."""
    origin = origin_of(url)
    if origin not in allowed:
        names = ", ".join(allowed) or "none so far"
        raise WebhookError(f"address: expected an origin that WEBHOOK_ORIGINS names ({names}), found {origin}")


def secret_of(webhook_id: str, key: str) -> str:
    """The secret that the receiver verifies with, from the installation's `key`."""
    return SECRET_PREFIX + base64.b64encode(_raw_secret(webhook_id, key)).decode()


def sign(webhook_id: str, key: str, message_id: str, timestamp: int, body: str) -> str:
    """The header `webhook-signature`: HMAC-SHA256 over id, time and body.

    >>> sign("h", "k", "m", 1, "{}").startswith("v1,")
    True
    """
    content = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(_raw_secret(webhook_id, key), content, "sha256")).decode()


def _raw_secret(webhook_id: str, key: str) -> bytes:
    return hmac.new(key.encode(), f"webhook secret {webhook_id}".encode(), hashlib.sha256).digest()
