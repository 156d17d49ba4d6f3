"""Sampling frames, dwelling by dwelling, and the record of the draw from them."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.frame import DrawMethod, DrawPlan, FrameDwelling, SampleDraw, SamplingFrame
from survey.storage.base import Base

_ROWS_AT_ONCE = 2000


class SamplingFrameRow(Base):
    __tablename__ = "sampling_frame"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    file: Mapped[str] = mapped_column(String(200))
    dwellings: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(120))


class FrameDwellingRow(Base):
    __tablename__ = "frame_dwelling"

    wave: Mapped[str] = mapped_column(ForeignKey("sampling_frame.wave"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dwelling_id: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    stratum: Mapped[str] = mapped_column(String(40))
    psu: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(200))
    route_order: Mapped[int]
    eligible_persons: Mapped[int | None]


class SampleDrawRow(Base):
    __tablename__ = "sample_draw"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(8))
    seed: Mapped[int | None]
    psus: Mapped[str] = mapped_column(Text)  # JSON: PSUs by stratum
    per_psu: Mapped[int | None]
    reserve_per_psu: Mapped[int | None]
    cases: Mapped[int]
    reserve: Mapped[int]
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[str] = mapped_column(String(120))


def load_frame(session: Session, wave_id: str) -> SamplingFrame | None:
    row = session.get(SamplingFrameRow, wave_id)
    if row is None:
        return None
    return SamplingFrame(row.wave, row.sha256, row.file, row.dwellings, row.uploaded_at, row.uploaded_by)


def replace_frame(session: Session, frame: SamplingFrame, dwellings: Iterable[FrameDwelling]) -> None:
    """Put the frame in the place of the wave's frame, if there was one."""
    session.execute(delete(FrameDwellingRow).where(FrameDwellingRow.wave == frame.wave))
    session.execute(delete(SamplingFrameRow).where(SamplingFrameRow.wave == frame.wave))
    session.add(SamplingFrameRow(**vars(frame)))
    session.flush()
    rows = [_to_values(frame.wave, position, one) for position, one in enumerate(dwellings, start=1)]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        session.execute(insert(FrameDwellingRow), rows[start : start + _ROWS_AT_ONCE])


def list_dwellings(session: Session, wave_id: str) -> list[FrameDwelling]:
    """The frame in the order of its file."""
    row = FrameDwellingRow
    columns = (row.dwelling_id, row.area, row.stratum, row.psu, row.address, row.route_order, row.eligible_persons)
    query = select(*columns).where(row.wave == wave_id).order_by(row.position)
    return [FrameDwelling(*values) for values in session.execute(query)]


def load_draw(session: Session, wave_id: str) -> SampleDraw | None:
    row = session.get(SampleDrawRow, wave_id)
    if row is None:
        return None
    plan = None
    if row.seed is not None and row.per_psu is not None:
        plan = DrawPlan(json.loads(row.psus), row.per_psu, row.seed, DrawMethod(row.method), row.reserve_per_psu or 0)
    return SampleDraw(row.wave, row.sha256, plan, row.cases, row.reserve, row.drawn_at, row.drawn_by)


def save_draw(session: Session, draw: SampleDraw) -> None:
    plan = draw.plan
    session.add(
        SampleDrawRow(
            wave=draw.wave,
            sha256=draw.sha256,
            method=(plan.method if plan else DrawMethod.UPLOADED).value,
            seed=plan.seed if plan else None,
            psus=json.dumps(dict(plan.psus) if plan else {}, ensure_ascii=False, sort_keys=True),
            per_psu=plan.per_psu if plan else None,
            reserve_per_psu=plan.reserve_per_psu if plan else None,
            cases=draw.cases,
            reserve=draw.reserve,
            drawn_at=draw.drawn_at,
            drawn_by=draw.drawn_by,
        )
    )
    session.flush()


def _to_values(wave: str, position: int, dwelling: FrameDwelling) -> dict[str, object]:
    values = vars(dwelling) | {"wave": wave, "position": position, "dwelling_id": dwelling.id}
    del values["id"]
    return values
