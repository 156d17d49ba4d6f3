"""Step 2, how a wave is arranged: its days, the areas it is for, the ways of asking, where its margins come from."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    """One way in which people of a wave are asked; all but the poster ask a drawn sample."""

    POSTER = "poster"
    LETTER = "letter"
    DOOR = "door"
    PHONE = "phone"
    PAPER = "paper"


@dataclass(frozen=True)
class Arrangement:
    """What an office arranged; everything may be left out.

    `starts_on` and `ends_on`: the planned days of fieldwork; a wave is opened and closed by people. `areas`: codes,
    with all that lies in them; none: the whole district. `ways`: none: every way. `margins_date`: the day the
    population figures are of.
    """

    starts_on: date | None = None
    ends_on: date | None = None
    areas: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    margins_source: str = ""
    margins_date: date | None = None

    def __post_init__(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(f"ends_on: expected {self.starts_on} or later, found {self.ends_on}")

    def uses(self, way: Way) -> bool:
        return not self.ways or way in self.ways

    def covers(self, path: Collection[str]) -> bool:
        """Whether the wave is for an area; `path`: its code and those of all areas that it lies in."""
        return not self.areas or any(code in self.areas for code in path)

    def to_text(self) -> str:
        """JSON, as it is stored with the wave; empty when nothing was arranged.

        >>> Arrangement().to_text(), Arrangement(areas=("990101001",)).to_text()
        ('', '{"areas": ["990101001"]}')
        """
        kept: dict[str, Any] = {
            "starts_on": self.starts_on and self.starts_on.isoformat(),
            "ends_on": self.ends_on and self.ends_on.isoformat(),
            "areas": self.areas,
            "ways": self.ways,
            "margins_source": self.margins_source,
            "margins_date": self.margins_date and self.margins_date.isoformat(),
        }
        kept = {name: value for name, value in kept.items() if value}
        return json.dumps(kept, ensure_ascii=False) if kept else ""

    @classmethod
    def from_text(cls, text: str) -> "Arrangement":
        """What `to_text` wrote."""
        kept: dict[str, Any] = json.loads(text) if text else {}
        for name in ("starts_on", "ends_on", "margins_date"):
            if name in kept:
                kept[name] = date.fromisoformat(kept[name])
        kept["areas"] = tuple(kept.get("areas", ()))
        kept["ways"] = tuple(Way(way) for way in kept.get("ways", ()))
        return cls(**kept)


NOT_ARRANGED = Arrangement()
