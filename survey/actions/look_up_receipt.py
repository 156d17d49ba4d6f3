"""Look up a receipt: is the answer that it was given for stored, and counted? Shows no answer and no place."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from survey.invitation.code import ALPHABET, normalise
from survey.programme.wave import Wave
from survey.response.receipt import RECEIPT_LENGTH, Outcome
from survey.storage import Storage
from survey.storage.responses import LedgerRow
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class FoundReceipt:
    """`outcome` tells whether the answer counts or waits for a person's decision."""

    receipt: str
    outcome: Outcome
    received_at: datetime
    wave: Wave


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
    return FoundReceipt(receipt, Outcome(row.outcome), row.received_at, wave)
