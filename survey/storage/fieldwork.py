"""Sampled cases and visits. No column here names an answer, and no answer names a case."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.case import Disposition, SampledCase, Visit
from survey.invitation.invitation import SelectionDesign
from survey.storage.base import Base


class CaseRow(Base):
    __tablename__ = "sampled_case"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    address: Mapped[str] = mapped_column(String(200))
    stratum: Mapped[str] = mapped_column(String(40))
    psu: Mapped[str] = mapped_column(String(40))
    base_weight: Mapped[float]
    disposition: Mapped[str] = mapped_column(String(3))


class VisitRow(Base):
    __tablename__ = "visit"
    __table_args__ = (ForeignKeyConstraint(["wave", "case_id"], ["sampled_case.wave", "sampled_case.case_id"]),)

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    visit_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36))
    interviewer: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    disposition: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(Text)


def save_cases(session: Session, cases: Iterable[SampledCase]) -> None:
    session.add_all(
        CaseRow(
            wave=case.wave,
            case_id=case.id,
            area=case.area,
            address=case.address,
            stratum=case.design.stratum,
            psu=case.design.psu,
            base_weight=case.design.base_weight,
            disposition=case.disposition.value,
        )
        for case in cases
    )
    session.flush()


def save_visits(session: Session, visits: Iterable[Visit]) -> None:
    session.add_all(
        VisitRow(
            wave=visit.wave,
            visit_id=visit.id,
            case_id=visit.case,
            interviewer=visit.interviewer,
            at=visit.at,
            disposition=visit.disposition.value,
            note=visit.note,
        )
        for visit in visits
    )
    session.flush()


def list_cases(session: Session, wave_id: str) -> list[SampledCase]:
    rows = session.scalars(select(CaseRow).where(CaseRow.wave == wave_id).order_by(CaseRow.area, CaseRow.case_id))
    return [
        SampledCase(
            wave=row.wave,
            id=row.case_id,
            area=row.area,
            address=row.address,
            design=SelectionDesign(row.stratum, row.psu, row.base_weight),
            disposition=Disposition(row.disposition),
        )
        for row in rows
    ]
