"""Table of releases: which run of a wave is public, in which edition. Rows are added, and withdrawn once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, select
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.text import Text
from survey.programme.release import Fieldwork, Release
from survey.storage.base import Base


class ReleaseRow(Base):
    """The key lets two officials who release at the same moment make one edition, not two of the same number."""

    __tablename__ = "release"
    __table_args__ = (ForeignKeyConstraint(["wave", "run_id"], ["analysis_run.wave", "analysis_run.run_id"]),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    run_id: Mapped[str] = mapped_column(String(36))
    summary_zh_hans: Mapped[str] = mapped_column(LongText)
    summary_zh_hant: Mapped[str] = mapped_column(LongText)
    summary_en: Mapped[str] = mapped_column(LongText)
    drawn: Mapped[int]
    complete: Mapped[int]
    rr1: Mapped[float | None]
    released_at: Mapped[datetime]
    released_by: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(LongText, default="")


def add_release(session: Session, release: Release) -> None:
    session.add(
        ReleaseRow(
            wave=release.wave,
            edition=release.edition,
            run_id=release.run,
            summary_zh_hans=release.summary.zh_hans,
            summary_zh_hant=release.summary.zh_hant,
            summary_en=release.summary.en,
            drawn=release.fieldwork.drawn,
            complete=release.fieldwork.complete,
            rr1=release.fieldwork.rr1,
            released_at=release.released_at,
            released_by=release.released_by,
        )
    )
    session.flush()


def withdraw_release(session: Session, release: Release, now: datetime, reason: str) -> None:
    row = session.get_one(ReleaseRow, (release.wave, release.edition))
    row.withdrawn_at, row.reason = now, reason


def newest_release(session: Session, wave_id: str) -> Release | None:
    """The newest edition, withdrawn or not."""
    query = select(ReleaseRow).where(ReleaseRow.wave == wave_id).order_by(ReleaseRow.edition.desc()).limit(1)
    row = session.scalars(query).first()
    return None if row is None else _to_release(row)


def newest_releases(session: Session) -> Sequence[Release]:
    """The newest edition of every wave that was ever released, the last released first."""
    newest: dict[str, Release] = {}
    for row in session.scalars(select(ReleaseRow).order_by(ReleaseRow.edition)):
        newest[row.wave] = _to_release(row)
    return sorted(newest.values(), key=lambda release: release.released_at, reverse=True)


def _to_release(row: ReleaseRow) -> Release:
    return Release(
        wave=row.wave,
        edition=row.edition,
        run=row.run_id,
        summary=Text(row.summary_zh_hans, row.summary_en, row.summary_zh_hant),
        fieldwork=Fieldwork(row.drawn, row.complete, row.rr1),
        released_at=row.released_at,
        released_by=row.released_by,
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,
    )
