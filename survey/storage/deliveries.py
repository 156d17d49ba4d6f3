"""Step 4, one delivery as rows: what a submission becomes in the tables of responses, ledger and conflicts.

Used by the reception of one form and by the import of a whole file, so that both leave the same rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.response.receipt import Outcome, sign_receipt
from survey.response.response import Purpose, Submission
from survey.response.signals import NOTHING_NOTICED, Noticed
from survey.response.suspicion import Sign, Suspicion
from survey.storage.quotas import Claim


@dataclass(frozen=True)
class Delivery:
    """A submission with the hash of its content and the receipt that its content gets."""

    submission: Submission
    content: str
    sha256: str
    receipt: str
    received_at: datetime
    cells: tuple[str, ...] = ()
    noticed: Noticed = NOTHING_NOTICED

    @classmethod
    def of(
        cls,
        submission: Submission,
        key: str,
        received_at: datetime,
        cells: tuple[str, ...] = (),
        noticed: Noticed = NOTHING_NOTICED,
    ) -> "Delivery":
        """`key` signs the receipt; `cells` are the quota cells that the answer belongs to."""
        content = submission.content()
        sha256 = sha256_hex(content)
        receipt = sign_receipt(key, submission.wave, submission.response_id, sha256)
        return cls(submission, content.decode(), sha256, receipt, received_at, cells, noticed)

    @property
    def uses_code(self) -> bool:
        """Whether it came through a household's code, which holds one answer."""
        return self.submission.single_use and self.submission.code is not None

    @property
    def claim(self) -> Claim:
        """What it asks of the quotas of its wave."""
        return Claim(self.submission.wave, self.submission.response_id, self.cells)

    def mark_values(self, signs: Iterable[Sign], full_cells: tuple[str, ...]) -> dict[str, object] | None:
        """The row beside the response; None when there is nothing to say."""
        suspicion = Suspicion.of(signs)
        if not suspicion.signs and not full_cells:
            return None
        return {
            "wave": self.submission.wave,
            "response_id": self.submission.response_id,
            "signs": suspicion.to_text(),
            "score": suspicion.score,
            "over_quota": " ".join(full_cells),
        }

    def response_values(self) -> dict[str, object]:
        sent = self.submission
        design = sent.design
        return {
            "wave": sent.wave,
            "response_id": sent.response_id,
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
            "received_at": self.received_at,
            "sha256": self.sha256,
            "receipt": self.receipt,
            "answers": canonical_bytes(dict(sent.answers)).decode(),
            "order_seed": sent.order_seed,
        }

    def ledger_values(self, outcome: Outcome) -> dict[str, object]:
        return {
            "wave": self.submission.wave,
            "response_id": self.submission.response_id,
            "sha256": self.sha256,
            "outcome": outcome.value,
            "receipt": self.receipt,
            "received_at": self.received_at,
            "content": self.content,
        }

    def edition_values(self) -> dict[str, object]:
        """The ledger row of a later edition; its key is the edition's number."""
        return self.ledger_values(Outcome.CHANGED) | {"edition": self.submission.edition}

    def changed_values(self) -> dict[str, object]:
        """What a later edition puts in the place of the one before: all but how the person came into the sample."""
        sent = self.submission
        kept = ("questionnaire", "version", "language", "started_at", "received_at", "sha256", "receipt", "answers")
        fresh = {name: self.response_values()[name] for name in (*kept, "order_seed")}
        place = {} if sent.single_use else {"area": sent.area}
        return fresh | place | {"purpose": Purpose.LIVE.value}

    def code_use_values(self) -> dict[str, object]:
        """The use of the household's code: the day, and nothing that leads to the answer."""
        return {"wave": self.submission.wave, "code": self.submission.code, "used_on": self.received_at.date()}

    def conflict_values(self, reason: Outcome) -> dict[str, object]:
        return {
            "wave": self.submission.wave,
            "response_id": self.submission.response_id,
            "sha256": self.sha256,
            "reason": reason.value,
            "noticed_at": self.received_at,
        }
