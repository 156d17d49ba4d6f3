"""Deliveries of answers that were kept but not counted, with what the ledger holds of them; read and decided here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.response.receipt import Outcome
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow


@dataclass(frozen=True)
class StoredConflict:
    """One delivery that waits or was decided. `area` is that of the counted answer under its id, None without one."""

    wave: str
    response_id: str
    sha256: str
    reason: Outcome
    noticed_at: datetime
    decided_at: datetime | None
    decision: str | None
    area: str | None
    content: Mapping[str, Any]


def list_conflicts(session: Session, wave_id: str) -> list[StoredConflict]:
    """All of a wave, those that wait first, the latest first."""
    found = [_to_conflict(*row) for row in session.execute(_query(wave_id))]
    return sorted(found, key=lambda one: (one.decided_at is not None, -one.noticed_at.timestamp(), one.sha256))


def load_conflict(session: Session, wave_id: str, response_id: str, sha256: str) -> StoredConflict | None:
    query = _query(wave_id).where(ConflictRow.response_id == response_id, ConflictRow.sha256 == sha256)
    row = session.execute(query).first()
    return None if row is None else _to_conflict(*row)


def decide_conflict(session: Session, conflict: StoredConflict, decision: str | None, at: datetime | None) -> None:
    """Note what was decided; None opens it again."""
    row = session.get_one(ConflictRow, (conflict.wave, conflict.response_id, conflict.sha256))
    row.decision, row.decided_at = decision, at
    session.flush()


def load_response_row(session: Session, wave_id: str, response_id: str) -> ResponseRow | None:
    """The counted answer under an id, with how it came into the sample."""
    return session.get(ResponseRow, (wave_id, response_id))


def latest_edition(session: Session, wave_id: str, response_id: str) -> int:
    """1 for an answer that nobody changed."""
    row = LedgerRow
    query = select(func.max(row.edition)).where(row.wave == wave_id, row.response_id == response_id)
    return session.scalar(query) or 1


def content_before(session: Session, wave_id: str, response_id: str, edition: int) -> Mapping[str, Any] | None:
    """What held before an edition."""
    row = LedgerRow
    query = select(row.content).where(row.wave == wave_id, row.response_id == response_id)
    before = row.edition == edition - 1 if edition > 2 else row.outcome == Outcome.ACCEPTED.value
    text = session.scalar(query.where(before))
    found: Mapping[str, Any] | None = None if text is None else json.loads(text)
    return found


def _query(wave_id: str) -> Any:
    of_ledger = (
        (LedgerRow.wave == ConflictRow.wave)
        & (LedgerRow.response_id == ConflictRow.response_id)
        & (LedgerRow.sha256 == ConflictRow.sha256)
    )
    of_response = (ResponseRow.wave == ConflictRow.wave) & (ResponseRow.response_id == ConflictRow.response_id)
    return (
        select(ConflictRow, LedgerRow.content, ResponseRow.area)
        .join(LedgerRow, of_ledger)
        .outerjoin(ResponseRow, of_response)
        .where(ConflictRow.wave == wave_id)
    )


def _to_conflict(row: ConflictRow, content: str, area: str | None) -> StoredConflict:
    return StoredConflict(
        row.wave,
        row.response_id,
        row.sha256,
        Outcome(row.reason),
        row.noticed_at,
        row.decided_at,
        row.decision,
        area,
        json.loads(content),
    )
