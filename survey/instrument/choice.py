"""Step 1: the answer options of an item, and the named scales that items share."""

import re
from dataclasses import dataclass
from enum import StrEnum

from survey.instrument.text import Text

CODE_PATTERN = re.compile(r"[0-9]{1,3}")


class Polarity(StrEnum):
    """What choosing an option says about the thing asked for; the last three count as missing."""

    POSITIVE = "+"
    MIDDLE = "0"
    NEGATIVE = "-"
    DONT_KNOW = "dk"
    REFUSED = "refused"
    NOT_APPLICABLE = "na"


@dataclass(frozen=True)
class Choice:
    """One answer option. `code` is what is stored; `coefficient` (0 to 100) is what an INDEX counts it for.

    An exclusive choice ("none of these") cannot stand beside another one.
    """

    code: str
    label: Text
    polarity: Polarity | None = None
    coefficient: float | None = None
    exclusive: bool = False

    def __post_init__(self) -> None:
        if not CODE_PATTERN.fullmatch(self.code):
            raise ValueError(f"choice code: expected one to three digits, found {self.code!r}")
        if self.coefficient is not None and not 0 <= self.coefficient <= 100:
            raise ValueError(f"choice {self.code}: expected a coefficient from 0 to 100, found {self.coefficient}")


@dataclass(frozen=True)
class Scale:
    """A named, ordered set of choices that several items use."""

    name: str
    title: Text
    choices: tuple[Choice, ...]
