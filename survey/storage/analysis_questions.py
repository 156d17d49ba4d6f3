"""Further questions to a run of an analysis, with their plan and their answer."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.programme.question import Question
from survey.storage.base import Base


class AnalysisQuestionRow(Base):
    __tablename__ = "analysis_question"
    __table_args__ = (ForeignKeyConstraint(["wave", "run_id"], ["analysis_run.wave", "analysis_run.run_id"]),)

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(140), primary_key=True)
    status: Mapped[str] = mapped_column(String(12))  # running | done | failed
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="")  # YAML
    result: Mapped[str] = mapped_column(Text, default="")  # JSON


def load_question(session: Session, wave_id: str, run_id: str, question: Question) -> AnalysisQuestionRow | None:
    return session.get(AnalysisQuestionRow, (wave_id, run_id, question.key))
