"""Questionnaires that are being written: a row per draft, and one per state that it had, for undoing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.storage.base import Base

STEPS_KEPT = 200


class QuestionnaireDraftRow(Base):
    __tablename__ = "questionnaire_draft"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    revision: Mapped[int]  # the number of the newest state
    created_at: Mapped[datetime]
    published: Mapped[str] = mapped_column(String(80), default="")  # "name/v2" once it was published


class DraftStepRow(Base):
    __tablename__ = "questionnaire_draft_step"

    draft: Mapped[str] = mapped_column(ForeignKey("questionnaire_draft.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[str] = mapped_column(Text)  # JSON in the keys of a questionnaire file
    done: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    done_by: Mapped[str] = mapped_column(String(120))
    done_at: Mapped[datetime]
    undoes: Mapped[int | None]  # the revision that this state takes back


@dataclass(frozen=True)
class DraftState:
    """One state of a draft, and what led to it."""

    draft: str
    revision: int
    data: dict[str, Any]
    done: str
    subject: str
    done_by: str
    done_at: datetime
    undoes: int | None = None


def add_draft(session: Session, state: DraftState) -> None:
    session.add(QuestionnaireDraftRow(id=state.draft, revision=state.revision, created_at=state.done_at, published=""))
    session.flush()
    session.add(_row(state))


def add_state(session: Session, state: DraftState) -> bool:
    """Make this the newest state. False when somebody else was faster: then nothing is written."""
    newer = (
        update(QuestionnaireDraftRow)
        .where(QuestionnaireDraftRow.id == state.draft, QuestionnaireDraftRow.revision == state.revision - 1)
        .values(revision=state.revision)
    )
    if session.execute(newer).rowcount != 1:  # type: ignore[attr-defined]
        return False
    session.add(_row(state))
    too_old = DraftStepRow.revision <= state.revision - STEPS_KEPT
    session.execute(delete(DraftStepRow).where(DraftStepRow.draft == state.draft, too_old))
    return True


def newest_state(session: Session, draft: str) -> DraftState | None:
    """The draft as it stands; None when there is none of this id."""
    row = session.get(QuestionnaireDraftRow, draft)
    return state_at(session, draft, row.revision) if row else None


def state_at(session: Session, draft: str, revision: int) -> DraftState | None:
    row = session.get(DraftStepRow, (draft, revision))
    return _state(row) if row else None


def states_of(session: Session, draft: str, limit: int) -> list[DraftState]:
    """The newest states, the newest first."""
    query = select(DraftStepRow).where(DraftStepRow.draft == draft).order_by(DraftStepRow.revision.desc()).limit(limit)
    return [_state(row) for row in session.scalars(query)]


def list_drafts(session: Session) -> list[DraftState]:
    """The newest state of every draft that was not published, the last edited first."""
    query = (
        select(DraftStepRow)
        .join(
            QuestionnaireDraftRow,
            (QuestionnaireDraftRow.id == DraftStepRow.draft)
            & (QuestionnaireDraftRow.revision == DraftStepRow.revision),
        )
        .where(QuestionnaireDraftRow.published == "")
        .order_by(DraftStepRow.done_at.desc(), DraftStepRow.draft)
    )
    return [_state(row) for row in session.scalars(query)]


def published_as(session: Session, draft: str) -> str:
    """`name/v2` when the draft was published, else the empty text."""
    row = session.get(QuestionnaireDraftRow, draft)
    return row.published if row else ""


def mark_published(session: Session, draft: str, version: str) -> None:
    session.execute(update(QuestionnaireDraftRow).where(QuestionnaireDraftRow.id == draft).values(published=version))


def delete_draft(session: Session, draft: str) -> None:
    session.execute(delete(DraftStepRow).where(DraftStepRow.draft == draft))
    session.execute(delete(QuestionnaireDraftRow).where(QuestionnaireDraftRow.id == draft))


def _as_json(data: Mapping[str, Any]) -> str:
    # The order of the keys is the order in the file that it becomes.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _row(state: DraftState) -> DraftStepRow:
    return DraftStepRow(
        draft=state.draft,
        revision=state.revision,
        data=_as_json(state.data),
        done=state.done,
        subject=state.subject,
        done_by=state.done_by,
        done_at=state.done_at,
        undoes=state.undoes,
    )


def _state(row: DraftStepRow) -> DraftState:
    data = json.loads(row.data)
    return DraftState(row.draft, row.revision, data, row.done, row.subject, row.done_by, row.done_at, row.undoes)
