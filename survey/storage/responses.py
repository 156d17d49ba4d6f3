"""Responses, the append-only ledger of what was delivered, and the conflicts that a person decides.

A response is one row: its answers as one compact JSON value, typed columns only for what is searched or weighted on.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base


class ResponseRow(Base):
    __tablename__ = "response"
    __table_args__ = (Index(None, "wave", "received_at"), Index(None, "receipt"))

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    questionnaire: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    source: Mapped[str] = mapped_column(String(8))
    mode: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(12))
    area: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    poster: Mapped[str | None] = mapped_column(String(12))  # a place; never a household's code
    stratum: Mapped[str | None] = mapped_column(String(40))
    psu: Mapped[str | None] = mapped_column(String(40))
    base_weight: Mapped[float | None]
    interviewer: Mapped[str | None] = mapped_column(String(60))
    started_at: Mapped[datetime]
    received_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(12))
    answers: Mapped[str] = mapped_column(Text)


class LedgerRow(Base):
    """One row per content ever delivered under an id: written once, never changed."""

    __tablename__ = "ledger"
    __table_args__ = (Index(None, "receipt"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16))
    receipt: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime]
    content: Mapped[str] = mapped_column(Text)


class ConflictRow(Base):
    """A delivery that was kept but not counted, waiting for a person."""

    __tablename__ = "conflict"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    noticed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(200))


class DraftRow(Base):
    """Answers of a form that is being filled in one question at a time; removed when the response is stored."""

    __tablename__ = "draft"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    values: Mapped[str] = mapped_column(Text)  # raw form values, JSON
    changed_on: Mapped[date]
