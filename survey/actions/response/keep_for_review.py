"""Keep answers that cannot be taken as they are: in the ledger and as a conflict, for a person to decide. Step 4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.response.receipt import Outcome, Received, sign_receipt
from survey.storage import Storage
from survey.storage.responses import ConflictRow, LedgerRow

_ATTEMPTS = 2


@dataclass(frozen=True)
class Refusal:
    """Answers as they came, without anything that names a dwelling, and why they wait."""

    wave: str
    response_id: str
    questionnaire: str
    version: int
    reasons: Sequence[str]
    record: str

    def content(self) -> bytes:
        """The bytes of the ledger; its first keys are those of an accepted answer."""
        return canonical_bytes(
            {
                "wave": self.wave,
                "response": self.response_id,
                "questionnaire": self.questionnaire,
                "version": self.version,
                "reasons": list(self.reasons),
                "record": self.record,
            }
        )


def keep_for_review(storage: Storage, key: str, refusal: Refusal, now: datetime) -> Received:
    """Keep it once and return its receipt; the same content again gives the same one. `key` signs it."""
    content = refusal.content()
    sha256 = sha256_hex(content)
    receipt = sign_receipt(key, refusal.wave, refusal.response_id, sha256)
    names = {"wave": refusal.wave, "response_id": refusal.response_id, "sha256": sha256}
    for attempt in range(_ATTEMPTS):
        try:
            with storage.write() as session:
                if session.get(LedgerRow, tuple(names.values())) is None:
                    outcome = {"outcome": Outcome.REFUSED.value, "receipt": receipt, "received_at": now}
                    session.add(LedgerRow(**names, **outcome, content=content.decode()))
                    session.flush()
                    session.add(ConflictRow(**names, reason=Outcome.REFUSED.value, noticed_at=now))
            break
        except IntegrityError:  # the same record came twice at the same moment and the other one won
            if attempt == _ATTEMPTS - 1:
                raise
    return Received(Outcome.REFUSED, receipt)
