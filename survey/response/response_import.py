"""An import: one file of responses from another tool, how it was read, what came of it. It can be taken back whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ImportStatus(StrEnum):
    DRAFT = "draft"  # uploaded; the mapping may still change
    FAULTY = "faulty"  # checked, with faults
    CHECKED = "checked"  # checked, ready to be stored
    STORED = "stored"
    WITHDRAWN = "withdrawn"


class ImportRefusedError(ValueError):
    """An import cannot be changed, stored or withdrawn; the message says what was expected and found."""


@dataclass(frozen=True)
class ResponseImport:
    """`assignment`: the tree of the mapping assistant, or empty when a mapping file was used.

    `counts`: rows, new, already_received, conflicts, below_age. `faults`: (where, expected, found), the first thousand.
    """

    id: str
    wave: str
    file: str
    sha256: str
    status: ImportStatus
    made_by: str
    made_at: datetime
    assignment: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[tuple[str, str, str], ...] = ()
    stored_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    reason: str = ""

    @property
    def may_change(self) -> bool:
        return self.status in {ImportStatus.DRAFT, ImportStatus.FAULTY, ImportStatus.CHECKED}
