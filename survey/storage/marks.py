"""Marks beside responses: signs of a second answer, cells that were full. Never shown to residents, never a reason
to refuse; a response without a row has no mark.
"""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base


class MarkRow(Base):
    __tablename__ = "response_mark"
    __table_args__ = (Index(None, "wave", "score"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    signs: Mapped[str] = mapped_column(String(120))  # words of `Sign`, strongest first
    score: Mapped[float]
    over_quota: Mapped[str] = mapped_column(Text)  # names of the full cells, separated by blanks
