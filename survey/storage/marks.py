"""Marks beside responses: signs of a second answer, cells that were full. Never shown to residents, never a reason
to refuse; a response without a row has no mark.
"""

from collections import Counter

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.response.response import Purpose
from survey.response.suspicion import REVIEW_FROM
from survey.storage.base import Base
from survey.storage.responses import ResponseRow


class MarkRow(Base):
    __tablename__ = "response_mark"
    __table_args__ = (Index(None, "wave", "score"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    signs: Mapped[str] = mapped_column(String(120))  # words of `Sign`, strongest first
    score: Mapped[float]
    over_quota: Mapped[str] = mapped_column(Text)  # names of the full cells, separated by blanks


def count_for_review(session: Session, wave_id: str) -> dict[str, int]:
    """Live responses whose score asks for review, by poster."""
    query = (
        select(ResponseRow.poster, func.count())
        .join(MarkRow, (MarkRow.wave == ResponseRow.wave) & (MarkRow.response_id == ResponseRow.response_id))
        .where(
            ResponseRow.wave == wave_id,
            ResponseRow.purpose == Purpose.LIVE.value,
            MarkRow.score >= REVIEW_FROM,
            ResponseRow.poster.is_not(None),
        )
        .group_by(ResponseRow.poster)
    )
    return {poster: n for poster, n in session.execute(query) if poster is not None}


def count_signs(session: Session, wave_id: str) -> Counter[str]:
    """How many responses of the wave bear each sign; `for_review`: those whose score asks for a person's look."""
    query = select(MarkRow.signs, MarkRow.score).where(MarkRow.wave == wave_id)
    counts: Counter[str] = Counter()
    for signs, score in session.execute(query.execution_options(yield_per=5000)):
        counts.update(signs.split())
        counts["for_review"] += score >= REVIEW_FROM
    return counts
