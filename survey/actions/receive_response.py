"""Receive a response: one transaction for the response, its ledger row and the use of its code; then a signed receipt.

The database's keys decide what is new, not a look beforehand: the insert is tried, and only when a key refuses it is
asked why. So two deliveries at the same moment cannot both be counted, and a repeated one gets the first one's receipt.
"""

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from survey.response.receipt import Outcome, Received
from survey.response.response import Submission
from survey.storage import Storage
from survey.storage.deliveries import Delivery
from survey.storage.invitations import CodeUseRow
from survey.storage.responses import ConflictRow, DraftRow, LedgerRow, ResponseRow

_ATTEMPTS = 3


def receive_response(storage: Storage, key: str, submission: Submission, now: datetime) -> Received:
    """Store `submission` once and return its outcome and receipt, after it is on disk.

    `key` signs the receipt. Raises `StorageUnavailableError` when nothing could be stored; the same submission may then
    be sent again.
    """
    reception = _Reception(Delivery.of(submission, key, now))
    for attempt in range(_ATTEMPTS):
        try:
            return storage.write_grouped(reception.accept)
        except IntegrityError as refusal:
            try:
                return storage.write_grouped(partial(reception.explain, refusal=refusal))
            except IntegrityError:
                # Another delivery of the same content won in between: look again.
                if attempt == _ATTEMPTS - 1:
                    raise
    raise AssertionError("unreachable: the last attempt returns or raises")


class _Reception:
    """One delivery on its way into the tables."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.submission = delivery.submission

    def accept(self, connection: Connection) -> Received:
        """Write everything; a key that is taken raises `IntegrityError` and undoes it all."""
        sent = self.submission
        connection.execute(insert(ResponseRow), self.delivery.response_values())
        connection.execute(insert(LedgerRow), self.delivery.ledger_values(Outcome.ACCEPTED))
        if sent.single_use and sent.code is not None:
            use = {"wave": sent.wave, "code": sent.code, "used_on": self.delivery.received_at.date()}
            connection.execute(insert(CodeUseRow), use)
        connection.execute(delete(DraftRow).where(DraftRow.wave == sent.wave, DraftRow.response_id == sent.response_id))
        return Received(Outcome.ACCEPTED, self.delivery.receipt)

    def explain(self, connection: Connection, refusal: IntegrityError) -> Received:
        """Why the keys refused: received before, other content under the same id, or a code that is used."""
        delivery = self.delivery
        known = connection.execute(
            select(LedgerRow.outcome).where(
                LedgerRow.wave == self.submission.wave,
                LedgerRow.response_id == self.submission.response_id,
                LedgerRow.sha256 == delivery.sha256,
            )
        ).scalar()
        if known == Outcome.ACCEPTED:
            return Received(Outcome.ALREADY_RECEIVED, delivery.receipt)
        if known is not None:
            return Received(Outcome(known), delivery.receipt)
        reason = self._reason(connection)
        if reason is None:
            raise ValueError(f"the database refused the response: {refusal.orig}") from refusal
        connection.execute(insert(LedgerRow), delivery.ledger_values(reason))
        connection.execute(insert(ConflictRow), delivery.conflict_values(reason))
        return Received(reason, delivery.receipt)

    def _reason(self, connection: Connection) -> Outcome | None:
        sent = self.submission
        same_id = select(ResponseRow.sha256).where(
            ResponseRow.wave == sent.wave, ResponseRow.response_id == sent.response_id
        )
        if connection.execute(same_id).first() is not None:
            return Outcome.CONFLICT
        same_code = select(CodeUseRow.code).where(CodeUseRow.wave == sent.wave, CodeUseRow.code == sent.code)
        if sent.single_use and connection.execute(same_code).first() is not None:
            return Outcome.CODE_USED
        return None
