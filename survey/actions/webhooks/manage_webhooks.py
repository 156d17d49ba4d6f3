"""Register an address, stop it, list what was sent, send a message again or a first one to try."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from survey.actions.webhooks.announce import add_delivery_job, send_to
from survey.programme.webhook import (
    Delivery,
    DeliveryState,
    HookEvent,
    Webhook,
    WebhookError,
    require_allowed,
    secret_of,
)
from survey.settings import Settings
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.webhooks import (
    add_webhook,
    change_delivery,
    find_delivery,
    find_webhook,
    load_webhooks,
    mark_stopped,
    newest_deliveries,
)

_SHOWN = 100


@dataclass(frozen=True)
class Registered:
    hook: Webhook
    secret: str


def list_webhooks(storage: Storage, settings: Settings) -> tuple[list[Registered], list[Delivery]]:
    """The webhooks with their secrets, and the newest messages."""
    with storage.read() as session:
        hooks, deliveries = load_webhooks(session), newest_deliveries(session, _SHOWN)
    return [Registered(hook, secret_of(hook.id, settings.secret_key)) for hook in hooks], deliveries


def register_webhook(
    storage: Storage, settings: Settings, url: str, events: Collection[HookEvent], now: datetime, actor: str
) -> Webhook:
    """Raises `WebhookError` for an origin that the operator has not allowed, and without events."""
    url = url.strip()[:500]
    require_allowed(url, settings.webhook_origins)
    hook = Webhook(str(uuid.uuid4()), url, frozenset(events), actor, now)
    with storage.write() as session:
        add_webhook(session, hook)
        record_event(session, new_event(now, actor, "register_webhook", hook.id, url))
    return hook


def stop_webhook(storage: Storage, webhook_id: str, now: datetime, actor: str) -> None:
    """Nothing is sent there any more, what waits neither. Raises `WebhookError` for one that is not in use."""
    with storage.write() as session:
        if not mark_stopped(session, webhook_id, now):
            raise WebhookError(f"webhook: expected one in use, found {webhook_id!r}")
        record_event(session, new_event(now, actor, "stop_webhook", webhook_id))


def ping_webhook(storage: Storage, webhook_id: str, now: datetime) -> None:
    """A message to try whether the receiver takes and verifies it. Raises `WebhookError`."""
    with storage.write() as session:
        hook = find_webhook(session, webhook_id)
        if hook is None or hook.stopped_at is not None:
            raise WebhookError(f"webhook: expected one in use, found {webhook_id!r}")
        send_to(session, hook, HookEvent.PING, {}, now)


def send_again(storage: Storage, delivery_id: str, now: datetime, actor: str) -> None:
    """The same message with the same id, which a receiver that has it already may ignore. Raises `WebhookError`."""
    with storage.write() as session:
        delivery = find_delivery(session, delivery_id)
        if delivery is None or delivery.state is DeliveryState.WAITING:
            raise WebhookError(f"delivery: expected one that is over, found {delivery_id!r}")
        change_delivery(session, delivery_id, {"state": DeliveryState.WAITING.value, "error": ""})
        add_delivery_job(session, delivery_id, now)
        record_event(session, new_event(now, actor, "send_webhook_again", delivery_id))
