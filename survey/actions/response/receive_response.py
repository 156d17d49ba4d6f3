"""Receive a response: one transaction for the response, its ledger row and the use of its code; then a signed receipt.

The database's keys decide what is new, not a look beforehand: the insert is tried, and only when a key refuses it is
asked why. So two deliveries at the same moment cannot both be counted, and a repeated one gets the first one's receipt.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Table, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from survey.actions.response.match_quotas import cells_of
from survey.response.receipt import Outcome, Received
from survey.response.response import Submission
from survey.response.signals import NOTHING_NOTICED, Noticed
from survey.storage import Storage
from survey.storage.deliveries import Delivery
from survey.storage.driver import DriverStatement
from survey.storage.hour_counts import forget_hours
from survey.storage.invitations import CodeUseRow
from survey.storage.marking import mark_new
from survey.storage.responses import ConflictRow, DraftRow, LedgerRow, ResponseRow

_ATTEMPTS = 3

# Made once, over the plain tables: on the hot path building a statement costs more than running it.
_RESPONSE, _LEDGER, _CONFLICT, _CODE_USE, _DRAFT = (
    cast(Table, row.__table__) for row in (ResponseRow, LedgerRow, ConflictRow, CodeUseRow, DraftRow)
)
_INSERT_RESPONSE = DriverStatement(insert(_RESPONSE), [column.name for column in _RESPONSE.columns])
_INSERT_LEDGER = DriverStatement(
    insert(_LEDGER), [column.name for column in _LEDGER.columns if column.name != "edition"]
)
_INSERT_CONFLICT, _INSERT_CODE_USE = insert(_CONFLICT), insert(_CODE_USE)
_DELETE_DRAFT = DriverStatement(
    delete(_DRAFT).where(_DRAFT.c.wave == bindparam("in_wave"), _DRAFT.c.response_id == bindparam("with_id")),
    ("in_wave", "with_id"),
)
_KNOWN_OUTCOME = select(_LEDGER.c.outcome).where(
    _LEDGER.c.wave == bindparam("in_wave"),
    _LEDGER.c.response_id == bindparam("with_id"),
    _LEDGER.c.sha256 == bindparam("with_content"),
)
_SAME_ID = select(_RESPONSE.c.sha256).where(
    _RESPONSE.c.wave == bindparam("in_wave"), _RESPONSE.c.response_id == bindparam("with_id")
)
_SAME_CODE = select(_CODE_USE.c.code).where(
    _CODE_USE.c.wave == bindparam("in_wave"), _CODE_USE.c.code == bindparam("with_code")
)


class ResponseRefusedError(ValueError):
    """The database does not take the response, for instance because its wave or area does not exist."""


def receive_response(
    storage: Storage, key: str, submission: Submission, now: datetime, noticed: Noticed = NOTHING_NOTICED
) -> Received:
    """Store `submission` once and return its outcome and receipt, after it is on disk.

    `key` signs the receipt; what was `noticed` about the sender, and a full quota, are marks beside the response and
    change nothing else. Raises `StorageUnavailableError` when it could not be stored, or nobody knows whether it
    was; the same submission may then be sent again. Raises `ResponseRefusedError` when it can never be stored.
    """
    delivery = Delivery.of(submission, key, now, cells_of(storage, submission), noticed)
    for attempt in range(_ATTEMPTS):
        try:
            return storage.write_batched(_accept, delivery)
        except IntegrityError as refusal:
            try:
                explained = storage.write_batched(_explain, delivery)
            except IntegrityError:
                # Another delivery of the same content won in between: look again.
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            if explained is None:
                raise ResponseRefusedError(f"the database refused the response: {refusal.orig}") from refusal
            return explained
    raise AssertionError("unreachable: the last attempt returns or raises")


def _accept(connection: Connection, deliveries: Sequence[Delivery]) -> list[Received]:
    """Write everything; a key that is taken raises `IntegrityError`."""
    _INSERT_RESPONSE.execute_many(connection, (delivery.response_values() for delivery in deliveries))
    _INSERT_LEDGER.execute_many(connection, (delivery.ledger_values(Outcome.ACCEPTED) for delivery in deliveries))
    uses = [delivery.code_use_values() for delivery in deliveries if delivery.uses_code]
    if uses:
        connection.execute(_INSERT_CODE_USE, uses)
    drafts = [_DELETE_DRAFT.execute(connection, _key(delivery)).rowcount > 0 for delivery in deliveries]
    for door in (delivery for delivery in deliveries if delivery.submission.interviewer is not None):
        forget_hours(connection, door.submission.wave, [door.received_at])  # its day may be over
    mark_new(connection, deliveries)
    return [
        Received(Outcome.ACCEPTED, delivery.receipt, had_draft=had_draft)
        for delivery, had_draft in zip(deliveries, drafts, strict=True)
    ]


def _explain(connection: Connection, deliveries: Sequence[Delivery]) -> list[Received | None]:
    return [_explain_one(connection, delivery) for delivery in deliveries]


def _explain_one(connection: Connection, delivery: Delivery) -> Received | None:
    """Why the keys refused: received before, other content under the same id, a used code; None for another reason."""
    known = connection.execute(_KNOWN_OUTCOME, _key(delivery) | {"with_content": delivery.sha256}).scalar()
    if known == Outcome.ACCEPTED:
        return Received(Outcome.ALREADY_RECEIVED, delivery.receipt)
    if known is not None:
        return Received(Outcome(known), delivery.receipt)
    reason = _reason(connection, delivery)
    if reason is None:
        return None
    _INSERT_LEDGER.execute(connection, delivery.ledger_values(reason))
    connection.execute(_INSERT_CONFLICT, delivery.conflict_values(reason))
    _DELETE_DRAFT.execute(connection, _key(delivery))
    return Received(reason, delivery.receipt)


def _reason(connection: Connection, delivery: Delivery) -> Outcome | None:
    sent = delivery.submission
    if connection.execute(_SAME_ID, _key(delivery)).first() is not None:
        return Outcome.CONFLICT
    same_code = {"in_wave": sent.wave, "with_code": sent.code}
    if delivery.uses_code and connection.execute(_SAME_CODE, same_code).first() is not None:
        return Outcome.CODE_USED
    return None


def _key(delivery: Delivery) -> dict[str, object]:
    return {"in_wave": delivery.submission.wave, "with_id": delivery.submission.response_id}
