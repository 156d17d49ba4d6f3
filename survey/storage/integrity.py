"""Checks of a wave's answers, what each found, and second looks at decisions. All of it is kept: it is evidence."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.response.integrity import Finding, FindingKind, IntegrityCheck, SecondLook
from survey.storage.base import Base


class IntegrityCheckRow(Base):
    __tablename__ = "integrity_check"
    __table_args__ = (Index(None, "wave", "checked_at"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    check_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    checked_at: Mapped[datetime]
    checked_by: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]  # of the rules
    answers: Mapped[int]
    rules: Mapped[str] = mapped_column(Text)  # JSON


class IntegrityFindingRow(Base):
    __tablename__ = "integrity_finding"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    check_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    evidence: Mapped[str] = mapped_column(Text)  # JSON


class SecondLookRow(Base):
    __tablename__ = "second_look"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(primary_key=True)
    looked_by: Mapped[str] = mapped_column(String(120))
    agrees: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)


def save_check(session: Session, check: IntegrityCheck, findings: Sequence[Finding]) -> None:
    session.add(
        IntegrityCheckRow(
            wave=check.wave,
            check_id=check.id,
            checked_at=check.at,
            checked_by=check.by,
            version=check.version,
            answers=check.answers,
            rules=json.dumps(check.rules, ensure_ascii=False, allow_nan=False, default=dict),
        )
    )
    rows = [
        {
            "wave": check.wave,
            "check_id": check.id,
            "response_id": one.response,
            "kind": one.kind.value,
            "evidence": json.dumps(dict(one.evidence), ensure_ascii=False, allow_nan=False),
        }
        for one in findings
    ]
    if rows:
        session.execute(insert(IntegrityFindingRow), rows)


def newest_check(session: Session, wave_id: str) -> IntegrityCheck | None:
    query = select(IntegrityCheckRow).where(IntegrityCheckRow.wave == wave_id)
    row = session.scalars(query.order_by(IntegrityCheckRow.checked_at.desc()).limit(1)).first()
    if row is None:
        return None
    rules = json.loads(row.rules)
    return IntegrityCheck(row.wave, row.check_id, row.checked_at, row.checked_by, row.answers, rules, row.version)


def list_findings(session: Session, check: IntegrityCheck, response_id: str | None = None) -> list[Finding]:
    """The findings of a check, of one response if it is named."""
    row = IntegrityFindingRow
    query = select(row).where(row.wave == check.wave, row.check_id == check.id)
    if response_id is not None:
        query = query.where(row.response_id == response_id)
    return [
        Finding(found.response_id, FindingKind(found.kind), json.loads(found.evidence))
        for found in session.scalars(query.order_by(row.response_id, row.kind))
    ]


def save_second_look(session: Session, look: SecondLook) -> None:
    session.add(
        SecondLookRow(
            wave=look.wave,
            response_id=look.response,
            looked_at=look.at,
            looked_by=look.by,
            agrees=look.agrees,
            note=look.note,
        )
    )
    session.flush()


def list_second_looks(session: Session, wave_id: str) -> dict[str, SecondLook]:
    """The newest second look at every response."""
    rows = session.scalars(select(SecondLookRow).where(SecondLookRow.wave == wave_id).order_by(SecondLookRow.looked_at))
    return {
        row.response_id: SecondLook(row.wave, row.response_id, row.looked_by, row.looked_at, row.agrees, row.note)
        for row in rows
    }
