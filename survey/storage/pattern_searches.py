"""The newest search for patterns of interviewers in a wave and area, and the newest one that came to an end."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.storage.base import Base


class PatternSearchRow(Base):
    """`job_id`: of the newest search. The rest is what the newest finished one found, and when it had read the answers.

    `counted`: answers of the drawn sample in the area at that moment.
    """

    __tablename__ = "pattern_search"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    area: Mapped[str] = mapped_column(String(15), primary_key=True)
    job_id: Mapped[str] = mapped_column(String(36))
    found_at: Mapped[datetime | None]
    counted: Mapped[int | None]
    result: Mapped[str] = mapped_column(Text, default="")  # JSON


def load_search(session: Session, wave_id: str, area: str) -> PatternSearchRow | None:
    return session.get(PatternSearchRow, (wave_id, area))


def note_search(session: Session, wave_id: str, area: str, job_id: str) -> None:
    """A search was asked for; what an earlier one found stays."""
    row = load_search(session, wave_id, area)
    if row is None:
        session.add(PatternSearchRow(wave=wave_id, area=area, job_id=job_id, result=""))
    else:
        row.job_id = job_id
    session.flush()


def keep_found(session: Session, wave_id: str, area: str, at: datetime, counted: int, result: str) -> None:
    row = session.get_one(PatternSearchRow, (wave_id, area))
    row.found_at, row.counted, row.result = at, counted, result
    session.flush()
