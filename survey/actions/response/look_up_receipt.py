"""Look up a receipt: is the answer that it was given for stored, and counted? Shows no answer and no place.

The receipt of any edition leads to the answer as it is now, so that the first one, on a screenshot, stays good.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitation.code import ALPHABET, normalise
from survey.programme.wave import Wave
from survey.response.receipt import RECEIPT_LENGTH, Outcome
from survey.response.response import Mode, Purpose, Source, Withdrawal
from survey.response.ticket import Ticket
from survey.storage import Storage
from survey.storage.responses import LedgerRow, ResponseRow
from survey.storage.waves import load_wave


class ReceiptState(StrEnum):
    """What became of the delivery that a receipt was given for."""

    COUNTS = "counts"
    REPLACED = "replaced"  # a later edition counts
    WITHDRAWN = "withdrawn"
    CONFLICT = "conflict"
    CODE_USED = "code_used"


@dataclass(frozen=True)
class FoundReceipt:
    """`edition` is that of the answer now (1: never changed); `changed_at` when it was last changed or withdrawn.

    `own`: the person filled it in alone and may change or withdraw it; what an interviewer or an import brought is not.
    """

    receipt: str
    state: ReceiptState
    received_at: datetime
    wave: Wave
    response_id: str
    edition: int = 1
    changed_at: datetime | None = None
    poster: str | None = None
    own: bool = False

    def ticket(self, now: datetime) -> Ticket:
        """The ticket of a form whose answers will be the next edition. A household's code is not known here."""
        code = self.poster or ""
        return Ticket(self.wave.id, code, self.response_id, now.replace(microsecond=0), Purpose.LIVE, self.edition + 1)

    def withdrawal(self) -> Withdrawal:
        return Withdrawal(self.wave.id, self.response_id, self.edition + 1)


def look_up_receipt(storage: Storage, typed: str) -> FoundReceipt | None:
    """What is stored under a receipt as a person typed it; None when nothing is.

    A receipt has 54 random bits and is found through an index: how long the search takes tells nothing that would help
    to guess one.
    """
    receipt = normalise(typed)
    if len(receipt) != RECEIPT_LENGTH or any(sign not in ALPHABET for sign in receipt):
        return None
    with storage.read() as session:
        row = session.scalars(select(LedgerRow).where(LedgerRow.receipt == receipt)).first()
        wave = load_wave(session, row.wave) if row else None
        if row is None or wave is None:
            return None
        if row.outcome in (Outcome.CONFLICT, Outcome.CODE_USED):
            return FoundReceipt(receipt, ReceiptState(row.outcome), row.received_at, wave, row.response_id)
        return _of_edition(session, row, wave)


def _of_edition(session: Session, row: LedgerRow, wave: Wave) -> FoundReceipt:
    same_id = (LedgerRow.wave == row.wave, LedgerRow.response_id == row.response_id, LedgerRow.edition.is_not(None))
    latest = session.scalars(select(LedgerRow).where(*same_id).order_by(LedgerRow.edition.desc()).limit(1)).first()
    stored = session.get(ResponseRow, (row.wave, row.response_id))
    return FoundReceipt(
        row.receipt,
        _state(row, latest),
        row.received_at,
        wave,
        row.response_id,
        edition=latest.edition or 1 if latest else 1,
        changed_at=latest.received_at if latest else None,
        poster=stored.poster if stored else None,
        own=stored is not None and _is_own(stored),
    )


def _state(row: LedgerRow, latest: LedgerRow | None) -> ReceiptState:
    if latest is not None and latest.outcome == Outcome.WITHDRAWN:
        return ReceiptState.WITHDRAWN
    return ReceiptState.COUNTS if latest is None or latest.sha256 == row.sha256 else ReceiptState.REPLACED


def _is_own(stored: ResponseRow) -> bool:
    """A poster's answer names the poster; a household's is of the drawn sample and names no code."""
    by_code = stored.poster is not None or stored.source == Source.PROB
    return by_code and stored.mode == Mode.SELF and stored.purpose in (Purpose.LIVE, Purpose.WITHDRAWN)
