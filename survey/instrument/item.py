"""Step 1: an item is one question of a questionnaire (or a note between questions), with its choices and conditions."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from survey.instrument.choice import Choice, Polarity
from survey.instrument.condition import Condition
from survey.instrument.text import Text

# Lower case and at most 32 characters, so that one name serves as XML element, SPSS and Stata variable, and form field.
NAME_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,31}")
TEXT_LENGTH = 300


class ItemType(StrEnum):
    """XLSForm's names; `area` is chosen from the area tree and prefilled from the access code."""

    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    TEXT = "text"
    INTEGER = "integer"
    AREA = "area"
    NOTE = "note"


class Purpose(StrEnum):
    """What the answer is for: storage, analysis and the opinion box find their items by it, not by name."""

    INDICATOR = "indicator"
    DIAGNOSTIC = "diagnostic"
    SEX = "sex"
    AGE = "age"
    RESIDENCE = "residence"
    AREA = "area"
    BACKGROUND = "background"
    OPINION = "opinion"
    SCREENING = "screening"
    FIELDWORK = "fieldwork"
    NONE = "none"


@dataclass(frozen=True)
class MinimumAge:
    """The under-age stop: where `stop` holds after this item, the form ends, says `label` and stores nothing."""

    years: int
    stop: Condition
    label: Text


@dataclass(frozen=True)
class Item:
    """One question. Nobody has to answer it unless `required`; `relevant` decides whether it is asked.

    `indicator`: id of the catalogue's indicator that the item feeds; `scale`: name of the scale its choices came from.
    """

    name: str
    type: ItemType
    label: Text
    hint: Text | None = None
    required: bool = False
    relevant: Condition | None = None
    constraint: Condition | None = None
    constraint_message: Text | None = None
    choices: tuple[Choice, ...] = ()
    appearance: str = ""
    maximum_choices: int | None = None
    maximum_length: int | None = None
    scale: str = ""
    purpose: Purpose = Purpose.NONE
    indicator: str = ""
    minimum_age: MinimumAge | None = None

    def __post_init__(self) -> None:
        if not NAME_PATTERN.fullmatch(self.name):
            raise ValueError(
                f"item name: expected a small letter, then small letters, digits or _ (32 at most), found {self.name!r}"
            )
        if self.is_select != bool(self.choices):
            raise ValueError(f"item {self.name}: choices belong to select_one and select_multiple, found {self.type}")
        if len(self.codes) != len(self.choices):
            raise ValueError(
                f"item {self.name}: expected every choice code once, found {[c.code for c in self.choices]}"
            )
        if self.maximum_choices is not None and (self.type is not ItemType.SELECT_MULTIPLE or self.maximum_choices < 1):
            raise ValueError(f"item {self.name}: maximum_choices belongs to select_multiple and is at least 1")

    @property
    def is_select(self) -> bool:
        return self.type in (ItemType.SELECT_ONE, ItemType.SELECT_MULTIPLE)

    @property
    def is_asked_for(self) -> bool:
        """A note shows words and takes no answer."""
        return self.type is not ItemType.NOTE

    @property
    def length_limit(self) -> int:
        """Characters that a text answer may have."""
        return self.maximum_length or TEXT_LENGTH

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in self.choices)

    @cached_property
    def exclusive_codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in self.choices if choice.exclusive)

    def codes_of(self, *polarities: Polarity) -> tuple[str, ...]:
        """Codes of the choices with one of the polarities, in the order of the item."""
        return tuple(choice.code for choice in self.choices if choice.polarity in polarities)

    def choice(self, code: str) -> Choice:
        """The choice with this code; KeyError names the item and its codes."""
        for choice in self.choices:
            if choice.code == code:
                return choice
        raise KeyError(f"item {self.name}: expected a code among {', '.join(sorted(self.codes))}, found {code!r}")
