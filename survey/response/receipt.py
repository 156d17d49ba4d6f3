"""The receipt: short proof, signed with the installation's key, that one content of one response is on disk."""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from survey.invitation.code import ALPHABET

RECEIPT_LENGTH = 12


class Outcome(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    ALREADY_RECEIVED = "already_received"  # same id, same content: same receipt
    CONFLICT = "conflict"  # same id, other content: both kept, a person decides
    REFUSED = "refused"  # fails the check of answers, or of the place it was asked at: kept for review, not counted
    CODE_USED = "code_used"  # a household's code that holds an answer already: kept for review, not counted
    CHANGED = "changed"  # a later edition of an accepted answer: it counts in the place of the one before
    WITHDRAWN = "withdrawn"  # taken back by the person: stays in the ledger, counts nowhere


@dataclass(frozen=True)
class Received:
    """Outcome of a delivery; the receipt names what is on disk for this very content.

    `had_draft`: the form was kept half filled in before it was accepted, and so was counted as started.
    """

    outcome: Outcome
    receipt: str
    had_draft: bool = field(default=False, compare=False)


def sign_receipt(key: str, wave: str, response_id: str, sha256: str) -> str:
    """Twelve signs of HMAC-SHA-256 over wave, response and content hash (23^12 ≈ 2^54); equal input, equal receipt."""
    message = f"receipt|{wave}|{response_id}|{sha256}".encode()
    number = int.from_bytes(hmac.new(key.encode(), message, hashlib.sha256).digest())
    signs = []
    for _ in range(RECEIPT_LENGTH):
        number, value = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[value])
    return "".join(signs)


def grouped(receipt: str) -> str:
    """The receipt as people read it.

    >>> grouped("34679ACDEFGH")
    '3467-9ACD-EFGH'
    """
    return "-".join(receipt[start : start + 4] for start in range(0, len(receipt), 4))
