"""Names of sampling units that only the office can read: keyed, so that the same place has the same name. Step 8."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from survey.exchange.export.export_columns import Column, Value
from survey.instrument.item import ItemType
from survey.response.response import Response

# What tells who answered, when, or to whom: not needed for any figure.
IDENTIFYING = (
    "response_id",
    "area",
    "poster",
    "interviewer",
    "started_at",
    "received_at",
    "suspicion_signs",
    "suspicion_score",
    "order_seed",
    "block_order",
)
RENAMED = ("psu", "community")


@dataclass
class Pseudonyms:
    """Pseudonyms of one wave. `given`: what was renamed so far, for the office's own list."""

    wave: str
    secret_key: str
    given: dict[str, str] = field(default_factory=dict)

    def of(self, code: str) -> str:
        """`P` and eight letters; without the installation's key nobody can tell the code from it."""
        if code not in self.given:
            key = hmac.digest(self.secret_key.encode(), b"names of sampling units", hashlib.sha256)
            digest = hmac.digest(key, f"{self.wave}/{code}".encode(), hashlib.sha256)
            self.given[code] = f"P{base64.b32encode(digest)[:8].decode()}"
        return self.given[code]

    def applied_to(self, columns: Sequence[Column]) -> list[Column]:
        """The columns of an evidence bundle: nobody's name, no open text, units under their pseudonyms."""
        kept = [column for column in columns if column.name not in IDENTIFYING and not _is_open_text(column)]
        return [replace(column, read=self._renamed(column)) if _is_unit(column) else column for column in kept]

    def _renamed(self, column: Column) -> Callable[[Response], Value]:
        missing = {str(column.not_asked), str(column.not_answered)}

        def pseudonym(response: Response) -> Value:
            value = column.read(response)
            return self.of(value) if isinstance(value, str) and value not in missing else value

        return pseudonym


def _is_open_text(column: Column) -> bool:
    return column.item is not None and column.item.type is ItemType.TEXT


def _is_unit(column: Column) -> bool:
    """Where somebody lives as the sample has it, or as they said."""
    return column.name in RENAMED or (column.item is not None and column.item.type is ItemType.AREA)
