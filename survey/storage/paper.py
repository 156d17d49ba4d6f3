"""Printed forms and what was typed in from them; the answer itself goes where every answer goes."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.invitation.invitation import SelectionDesign
from survey.response.paper import PaperEntry, PaperForm
from survey.storage.base import Base


class PaperFormRow(Base):
    __tablename__ = "paper_form"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36))
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    stratum: Mapped[str] = mapped_column(String(40))
    psu: Mapped[str] = mapped_column(String(40))
    base_weight: Mapped[float]
    printed_at: Mapped[datetime]
    printed_by: Mapped[str] = mapped_column(String(120))


class PaperEntryRow(Base):
    """The key lets one person only make each pass."""

    __tablename__ = "paper_entry"
    __table_args__ = (ForeignKeyConstraint(["wave", "code"], ["paper_form.wave", "paper_form.code"]),)

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answers: Mapped[str] = mapped_column(Text)
    eligible_persons: Mapped[int]
    entered_by: Mapped[str] = mapped_column(String(120))
    entered_at: Mapped[datetime]


def add_forms(session: Session, forms: Iterable[PaperForm]) -> None:
    session.add_all(
        PaperFormRow(
            wave=form.wave,
            code=form.code,
            response_id=form.response_id,
            area=form.area,
            stratum=form.design.stratum,
            psu=form.design.psu,
            base_weight=form.design.base_weight,
            printed_at=form.printed_at,
            printed_by=form.printed_by,
        )
        for form in forms
    )
    session.flush()


def load_form(session: Session, wave_id: str, code: str) -> PaperForm | None:
    row = session.get(PaperFormRow, (wave_id, code))
    return None if row is None else _to_form(row)


def list_forms(session: Session, wave_id: str) -> list[PaperForm]:
    """Every form of the wave, by area and time of printing."""
    row = PaperFormRow
    query = select(row).where(row.wave == wave_id).order_by(row.area, row.printed_at, row.code)
    return [_to_form(one) for one in session.scalars(query)]


def add_entry(session: Session, entry: PaperEntry) -> None:
    session.add(
        PaperEntryRow(
            wave=entry.wave,
            code=entry.code,
            number=entry.number,
            answers=json.dumps(dict(entry.answers), ensure_ascii=False, sort_keys=True),
            eligible_persons=entry.eligible_persons,
            entered_by=entry.by,
            entered_at=entry.at,
        )
    )
    session.flush()


def list_entries(session: Session, wave_id: str, code: str | None = None) -> list[PaperEntry]:
    """The entries of a wave, or of one form, by form and pass."""
    query = select(PaperEntryRow).where(PaperEntryRow.wave == wave_id)
    if code is not None:
        query = query.where(PaperEntryRow.code == code)
    return [
        PaperEntry(
            wave=row.wave,
            code=row.code,
            number=row.number,
            answers=json.loads(row.answers),
            eligible_persons=row.eligible_persons,
            by=row.entered_by,
            at=row.entered_at,
        )
        for row in session.scalars(query.order_by(PaperEntryRow.code, PaperEntryRow.number))
    ]


def _to_form(row: PaperFormRow) -> PaperForm:
    return PaperForm(
        wave=row.wave,
        code=row.code,
        response_id=row.response_id,
        area=row.area,
        design=SelectionDesign(row.stratum, row.psu, row.base_weight),
        printed_at=row.printed_at,
        printed_by=row.printed_by,
    )
