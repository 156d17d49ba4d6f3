"""The log of what people did: who, when, what. Append-only."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.storage.base import Base


class EventRow(Base):
    __tablename__ = "event"
    __table_args__ = (Index(None, "at"),)

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))  # an account's e-mail, or the name of a command
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text, default="")


def new_event(at: datetime, actor: str, action: str, subject: str, detail: str = "") -> EventRow:
    return EventRow(event_id=str(uuid.uuid4()), at=at, actor=actor, action=action, subject=subject, detail=detail)


def record_event(session: Session, row: EventRow) -> None:
    session.add(row)


def first_event(session: Session, action: str, subject: str) -> EventRow | None:
    """The earliest event of this action on this subject."""
    query = select(EventRow).where(EventRow.action == action, EventRow.subject == subject)
    return session.scalars(query.order_by(EventRow.at).limit(1)).first()


def events_on(session: Session, action: str, subject: str) -> list[EventRow]:
    """Every event of this action on this subject, the earliest first."""
    query = select(EventRow).where(EventRow.action == action, EventRow.subject == subject)
    return list(session.scalars(query.order_by(EventRow.at)))


def history_of(session: Session, actions: Collection[str], subject: str) -> list[EventRow]:
    """Every event of these actions on this subject, the latest first."""
    query = select(EventRow).where(EventRow.action.in_(actions), EventRow.subject == subject)
    return list(session.scalars(query.order_by(EventRow.at.desc())))


def count_events(session: Session, action: str, subject: str) -> int:
    """How many events of this action there are on this subject."""
    session.flush()
    query = select(func.count()).where(EventRow.action == action, EventRow.subject == subject)
    return session.scalars(query).one()
