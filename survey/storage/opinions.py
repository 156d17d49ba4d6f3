"""Tables of opinions and of reply slips. Neither has a column that leads to an answer, nor an order that does:
without SQLite's row numbers, rows lie in the order of their random key and not of their arrival.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.opinion.opinion import Opinion, OpinionState, Topic
from survey.storage.base import Base


class OpinionRow(Base):
    """Other content under the same id is an opinion of its own: somebody went back and added a sentence."""

    __tablename__ = "opinion"
    __table_args__ = (Index(None, "code", unique=True), Index(None, "area"), {"sqlite_with_rowid": False})

    opinion_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    code: Mapped[str] = mapped_column(String(12))
    topic: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    received_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))
    reply: Mapped[str] = mapped_column(Text, default="")


class ReplySlipRow(Base):
    """`content` is encrypted; nothing else says who it is."""

    __tablename__ = "reply_slip"
    __table_args__ = (Index(None, "wave", "sent_on"), {"sqlite_with_rowid": False})

    slip_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    sent_on: Mapped[date]
    content: Mapped[str] = mapped_column(Text)


def find_code(session: Session, opinion_id: str, sha256: str) -> str | None:
    """The tracking code under which this very content was received before."""
    return session.scalar(
        select(OpinionRow.code).where(OpinionRow.opinion_id == opinion_id, OpinionRow.sha256 == sha256)
    )


def add_opinion(session: Session, opinion: Opinion, sha256: str) -> None:
    session.add(
        OpinionRow(
            opinion_id=opinion.id,
            sha256=sha256,
            wave=opinion.wave,
            code=opinion.code,
            topic=opinion.topic.value,
            area=opinion.area,
            text=opinion.text,
            language=opinion.language,
            received_on=opinion.received_on,
            state=opinion.state.value,
            reply=opinion.reply,
        )
    )
    session.flush()


def load_opinion(session: Session, code: str) -> Opinion | None:
    row = session.scalars(select(OpinionRow).where(OpinionRow.code == code)).first()
    return None if row is None else to_opinion(row)


def list_opinions(
    session: Session, areas: Collection[str], limit: int, state: OpinionState | None = None
) -> list[Opinion]:
    """The newest opinions about these areas, in one state or in any."""
    query = select(OpinionRow).where(OpinionRow.area.in_(areas))
    if state is not None:
        query = query.where(OpinionRow.state == state.value)
    rows = session.scalars(query.order_by(OpinionRow.received_on.desc(), OpinionRow.code).limit(limit))
    return [to_opinion(row) for row in rows]


def count_opinions(session: Session, areas: Collection[str]) -> dict[tuple[Topic, OpinionState], int]:
    columns = (OpinionRow.topic, OpinionRow.state)
    query = select(*columns, func.count()).where(OpinionRow.area.in_(areas)).group_by(*columns)
    return {(Topic(topic), OpinionState(state)): n for topic, state, n in session.execute(query)}


def count_states(session: Session, first: date, last: date) -> dict[OpinionState, int]:
    """Opinions that were received on these days, by their state now."""
    query = select(OpinionRow.state, func.count()).where(OpinionRow.received_on.between(first, last))
    found = {OpinionState(state): n for state, n in session.execute(query.group_by(OpinionRow.state))}
    return {state: found[state] for state in OpinionState if state in found}


def save_slip(session: Session, row: ReplySlipRow) -> None:
    """Insert, or put the newer content in the place of the older one."""
    session.merge(row)
    session.flush()


def list_slips(session: Session, wave_id: str) -> list[ReplySlipRow]:
    query = select(ReplySlipRow).where(ReplySlipRow.wave == wave_id)
    return list(session.scalars(query.order_by(ReplySlipRow.sent_on.desc(), ReplySlipRow.slip_id)))


def count_slips(session: Session) -> dict[str, int]:
    """Number of slips by wave."""
    query = select(ReplySlipRow.wave, func.count()).group_by(ReplySlipRow.wave)
    return {row[0]: row[1] for row in session.execute(query)}


def delete_slips_before(session: Session, day: date) -> int:
    """How many were deleted."""
    gone = session.scalars(delete(ReplySlipRow).where(ReplySlipRow.sent_on < day).returning(ReplySlipRow.slip_id))
    return len(gone.all())


def to_opinion(row: OpinionRow) -> Opinion:
    return Opinion(
        id=row.opinion_id,
        wave=row.wave,
        code=row.code,
        topic=Topic(row.topic),
        area=row.area,
        text=row.text,
        language=row.language,
        received_on=row.received_on,
        state=OpinionState(row.state),
        reply=row.reply,
    )
