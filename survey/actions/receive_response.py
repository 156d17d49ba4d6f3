"""Receive a response: one transaction for the response, its ledger row and the use of its code; then a signed receipt.

The database's keys decide what is new, not a look beforehand: the insert is tried, and only when a key refuses it is
asked why. So two deliveries at the same moment cannot both be counted, and a repeated one gets the first one's receipt.
"""

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.response.receipt import Outcome, Received, sign_receipt
from survey.response.response import Submission
from survey.storage import Storage
from survey.storage.invitations import CodeUseRow
from survey.storage.responses import ConflictRow, DraftRow, LedgerRow, ResponseRow

_ATTEMPTS = 3


def receive_response(storage: Storage, key: str, submission: Submission, now: datetime) -> Received:
    """Store `submission` once and return its outcome and receipt, after it is on disk.

    `key` signs the receipt. Raises `StorageUnavailableError` when nothing could be stored; the same submission may then
    be sent again.
    """
    content = submission.content()
    sha256 = sha256_hex(content)
    receipt = sign_receipt(key, submission.wave, submission.response_id, sha256)
    delivery = _Delivery(submission, content.decode(), sha256, receipt, now)
    for attempt in range(_ATTEMPTS):
        try:
            return storage.write_grouped(delivery.accept)
        except IntegrityError as refusal:
            try:
                return storage.write_grouped(partial(delivery.explain, refusal=refusal))
            except IntegrityError:
                # Another delivery of the same content won in between: look again.
                if attempt == _ATTEMPTS - 1:
                    raise
    raise AssertionError("unreachable: the last attempt returns or raises")


class _Delivery:
    """One delivery on its way into the tables."""

    def __init__(self, submission: Submission, content: str, sha256: str, receipt: str, now: datetime) -> None:
        self.submission = submission
        self.content = content
        self.sha256 = sha256
        self.receipt = receipt
        self.now = now
        self.key = {"wave": submission.wave, "response_id": submission.response_id}

    def accept(self, connection: Connection) -> Received:
        """Write everything; a key that is taken raises `IntegrityError` and undoes it all."""
        sent = self.submission
        connection.execute(insert(ResponseRow), self._response_values())
        connection.execute(insert(LedgerRow), self._ledger_values(Outcome.ACCEPTED))
        if sent.single_use and sent.code is not None:
            use = {"wave": sent.wave, "code": sent.code, "used_on": self.now.date()}
            connection.execute(insert(CodeUseRow), use)
        connection.execute(delete(DraftRow).where(DraftRow.wave == sent.wave, DraftRow.response_id == sent.response_id))
        return Received(Outcome.ACCEPTED, self.receipt)

    def explain(self, connection: Connection, refusal: IntegrityError) -> Received:
        """Why the keys refused: received before, other content under the same id, or a code that is used."""
        known = connection.execute(
            select(LedgerRow.outcome).where(
                LedgerRow.wave == self.submission.wave,
                LedgerRow.response_id == self.submission.response_id,
                LedgerRow.sha256 == self.sha256,
            )
        ).scalar()
        if known == Outcome.ACCEPTED:
            return Received(Outcome.ALREADY_RECEIVED, self.receipt)
        if known is not None:
            return Received(Outcome(known), self.receipt)
        reason = self._reason(connection)
        if reason is None:
            raise ValueError(f"the database refused the response: {refusal.orig}") from refusal
        connection.execute(insert(LedgerRow), self._ledger_values(reason))
        connection.execute(
            insert(ConflictRow), self.key | {"sha256": self.sha256, "reason": reason.value, "noticed_at": self.now}
        )
        return Received(reason, self.receipt)

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

    def _response_values(self) -> dict[str, object]:
        sent = self.submission
        design = sent.design
        return self.key | {
            "questionnaire": sent.questionnaire,
            "version": sent.version,
            "source": sent.source.value,
            "mode": sent.mode.value,
            "purpose": sent.purpose.value,
            "language": sent.language,
            "area": sent.area,
            # A household's code would link the answer to an address; a poster's code names a place.
            "poster": None if sent.single_use else sent.code,
            "stratum": design.stratum if design else None,
            "psu": design.psu if design else None,
            "base_weight": design.base_weight if design else None,
            "interviewer": sent.interviewer,
            "started_at": sent.started_at,
            "received_at": self.now,
            "sha256": self.sha256,
            "receipt": self.receipt,
            "answers": canonical_bytes(dict(sent.answers)).decode(),
        }

    def _ledger_values(self, outcome: Outcome) -> dict[str, object]:
        return self.key | {
            "sha256": self.sha256,
            "outcome": outcome.value,
            "receipt": self.receipt,
            "received_at": self.now,
            "content": self.content,
        }
