"""What an office writes for a wave: the file under construction, and its versions from the opening onwards."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.programme.wave_version import WavePlan, WaveVersion
from survey.storage.base import Base


class WavePlanRow(Base):
    """A wave in preparation. It may have gaps, so there need not be a row of `wave` yet."""

    __tablename__ = "wave_plan"

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    content: Mapped[str] = mapped_column(Text)  # the wave file (YAML)
    edition: Mapped[int]
    whole: Mapped[bool]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(120))


class WaveVersionRow(Base):
    """The file of a wave as it was opened (number 1) and after each permitted change; written once."""

    __tablename__ = "wave_version"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(120))


def load_plan(session: Session, wave_id: str) -> WavePlan | None:
    row = session.get(WavePlanRow, wave_id)
    return None if row is None else _to_plan(row)


def list_plans(session: Session) -> list[WavePlan]:
    """Every wave in preparation, the one saved last first."""
    rows = session.scalars(select(WavePlanRow).order_by(WavePlanRow.saved_at.desc(), WavePlanRow.wave))
    return [_to_plan(row) for row in rows]


def add_plan(session: Session, plan: WavePlan) -> None:
    session.add(WavePlanRow(**_values(plan)))
    session.flush()


def replace_plan(session: Session, plan: WavePlan) -> bool:
    """Write `plan` over the edition before it. False when somebody else wrote in between; then nothing changes."""
    before = (WavePlanRow.wave == plan.wave, WavePlanRow.edition == plan.edition - 1)
    done = session.execute(update(WavePlanRow).where(*before).values(**_values(plan)).returning(WavePlanRow.wave))
    return done.first() is not None


def remove_plan(session: Session, wave_id: str) -> None:
    session.execute(delete(WavePlanRow).where(WavePlanRow.wave == wave_id))


def add_version(session: Session, version: WaveVersion) -> None:
    session.add(
        WaveVersionRow(
            wave=version.wave,
            number=version.number,
            content=version.content,
            reason=version.reason,
            saved_at=version.saved_at,
            saved_by=version.saved_by,
        )
    )
    session.flush()


def load_versions(session: Session, wave_id: str) -> list[WaveVersion]:
    """The versions of a wave, the first first; none for a wave that was opened before versions were kept."""
    rows = session.scalars(select(WaveVersionRow).where(WaveVersionRow.wave == wave_id).order_by(WaveVersionRow.number))
    return [WaveVersion(row.wave, row.number, row.content, row.reason, row.saved_at, row.saved_by) for row in rows]


def _values(plan: WavePlan) -> Mapping[str, object]:
    return {
        "wave": plan.wave,
        "content": plan.content,
        "edition": plan.edition,
        "whole": plan.whole,
        "saved_at": plan.saved_at,
        "saved_by": plan.saved_by,
    }


def _to_plan(row: WavePlanRow) -> WavePlan:
    return WavePlan(row.wave, row.content, row.edition, row.whole, row.saved_at, row.saved_by)
