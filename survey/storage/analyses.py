"""Runs of the analysis of a wave: their plan and result, kept so that every shown figure can be recomputed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.storage.base import Base


class AnalysisRunRow(Base):
    __tablename__ = "analysis_run"
    __table_args__ = (Index(None, "wave", "started_at"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    status: Mapped[str] = mapped_column(String(12))  # running | done | failed
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="")  # YAML of the PROB plan and the QR plan
    result: Mapped[str] = mapped_column(Text, default="")  # JSON


def newest_run(session: Session, wave_id: str, status: str | None = None) -> AnalysisRunRow | None:
    query = select(AnalysisRunRow).where(AnalysisRunRow.wave == wave_id)
    if status is not None:
        query = query.where(AnalysisRunRow.status == status)
    return session.scalars(query.order_by(AnalysisRunRow.started_at.desc()).limit(1)).first()


def load_run(session: Session, wave_id: str, run_id: str) -> AnalysisRunRow | None:
    return session.get(AnalysisRunRow, (wave_id, run_id))
