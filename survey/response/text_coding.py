"""Step 6: open answers coded by hand into categories; each coder codes alone, differences are settled later."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

KEYS = "123456789abcdefghijklmopqrstuvwxy"  # of a keyboard, one for each category; n: none, z: take back
MOST_CATEGORIES = len(KEYS)
LABEL_LIMIT, MEANING_LIMIT = 30, 300  # signs


class TextCodingError(ValueError):
    """A category or a coding that cannot be kept: no label, one that there is already, a text that is not there."""


@dataclass(frozen=True)
class TextCategory:
    """What texts of one item can be about. `code` never changes its meaning; an ended one is offered no more."""

    code: str
    label: str
    meaning: str = ""
    ended: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.label) <= LABEL_LIMIT:
            raise TextCodingError(f"category: expected a label of 1 to {LABEL_LIMIT} signs, found {len(self.label)}")
        if len(self.meaning) > MEANING_LIMIT:
            raise TextCodingError(f"category: expected at most {MEANING_LIMIT} signs, found {len(self.meaning)}")


Codes = frozenset[str]


@dataclass(frozen=True)
class TextCoding:
    """The categories that `coder` found in a text, none or several. `sha256`: of the text as it was read."""

    response: str
    coder: str
    codes: Codes
    sha256: str
    at: datetime


@dataclass(frozen=True)
class OpenText:
    """A text as staff may read it (numbers of people masked), with what was coded of this very text.

    `settled`: what was decided where coders differ; None where nothing was.
    """

    response: str
    text: str
    source: str
    codings: Mapping[str, Codes] = field(default_factory=dict)
    settled: Codes | None = None

    @property
    def sha256(self) -> str:
        return text_sha256(self.text)

    @property
    def differs(self) -> bool:
        """Whether coders found different things and nobody has settled it."""
        return self.settled is None and len(set(self.codings.values())) > 1

    @property
    def result(self) -> Codes | None:
        """What counts: settled, else what all its coders found; None for a text not coded or not settled.

        >>> both = {"a": frozenset({"1"}), "b": frozenset({"1", "2"})}
        >>> OpenText("r", "停车难", "prob", both).result, OpenText("r", "停车难", "prob", both, frozenset("1")).result
        (None, frozenset({'1'}))
        """
        if self.settled is not None:
            return self.settled
        return next(iter(self.codings.values())) if len(set(self.codings.values())) == 1 else None


def text_sha256(text: str) -> str:
    """What a coding is bound to: a text that was changed afterwards is coded again."""
    return hashlib.sha256(text.encode()).hexdigest()


def checked_codes(codes: Collection[str], categories: Collection[TextCategory]) -> Codes:
    """Codes of categories that are offered. Raises `TextCodingError`."""
    offered = {one.code for one in categories if not one.ended}
    unknown = sorted(set(codes) - offered)
    if unknown:
        raise TextCodingError(f"codes: expected some of {', '.join(sorted(offered))}, found {', '.join(unknown)}")
    return frozenset(codes)
