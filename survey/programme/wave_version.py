"""Step 2: a wave in preparation, and versions of an opened one with who, when, why; both hold a wave file."""

from dataclasses import dataclass
from datetime import datetime

LONGEST_REASON = 500


class PlanChangedError(ValueError):
    """Somebody else saved the plan after this page was opened; nothing was written."""


class WaveChangeError(ValueError):
    """An opened wave cannot be changed so; `key` names what stands in the way: reason, same, or a frozen key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"change of an opened wave: {key}")
        self.key = key


@dataclass(frozen=True)
class WavePlan:
    """The file of a wave in preparation. `edition` grows with every save; `whole`: it has no faults and is stored."""

    wave: str
    content: str
    edition: int
    whole: bool
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True)
class WaveVersion:
    """The file of a wave from one moment on. Version 1 is what was opened; every later one has a reason."""

    wave: str
    number: int
    content: str
    reason: str
    saved_at: datetime
    saved_by: str

    def __post_init__(self) -> None:
        if self.number > 1 and not 0 < len(self.reason.strip()) <= LONGEST_REASON:
            raise WaveChangeError("reason")
