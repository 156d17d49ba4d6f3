"""Webhooks and what was sent to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.programme.webhook import Delivery, DeliveryState, HookEvent, Webhook
from survey.storage.base import Base


class WebhookRow(Base):
    __tablename__ = "webhook"

    webhook_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[str] = mapped_column(String(300))  # separated by spaces
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


class WebhookDeliveryRow(Base):
    __tablename__ = "webhook_delivery"
    __table_args__ = (Index(None, "webhook", "made_at"),)

    delivery_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhook.webhook_id"))
    event: Mapped[str] = mapped_column(String(40))
    once: Mapped[str | None] = mapped_column(String(160), unique=True)  # what is told once only: hook, event, subject
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    delivered_at: Mapped[datetime | None]


def add_webhook(session: Session, hook: Webhook) -> None:
    events = " ".join(sorted(hook.events))
    row = WebhookRow(webhook_id=hook.id, url=hook.url, events=events, made_by=hook.made_by, made_at=hook.made_at)
    session.add(row)
    session.flush()


def load_webhooks(session: Session) -> list[Webhook]:
    return [_to_hook(row) for row in session.scalars(select(WebhookRow).order_by(WebhookRow.made_at))]


def find_webhook(session: Session, webhook_id: str) -> Webhook | None:
    row = session.get(WebhookRow, webhook_id)
    return None if row is None else _to_hook(row)


def mark_stopped(session: Session, webhook_id: str, at: datetime) -> bool:
    statement = update(WebhookRow).where(WebhookRow.webhook_id == webhook_id, WebhookRow.stopped_at.is_(None))
    return session.execute(statement.values(stopped_at=at).returning(WebhookRow.webhook_id)).first() is not None


def was_told(session: Session, once: str) -> bool:
    return (
        session.scalars(select(WebhookDeliveryRow.delivery_id).where(WebhookDeliveryRow.once == once)).first()
        is not None
    )


def add_delivery(session: Session, one: Delivery, once: str | None) -> None:
    session.add(
        WebhookDeliveryRow(
            delivery_id=one.id,
            webhook=one.webhook,
            event=one.event.value,
            once=once,
            body=one.body,
            made_at=one.made_at,
            state=one.state.value,
            attempts=0,
        )
    )
    session.flush()


def find_delivery(session: Session, delivery_id: str) -> Delivery | None:
    row = session.get(WebhookDeliveryRow, delivery_id)
    return None if row is None else _to_delivery(row)


def newest_deliveries(session: Session, limit: int) -> list[Delivery]:
    order = (WebhookDeliveryRow.made_at.desc(), WebhookDeliveryRow.delivery_id)
    return [_to_delivery(row) for row in session.scalars(select(WebhookDeliveryRow).order_by(*order).limit(limit))]


def change_delivery(session: Session, delivery_id: str, values: Mapping[str, Any]) -> None:
    session.execute(update(WebhookDeliveryRow).where(WebhookDeliveryRow.delivery_id == delivery_id).values(**values))


def _to_hook(row: WebhookRow) -> Webhook:
    events = frozenset(HookEvent(event) for event in row.events.split())
    return Webhook(row.webhook_id, row.url, events, row.made_by, row.made_at, row.stopped_at)


def _to_delivery(row: WebhookDeliveryRow) -> Delivery:
    return Delivery(
        row.delivery_id,
        row.webhook,
        HookEvent(row.event),
        row.body,
        row.made_at,
        DeliveryState(row.state),
        row.attempts,
        row.status,
        row.error,
        row.delivered_at,
    )
