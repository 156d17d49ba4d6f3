"""Announce an event to every webhook that wants it: a message and its job, in the transaction of what happened."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from survey.actions.jobs.ask_for_job import add_job
from survey.jobs.job import JobKind
from survey.programme.webhook import Delivery, HookEvent, Webhook
from survey.storage.webhooks import add_delivery, load_webhooks, was_told

ATTEMPTS = 9  # 15 s, 1 min, 4 min, 16 min, 64 min, 4 h, then every 6 hours: about a day in all
_ACTOR = "webhooks"


def announce(
    session: Session, event: HookEvent, data: Mapping[str, object], now: datetime, *, once: str | None = None
) -> int:
    """How many webhooks are told. `data` holds no personal data; `once`: what is told to each webhook one time only."""
    told = 0
    for hook in load_webhooks(session):
        if hook.stopped_at is None and event in hook.events:
            key = None if once is None else f"{hook.id} {event} {once}"[:160]
            if key is None or not was_told(session, key):
                send_to(session, hook, event, data, now, key)
                told += 1
    return told


def send_to(
    session: Session, hook: Webhook, event: HookEvent, data: Mapping[str, object], now: datetime, key: str | None = None
) -> str:
    """The id of the message, which waits for a worker."""
    body = json.dumps({"type": event.value, "timestamp": now.isoformat(), "data": data}, ensure_ascii=False)
    one = Delivery(str(uuid.uuid4()), hook.id, event, body, now)
    add_delivery(session, one, key)
    add_delivery_job(session, one.id, now)
    return one.id


def add_delivery_job(session: Session, delivery_id: str, now: datetime) -> None:
    name, parameters = f"webhook {delivery_id}", {"delivery": delivery_id}
    add_job(session, JobKind.WEBHOOK, str(uuid.uuid4()), _ACTOR, now, None, parameters, name, most_attempts=ATTEMPTS)
