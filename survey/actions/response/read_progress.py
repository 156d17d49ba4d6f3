"""Read how far a form has come: its draft, or the receipt it was given."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, literal, select, union_all

from survey.response.receipt import Outcome
from survey.storage import Storage
from survey.storage.driver import DriverStatement
from survey.storage.responses import DraftRow, LedgerRow

RawValues = Mapping[str, list[str]]

# One statement, so that a form that is stored while this is read shows as a draft or as stored, never as neither.
_PROGRESS = DriverStatement(
    union_all(
        select(literal("draft"), DraftRow.values).where(
            DraftRow.wave == bindparam("wave"), DraftRow.response_id == bindparam("response_id")
        ),
        select(LedgerRow.outcome, LedgerRow.receipt).where(
            LedgerRow.wave == bindparam("wave"), LedgerRow.response_id == bindparam("response_id")
        ),
    ),
    ("wave", "response_id"),
)
# The same for a form that changes an answer: sent is, what took its edition.
_PROGRESS_OF_EDITION = DriverStatement(
    union_all(
        select(literal("draft"), DraftRow.values).where(
            DraftRow.wave == bindparam("wave"), DraftRow.response_id == bindparam("response_id")
        ),
        select(LedgerRow.outcome, LedgerRow.receipt).where(
            LedgerRow.wave == bindparam("wave"),
            LedgerRow.response_id == bindparam("response_id"),
            LedgerRow.edition == bindparam("edition"),
        ),
    ),
    ("wave", "response_id", "edition"),
)


@dataclass(frozen=True)
class Progress:
    """`values`: what was filled in, as posted; None when nothing was kept. `receipt`: set once it was sent."""

    values: RawValues | None = None
    receipt: str | None = None

    @property
    def untouched(self) -> bool:
        """Nothing was kept and nothing was sent."""
        return self.values is None and self.receipt is None


def read_progress(storage: Storage, wave: str, response_id: str, edition: int = 1) -> Progress:
    """Draft and receipt of one response id. Raises `StorageUnavailableError`."""
    key: dict[str, object] = {"wave": wave, "response_id": response_id}
    if edition == 1:
        rows = storage.select(_PROGRESS, key)
    else:
        rows = storage.select(_PROGRESS_OF_EDITION, key | {"edition": edition})
    found: dict[str, str] = {row[0]: row[1] for row in rows}
    draft = found.pop("draft", None)
    receipt = found.get(Outcome.ACCEPTED) or next(iter(found.values()), None)
    return Progress(json.loads(draft) if draft is not None else None, receipt)
