"""Step 8: a release makes one finished run of a wave public, with what the office changed because of the opinions."""

from dataclasses import dataclass
from datetime import datetime

from survey.instrument.text import LANGUAGES, Text

SUMMARY_LIMIT = 2000  # signs in each language


class ReleaseError(ValueError):
    """Results cannot be released or withdrawn as asked; `gaps` says everything that stands in the way."""

    def __init__(self, gaps: list[str]) -> None:
        super().__init__("; ".join(gaps))
        self.gaps = tuple(gaps)


@dataclass(frozen=True)
class Fieldwork:
    """What was tried: dwellings drawn, complete interviews at the door, AAPOR response rate RR1 (None: none drawn)."""

    drawn: int
    complete: int
    rr1: float | None


@dataclass(frozen=True)
class Release:
    """One edition of a wave's public results. The run never changes; a correction is a new edition.

    `summary` is what was changed because of the opinions. A withdrawn edition shows no figure any more.
    """

    wave: str
    edition: int
    run: str
    summary: Text
    fieldwork: Fieldwork
    released_at: datetime
    released_by: str
    withdrawn_at: datetime | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.edition < 1:
            raise ValueError(f"release of {self.wave}: editions are counted from 1, found {self.edition}")
        for language in LANGUAGES:
            text = self.summary.to_mapping().get(language, "")
            if not 0 < len(text) <= SUMMARY_LIMIT:
                raise ValueError(f"summary ({language}): expected 1 to {SUMMARY_LIMIT} signs, found {len(text)}")
        if (self.withdrawn_at is None) != (self.reason == ""):
            raise ValueError(f"release of {self.wave}: a withdrawal has a time and a reason, or neither")

    @property
    def public(self) -> bool:
        return self.withdrawn_at is None
