"""Step 4, reading the tables against each other, row by row in constant memory, for the action that verifies them.

The joins are made by the database, because its order of keys is not Python's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.invitation.invitation import InvitationKind
from survey.response.receipt import Outcome
from survey.response.response import Source
from survey.storage.collect import AttachmentRow
from survey.storage.invitations import CodeUseRow, InvitationRow
from survey.storage.recordings import VisitRecordingRow
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow
from survey.storage.waves import WaveRow

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class AuditedDelivery:
    """A ledger row beside the response and the conflict of the same key; None where one of them is missing.

    `latest_edition` and `editions`: the largest number and how many there are, for an answer that was changed.
    """

    wave: str
    response_id: str
    sha256: str
    outcome: str
    receipt: str
    content: str
    response_sha256: str | None
    response_receipt: str | None
    response_questionnaire: str | None
    response_version: int | None
    response_answers: str | None
    response_purpose: str | None
    conflict_reason: str | None
    edition: int | None
    latest_edition: int | None
    editions: int


@dataclass(frozen=True)
class WaveCounts:
    """What must fit together in a wave: every used letter has a response of the drawn sample."""

    wave: str
    accepted: int
    responses: int
    letters: int
    used_codes: int
    drawn_responses: int


def count_deliveries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LedgerRow)) or 0


def stream_deliveries(session: Session) -> Iterator[AuditedDelivery]:
    """Every ledger row with what belongs to it."""
    of_response = and_(ResponseRow.wave == LedgerRow.wave, ResponseRow.response_id == LedgerRow.response_id)
    of_conflict = and_(
        ConflictRow.wave == LedgerRow.wave,
        ConflictRow.response_id == LedgerRow.response_id,
        ConflictRow.sha256 == LedgerRow.sha256,
    )
    later = aliased(LedgerRow)
    same_id = (later.wave == LedgerRow.wave, later.response_id == LedgerRow.response_id, later.edition.is_not(None))
    query = (
        select(
            LedgerRow.wave,
            LedgerRow.response_id,
            LedgerRow.sha256,
            LedgerRow.outcome,
            LedgerRow.receipt,
            LedgerRow.content,
            ResponseRow.sha256,
            ResponseRow.receipt,
            ResponseRow.questionnaire,
            ResponseRow.version,
            ResponseRow.answers,
            ResponseRow.purpose,
            ConflictRow.reason,
            LedgerRow.edition,
            select(func.max(later.edition)).where(*same_id).scalar_subquery(),
            select(func.count()).select_from(later).where(*same_id).scalar_subquery(),
        )
        .outerjoin(ResponseRow, of_response)
        .outerjoin(ConflictRow, of_conflict)
    )
    return (AuditedDelivery(*row) for row in _stream(session, query))


def responses_without_ledger(session: Session) -> Iterator[tuple[str, str]]:
    """Wave and id of every response whose content the ledger does not hold as accepted, changed or withdrawn."""
    accepted = exists().where(
        LedgerRow.wave == ResponseRow.wave,
        LedgerRow.response_id == ResponseRow.response_id,
        LedgerRow.sha256 == ResponseRow.sha256,
        LedgerRow.outcome.in_([Outcome.ACCEPTED.value, Outcome.CHANGED.value, Outcome.WITHDRAWN.value]),
    )
    query = select(ResponseRow.wave, ResponseRow.response_id).where(~accepted)
    return ((row.wave, row.response_id) for row in _stream(session, query))


def conflicts_without_ledger(session: Session) -> Iterator[tuple[str, str]]:
    """Wave and id of every conflict whose content the ledger does not hold."""
    kept = exists().where(
        LedgerRow.wave == ConflictRow.wave,
        LedgerRow.response_id == ConflictRow.response_id,
        LedgerRow.sha256 == ConflictRow.sha256,
    )
    query = select(ConflictRow.wave, ConflictRow.response_id).where(~kept)
    return ((row.wave, row.response_id) for row in _stream(session, query))


def used_codes_without_letter(session: Session) -> Iterator[tuple[str, str]]:
    """Wave and code of every use that no letter of that wave stands behind."""
    letter = exists().where(
        InvitationRow.wave == CodeUseRow.wave,
        InvitationRow.code == CodeUseRow.code,
        InvitationRow.kind == InvitationKind.LETTER.value,
    )
    query = select(CodeUseRow.wave, CodeUseRow.code).where(~letter)
    return ((row.wave, row.code) for row in _stream(session, query))


def responses_naming_a_letter(session: Session) -> Iterator[tuple[str, str]]:
    """Wave and id of every response that holds a household's code, which would link the answer to an address."""
    letter = exists().where(
        InvitationRow.wave == ResponseRow.wave,
        InvitationRow.code == ResponseRow.poster,
        InvitationRow.kind == InvitationKind.LETTER.value,
    )
    query = select(ResponseRow.wave, ResponseRow.response_id).where(letter)
    return ((row.wave, row.response_id) for row in _stream(session, query))


def stream_attachments(session: Session) -> Iterator[tuple[AttachmentRow, bool]]:
    """Every attachment, and whether the ledger holds a record that it belongs to."""
    delivered = exists().where(LedgerRow.wave == AttachmentRow.wave, LedgerRow.response_id == AttachmentRow.response_id)
    return ((row[0], row[1]) for row in _stream(session, select(AttachmentRow, delivered)))


def stream_recordings(session: Session) -> Iterator[VisitRecordingRow]:
    """Every recording beside a visit."""
    return (row[0] for row in _stream(session, select(VisitRecordingRow)))


def count_by_wave(session: Session) -> list[WaveCounts]:
    def counted(query: Select[str, int]) -> dict[str, int]:
        return {row[0]: row[1] for row in session.execute(query)}

    number = func.count()
    accepted = counted(
        select(LedgerRow.wave, number).where(LedgerRow.outcome == Outcome.ACCEPTED.value).group_by(LedgerRow.wave)
    )
    responses = counted(select(ResponseRow.wave, number).group_by(ResponseRow.wave))
    drawn = counted(
        select(ResponseRow.wave, number).where(ResponseRow.source == Source.PROB.value).group_by(ResponseRow.wave)
    )
    letters = counted(
        select(InvitationRow.wave, number)
        .where(InvitationRow.kind == InvitationKind.LETTER.value)
        .group_by(InvitationRow.wave)
    )
    used = counted(select(CodeUseRow.wave, number).group_by(CodeUseRow.wave))
    return [
        WaveCounts(
            wave,
            accepted=accepted.get(wave, 0),
            responses=responses.get(wave, 0),
            letters=letters.get(wave, 0),
            used_codes=used.get(wave, 0),
            drawn_responses=drawn.get(wave, 0),
        )
        for wave in session.scalars(select(WaveRow.id).order_by(WaveRow.id))
    ]


def _stream(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    return iter(session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)))
