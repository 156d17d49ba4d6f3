"""What people decided about answers. The history of decisions stands in the log."""

from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, ForeignKey, String, Text, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from survey.response.review import Review, ReviewDecision
from survey.storage.base import Base

Column: TypeAlias = ColumnElement[str] | InstrumentedAttribute[str]


class ReviewRow(Base):
    __tablename__ = "response_review"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    decision: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime]


def save_review(session: Session, review: Review) -> None:
    """Insert or replace: the newest decision stands."""
    session.merge(
        ReviewRow(
            wave=review.wave,
            response_id=review.response,
            decision=review.decision.value,
            reason=review.reason,
            decided_by=review.by,
            decided_at=review.at,
        )
    )
    session.flush()


def list_reviews(session: Session, wave_id: str) -> dict[str, Review]:
    """The decisions of a wave by response."""
    rows = session.scalars(select(ReviewRow).where(ReviewRow.wave == wave_id))
    return {
        row.response_id: Review(
            row.wave, row.response_id, ReviewDecision(row.decision), row.reason, row.decided_by, row.decided_at
        )
        for row in rows
    }


def not_rejected(wave: Column, response_id: Column) -> ColumnElement[bool]:
    """Whether the answer with these keys counts; for queries over responses."""
    return ~exists().where(
        ReviewRow.wave == wave,
        ReviewRow.response_id == response_id,
        ReviewRow.decision == ReviewDecision.REJECTED.value,
    )
