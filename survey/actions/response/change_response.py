"""Change or withdraw an answer by its receipt: a later edition, decided by the edition's key in the ledger. Step 4.

Every edition stays in the ledger; the response's row holds the one that counts. Two changes, or a change and a
withdrawal, that were made from the same edition ask for the same key: one gets it, the other one is told.
"""

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from survey.actions.response.match_quotas import cells_of
from survey.instrument.canonical import sha256_hex
from survey.response.receipt import Outcome, Received, sign_receipt
from survey.response.response import Purpose, Submission, Withdrawal
from survey.storage import Storage
from survey.storage.deliveries import Delivery
from survey.storage.hour_counts import forget_hours
from survey.storage.marking import mark_changed
from survey.storage.quotas import leave_quotas
from survey.storage.responses import ConflictRow, DraftRow, LedgerRow, ResponseRow


class ResponseMissingError(ValueError):
    """There is no response under the id that is to be changed or withdrawn."""


def change_response(storage: Storage, key: str, submission: Submission, now: datetime) -> Received:
    """Put `submission` (edition 2 or later) in the place of the edition before; returns after it is on disk.

    Outcomes: changed; already received (the same content again); conflict (the edition was taken by another change or a
    withdrawal: kept for review, not counted). Raises `StorageUnavailableError`, `ResponseMissingError`.
    """
    delivery = Delivery.of(submission, key, now, cells_of(storage, submission))
    try:
        return storage.write_grouped(partial(_change, delivery=delivery))
    except IntegrityError:
        try:
            return storage.write_grouped(partial(_keep_for_review, delivery=delivery))
        except IntegrityError:  # the same delivery, sent twice at once, was kept in between
            return storage.write_grouped(partial(_keep_for_review, delivery=delivery))


def withdraw_response(storage: Storage, key: str, withdrawal: Withdrawal, now: datetime) -> Received:
    """Take the response out of all counts; its answers stay in the ledger only. Returns after it is on disk.

    Outcomes: withdrawn; already received (withdrawn before, with this edition); conflict (a change was first: nothing
    was done). Raises `StorageUnavailableError`, `ResponseMissingError`.
    """
    row = _ledger_row(key, withdrawal, now)
    try:
        return storage.write_grouped(partial(_withdraw, withdrawal=withdrawal, row=row))
    except IntegrityError:
        with storage.read() as session:
            same = session.get(LedgerRow, (withdrawal.wave, withdrawal.response_id, row["sha256"]))
        return Received(Outcome.ALREADY_RECEIVED if same else Outcome.CONFLICT, str(row["receipt"]))


def withdraw_within(connection: Connection, key: str, withdrawal: Withdrawal, now: datetime) -> None:
    """As `withdraw_response`, in the caller's transaction. Raises `IntegrityError` when the edition is taken."""
    _withdraw(connection, withdrawal, _ledger_row(key, withdrawal, now))


def _ledger_row(key: str, withdrawal: Withdrawal, now: datetime) -> dict[str, object]:
    content = withdrawal.content()
    sha256 = sha256_hex(content)
    return {
        "wave": withdrawal.wave,
        "response_id": withdrawal.response_id,
        "sha256": sha256,
        "outcome": Outcome.WITHDRAWN.value,
        "receipt": sign_receipt(key, withdrawal.wave, withdrawal.response_id, sha256),
        "received_at": now,
        "content": content.decode(),
        "edition": withdrawal.edition,
    }


def _change(connection: Connection, delivery: Delivery) -> Received:
    sent = delivery.submission
    connection.execute(insert(LedgerRow), delivery.edition_values())
    _update(connection, sent.wave, sent.response_id, delivery.changed_values())
    mark_changed(connection, delivery)
    return Received(Outcome.CHANGED, delivery.receipt)


def _withdraw(connection: Connection, withdrawal: Withdrawal, row: dict[str, object]) -> Received:
    connection.execute(insert(LedgerRow), row)
    empty = {"purpose": Purpose.WITHDRAWN.value, "answers": "{}", "order_seed": None}
    kept = {name: row[name] for name in ("sha256", "receipt", "received_at")}
    _update(connection, withdrawal.wave, withdrawal.response_id, empty | kept)
    leave_quotas(connection, withdrawal.wave, withdrawal.response_id)
    return Received(Outcome.WITHDRAWN, str(row["receipt"]))


def _keep_for_review(connection: Connection, delivery: Delivery) -> Received:
    """The key refused: the same content came before, or another one has the edition and this one waits for a person."""
    sent = delivery.submission
    same = select(LedgerRow.outcome).where(*_of(LedgerRow, sent.wave, sent.response_id))
    known = connection.execute(same.where(LedgerRow.sha256 == delivery.sha256)).scalar()
    if known is not None:
        outcome = Outcome.ALREADY_RECEIVED if known == Outcome.CHANGED else Outcome(known)
        return Received(outcome, delivery.receipt)
    connection.execute(insert(LedgerRow), delivery.ledger_values(Outcome.CONFLICT))
    connection.execute(insert(ConflictRow), delivery.conflict_values(Outcome.CONFLICT))
    connection.execute(delete(DraftRow).where(*_of(DraftRow, sent.wave, sent.response_id)))
    return Received(Outcome.CONFLICT, delivery.receipt)


def _update(connection: Connection, wave: str, response_id: str, values: dict[str, object]) -> None:
    before = connection.execute(select(ResponseRow.received_at).where(*_of(ResponseRow, wave, response_id))).all()
    forget_hours(connection, wave, [row.received_at for row in before])
    changed = connection.execute(update(ResponseRow).where(*_of(ResponseRow, wave, response_id)).values(values))
    if changed.rowcount != 1:
        raise ResponseMissingError(f"wave {wave}, response {response_id}: not there")
    connection.execute(delete(DraftRow).where(*_of(DraftRow, wave, response_id)))


def _of(
    table: type[ResponseRow] | type[LedgerRow] | type[DraftRow], wave: str, response_id: str
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (table.wave == wave, table.response_id == response_id)
