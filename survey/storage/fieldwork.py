"""Sampled cases and who works on them. No column here names an answer, and no answer names a case."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.fieldwork.case import Assignment, AssignmentAction, CaseState, FieldworkError, Phase, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.invitation.invitation import SelectionDesign
from survey.storage.base import Base


class CaseRow(Base):
    __tablename__ = "sampled_case"
    __table_args__ = (Index(None, "wave", "interviewer"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    address: Mapped[str] = mapped_column(String(200))
    stratum: Mapped[str] = mapped_column(String(40))
    psu: Mapped[str] = mapped_column(String(40))
    base_weight: Mapped[float]
    disposition: Mapped[str] = mapped_column(String(4))
    frame_id: Mapped[str] = mapped_column(String(60))
    route_order: Mapped[int]
    eligible_persons: Mapped[int | None]
    pi_psu: Mapped[float | None]
    pi_dwelling: Mapped[float | None]
    phase: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8))
    interviewer: Mapped[str | None] = mapped_column(String(60))
    replaces: Mapped[str | None] = mapped_column(String(36))


class AssignmentRow(Base):
    """Who worked on a case, and what the office decided about it: written once, never changed."""

    __tablename__ = "assignment"
    __table_args__ = (ForeignKeyConstraint(["wave", "case_id"], ["sampled_case.wave", "sampled_case.case_id"]),)

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(12))
    interviewer: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


def save_cases(session: Session, cases: Iterable[SampledCase]) -> None:
    session.add_all(_to_case_row(case) for case in cases)
    session.flush()


def load_case(session: Session, wave_id: str, case_id: str, *, lock: bool = False) -> SampledCase | None:
    """One case; with `lock` nobody else changes it until the transaction ends."""
    row = session.get(CaseRow, (wave_id, case_id), with_for_update=lock, populate_existing=lock)
    return None if row is None else _to_case(row)


def require_case(session: Session, wave_id: str, case_id: str, *, lock: bool = False) -> SampledCase:
    """One case. Raises `FieldworkError` when there is none."""
    case = load_case(session, wave_id, case_id, lock=lock)
    if case is None:
        raise FieldworkError(f"wave {wave_id}: case {case_id}: expected a case of this wave, found none")
    return case


def list_cases(
    session: Session, wave_id: str, *, areas: Collection[str] | None = None, interviewer: str | None = None
) -> list[SampledCase]:
    """The wave's cases by area and way through it; narrowed to areas or to those one interviewer works on."""
    query = select(CaseRow).where(CaseRow.wave == wave_id)
    if interviewer is not None:
        query = query.where(CaseRow.interviewer == interviewer)
    rows = session.scalars(query.order_by(CaseRow.area, CaseRow.route_order, CaseRow.case_id))
    return [_to_case(row) for row in rows if areas is None or row.area in areas]


def count_cases(session: Session, wave_id: str) -> int:
    """How many dwellings were drawn for the wave, reserves left out."""
    query = select(func.count()).select_from(CaseRow)
    return session.scalar(query.where(CaseRow.wave == wave_id, CaseRow.state != CaseState.RESERVE.value)) or 0


def count_dispositions(session: Session, wave_id: str) -> dict[str, dict[Disposition, int]]:
    """How many drawn dwellings of each area have which final code; reserves and replacements left out."""
    query = (
        select(CaseRow.area, CaseRow.disposition, func.count())
        .where(CaseRow.wave == wave_id, CaseRow.state != CaseState.RESERVE.value, CaseRow.phase == Phase.MAIN.value)
        .group_by(CaseRow.area, CaseRow.disposition)
    )
    counts: dict[str, dict[Disposition, int]] = {}
    for area, code, n in session.execute(query):
        counts.setdefault(area, {})[Disposition(code)] = n
    return counts


def set_disposition(session: Session, wave_id: str, case_id: str, disposition: Disposition) -> None:
    _change(session, wave_id, case_id, disposition=disposition.value)


def mark_replacement(session: Session, replacement: SampledCase, replaced: str) -> None:
    """Note down which case a released replacement stands in for."""
    _change(session, replacement.wave, replacement.id, replaces=replaced)


def change_assignment(
    session: Session, assignment: Assignment, state: CaseState, disposition: Disposition | None = None
) -> None:
    """Log the change and make it: who works on the case, its state and, for an override, its final code."""
    session.add(_to_assignment_row(assignment))
    values: dict[str, object] = {"state": state.value, "interviewer": assignment.interviewer}
    if disposition is not None:
        values["disposition"] = disposition.value
    _change(session, assignment.wave, assignment.case, **values)


def save_assignments(session: Session, assignments: Iterable[Assignment]) -> None:
    """Log changes that the cases have already."""
    session.add_all(_to_assignment_row(one) for one in assignments)
    session.flush()


def next_number(session: Session, wave_id: str, case_id: str) -> int:
    """The number of the case's next assignment, from 1."""
    session.flush()
    query = select(func.max(AssignmentRow.number))
    return (session.scalar(query.where(AssignmentRow.wave == wave_id, AssignmentRow.case_id == case_id)) or 0) + 1


def list_assignments(session: Session, wave_id: str, case_id: str) -> list[Assignment]:
    query = select(AssignmentRow).where(AssignmentRow.wave == wave_id, AssignmentRow.case_id == case_id)
    return [
        Assignment(
            wave=row.wave,
            case=row.case_id,
            number=row.number,
            action=AssignmentAction(row.action),
            interviewer=row.interviewer,
            reason=row.reason,
            by=row.decided_by,
            at=row.at,
        )
        for row in session.scalars(query.order_by(AssignmentRow.number))
    ]


def _change(session: Session, wave_id: str, case_id: str, **values: object) -> None:
    session.execute(update(CaseRow).where(CaseRow.wave == wave_id, CaseRow.case_id == case_id).values(**values))


def _to_assignment_row(assignment: Assignment) -> AssignmentRow:
    return AssignmentRow(
        wave=assignment.wave,
        case_id=assignment.case,
        number=assignment.number,
        action=assignment.action.value,
        interviewer=assignment.interviewer,
        reason=assignment.reason,
        decided_by=assignment.by,
        at=assignment.at,
    )


def _to_case_row(case: SampledCase) -> CaseRow:
    return CaseRow(
        wave=case.wave,
        case_id=case.id,
        area=case.area,
        address=case.address,
        stratum=case.design.stratum,
        psu=case.design.psu,
        base_weight=case.design.base_weight,
        disposition=case.disposition.value,
        frame_id=case.frame_id,
        route_order=case.route_order,
        eligible_persons=case.eligible_persons,
        pi_psu=case.pi_psu,
        pi_dwelling=case.pi_dwelling,
        phase=case.phase.value,
        state=case.state.value,
        interviewer=case.interviewer,
        replaces=case.replaces,
    )


def _to_case(row: CaseRow) -> SampledCase:
    return SampledCase(
        wave=row.wave,
        id=row.case_id,
        area=row.area,
        address=row.address,
        design=SelectionDesign(row.stratum, row.psu, row.base_weight),
        disposition=Disposition(row.disposition),
        frame_id=row.frame_id,
        route_order=row.route_order,
        eligible_persons=row.eligible_persons,
        pi_psu=row.pi_psu,
        pi_dwelling=row.pi_dwelling,
        phase=Phase(row.phase),
        state=CaseState(row.state),
        interviewer=row.interviewer,
        replaces=row.replaces,
    )
