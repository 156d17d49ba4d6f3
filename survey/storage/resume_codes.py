"""Codes by which a form is continued on another device. A row names neither: one is hashed, the other encrypted."""

from datetime import date

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import NOT_BACKED_UP, Base


class ResumeCodeRow(Base):
    """`opened` counts how often the code was used. Rows lie in the order of their key, which is that of no time."""

    __tablename__ = "resume_code"
    __table_args__ = {"sqlite_with_rowid": False} | NOT_BACKED_UP

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticket: Mapped[str] = mapped_column(Text)
    made_on: Mapped[date]
    opened: Mapped[int]
