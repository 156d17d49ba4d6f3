"""Households asked once more about the visit: fieldwork, not answers."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.recontact import Recontact
from survey.storage.base import Base


class RecontactRow(Base):
    __tablename__ = "recontact"
    __table_args__ = (ForeignKeyConstraint(["wave", "case_id"], ["sampled_case.wave", "sampled_case.case_id"]),)

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interviewer: Mapped[str] = mapped_column(String(60))
    seed: Mapped[int]
    drawn_at: Mapped[datetime]
    told: Mapped[str | None] = mapped_column(Text)  # what the household said, JSON by item
    recorded_by: Mapped[str | None] = mapped_column(String(120))
    recorded_at: Mapped[datetime | None]


def add_recontacts(session: Session, recontacts: Iterable[Recontact]) -> None:
    session.add_all(
        RecontactRow(
            wave=one.wave,
            case_id=one.case,
            interviewer=one.interviewer,
            seed=one.seed,
            drawn_at=one.drawn_at,
        )
        for one in recontacts
    )
    session.flush()


def list_recontacts(session: Session, wave_id: str) -> list[Recontact]:
    rows = session.scalars(select(RecontactRow).where(RecontactRow.wave == wave_id).order_by(RecontactRow.case_id))
    return [
        Recontact(
            wave=row.wave,
            case=row.case_id,
            interviewer=row.interviewer,
            seed=row.seed,
            drawn_at=row.drawn_at,
            answers=None if row.told is None else json.loads(row.told),
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]


def record_answers(
    session: Session, wave_id: str, case_id: str, answers: Mapping[str, object], by: str, now: datetime
) -> bool:
    """Note down what the household said; False when the case was not drawn for it."""
    told = json.dumps(dict(answers), ensure_ascii=False, sort_keys=True)
    changed = session.execute(
        update(RecontactRow)
        .where(RecontactRow.wave == wave_id, RecontactRow.case_id == case_id)
        .values(told=told, recorded_by=by, recorded_at=now)
        .returning(RecontactRow.case_id)
    )
    return changed.first() is not None
