"""What a wave may record beside a visit: position, photograph, sound; nothing unless it stands here. Step 2.

The resident is asked for each of them in plain words, and refusing costs nothing (PIPL, separate consent).
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

LEAST_METRES = 100  # a position is never kept more precisely
MOST_METRES = 5000
MOST_DAYS = 180


class RecordingKind(StrEnum):
    POSITION = "position"
    PHOTO = "photo"
    AUDIO = "audio"


@dataclass(frozen=True)
class RecordingPlan:
    """What one wave asks for; all off by default.

    `position_metres`: the width of the squares to which a position is rounded; 0: it is not asked for. `keep_days`:
    how long recordings are kept after the day on which they arrived.
    """

    position_metres: int = 0
    photo: bool = False
    audio: bool = False
    keep_days: int = 30

    def __post_init__(self) -> None:
        if self.position_metres and not LEAST_METRES <= self.position_metres <= MOST_METRES:
            expected = f"0 or {LEAST_METRES} to {MOST_METRES}"
            raise ValueError(f"position_metres: expected {expected}, found {self.position_metres}")
        if not 1 <= self.keep_days <= MOST_DAYS:
            raise ValueError(f"keep_days: expected 1 to {MOST_DAYS} days, found {self.keep_days}")

    @property
    def kinds(self) -> tuple[RecordingKind, ...]:
        """What is asked for.

        >>> [kind.value for kind in RecordingPlan(position_metres=200, audio=True).kinds]
        ['position', 'audio']
        """
        asked = {
            RecordingKind.POSITION: bool(self.position_metres),
            RecordingKind.PHOTO: self.photo,
            RecordingKind.AUDIO: self.audio,
        }
        return tuple(kind for kind, wanted in asked.items() if wanted)

    def to_text(self) -> str:
        """JSON, as it is stored with the wave; empty when nothing is asked for."""
        return json.dumps(asdict(self)) if self.kinds else ""

    @classmethod
    def from_text(cls, text: str) -> "RecordingPlan":
        """What `to_text` wrote."""
        kept: dict[str, Any] = json.loads(text) if text else {}
        return cls(**kept)


NO_RECORDING = RecordingPlan()
