"""Waves, with the indicators, targets and margins that were fixed for them."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, delete, select
from sqlalchemy import Text as LongText
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.population import Population
from survey.instrument.text import Text
from survey.programme.arrangement import Arrangement
from survey.programme.margin import Margin
from survey.programme.protection import Protection
from survey.programme.quota import OverQuota
from survey.programme.recording_plan import RecordingPlan
from survey.programme.wave import Organiser, StatisticsHeader, Wave, WaveError, WaveStatus
from survey.storage.base import Base
from survey.storage.quotas import QuotaRow


class WaveRow(Base):
    __tablename__ = "wave"
    __table_args__ = (
        ForeignKeyConstraint(
            ["questionnaire", "version"], ["questionnaire_version.name", "questionnaire_version.version"]
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name_zh_hans: Mapped[str] = mapped_column(String(120))
    name_zh_hant: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(200))
    population: Mapped[str] = mapped_column(String(12))
    questionnaire: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    target_profile: Mapped[str] = mapped_column(String(60))
    form_number: Mapped[str] = mapped_column(String(60))
    authority: Mapped[str] = mapped_column(String(120))
    approved_by: Mapped[str] = mapped_column(String(120))
    approval_number: Mapped[str] = mapped_column(String(120))
    valid_until: Mapped[date]
    organiser_zh_hans: Mapped[str] = mapped_column(String(120))
    organiser_zh_hant: Mapped[str] = mapped_column(String(120))
    organiser_en: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12))
    analysis: Mapped[str] = mapped_column(LongText)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    protection: Mapped[str] = mapped_column(LongText, server_default="")
    recording: Mapped[str] = mapped_column(LongText, server_default="")
    over_quota: Mapped[str] = mapped_column(String(12), server_default="count")
    arrangement: Mapped[str] = mapped_column(LongText, server_default="")


class WaveIndicatorRow(Base):
    """An indicator with its rule and target, frozen when the wave opens (JSON of the noun)."""

    __tablename__ = "wave_indicator"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    definition: Mapped[str] = mapped_column(LongText)


class MarginRow(Base):
    __tablename__ = "margin"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    sex: Mapped[str] = mapped_column(String(1), primary_key=True)
    age_band: Mapped[str] = mapped_column(String(8), primary_key=True)
    total: Mapped[float]


def save_wave(session: Session, wave: Wave) -> None:
    """Insert or replace the wave's row."""
    header, organiser = wave.header, wave.organiser
    session.merge(
        WaveRow(
            id=wave.id,
            name_zh_hans=wave.name.zh_hans,
            name_zh_hant=wave.name.zh_hant,
            name_en=wave.name.en,
            population=wave.population.value,
            questionnaire=wave.questionnaire,
            version=wave.version,
            target_profile=wave.target_profile,
            form_number=header.form_number,
            authority=header.authority,
            approved_by=header.approved_by,
            approval_number=header.approval_number,
            valid_until=header.valid_until,
            organiser_zh_hans=organiser.name.zh_hans,
            organiser_zh_hant=organiser.name.zh_hant,
            organiser_en=organiser.name.en,
            phone=organiser.phone,
            status=wave.status.value,
            analysis=wave.analysis,
            opened_at=wave.opened_at,
            closed_at=wave.closed_at,
            protection=wave.protection.to_text(),
            recording=wave.recording.to_text(),
            over_quota=wave.over_quota.value,
            arrangement=wave.arrangement.to_text(),
        )
    )
    session.flush()


def remove_draft(session: Session, wave_id: str) -> bool:
    """Take a draft away with its indicators, margins and quotas. False, and nothing done, when more belongs to it."""
    try:
        with session.begin_nested():
            for row in (WaveIndicatorRow, MarginRow, QuotaRow):
                session.execute(delete(row).where(row.wave == wave_id))
            session.execute(delete(WaveRow).where(WaveRow.id == wave_id, WaveRow.status == WaveStatus.DRAFT.value))
    except IntegrityError:
        return False
    return True


def load_wave(session: Session, wave_id: str) -> Wave | None:
    row = session.get(WaveRow, wave_id)
    return None if row is None else _to_wave(row)


def require_wave(session: Session, wave_id: str) -> Wave:
    """The wave; `WaveError` names the waves that there are."""
    wave = load_wave(session, wave_id)
    if wave is None:
        known = ", ".join(session.scalars(select(WaveRow.id).order_by(WaveRow.id))) or "none"
        raise WaveError(f"wave: expected the id of a wave ({known}), found {wave_id!r}")
    return wave


def list_waves(session: Session) -> list[Wave]:
    """All waves, the newest first."""
    rows = session.scalars(select(WaveRow).order_by(WaveRow.opened_at.desc(), WaveRow.id))
    return [_to_wave(row) for row in rows]


def save_indicators(session: Session, wave_id: str, definitions: Iterable[tuple[str, str]]) -> None:
    """Replace the wave's indicators: pairs of id and JSON definition, in the order of the report."""
    session.execute(delete(WaveIndicatorRow).where(WaveIndicatorRow.wave == wave_id))
    session.add_all(
        WaveIndicatorRow(wave=wave_id, indicator=indicator, position=position, definition=definition)
        for position, (indicator, definition) in enumerate(definitions)
    )
    session.flush()


def load_indicators(session: Session, wave_id: str) -> list[tuple[str, str]]:
    rows = session.scalars(
        select(WaveIndicatorRow).where(WaveIndicatorRow.wave == wave_id).order_by(WaveIndicatorRow.position)
    )
    return [(row.indicator, row.definition) for row in rows]


def save_margins(session: Session, wave_id: str, margins: Iterable[Margin]) -> None:
    """Replace the wave's population margins."""
    session.execute(delete(MarginRow).where(MarginRow.wave == wave_id))
    session.add_all(
        MarginRow(wave=wave_id, area=cell.area, sex=cell.sex, age_band=cell.age_band, total=cell.total)
        for cell in margins
    )
    session.flush()


def load_margins(session: Session, wave_id: str) -> list[Margin]:
    order = (MarginRow.area, MarginRow.sex, MarginRow.age_band)
    rows = session.scalars(select(MarginRow).where(MarginRow.wave == wave_id).order_by(*order))
    return [Margin(row.area, row.sex, row.age_band, row.total) for row in rows]


def _to_wave(row: WaveRow) -> Wave:
    return Wave(
        id=row.id,
        name=Text(row.name_zh_hans, row.name_en, row.name_zh_hant),
        population=Population(row.population),
        questionnaire=row.questionnaire,
        version=row.version,
        target_profile=row.target_profile,
        header=StatisticsHeader(row.form_number, row.authority, row.approved_by, row.approval_number, row.valid_until),
        organiser=Organiser(Text(row.organiser_zh_hans, row.organiser_en, row.organiser_zh_hant), row.phone),
        status=WaveStatus(row.status),
        analysis=row.analysis,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        protection=Protection.from_text(row.protection),
        recording=RecordingPlan.from_text(row.recording),
        over_quota=OverQuota(row.over_quota),
        arrangement=Arrangement.from_text(row.arrangement),
    )
