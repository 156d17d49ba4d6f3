"""Step 1: the questionnaire, one frozen version of it: sections of items in order. Plain data; made by load.py."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from survey.instrument.condition import Condition
from survey.instrument.item import Item, ItemType, Purpose
from survey.instrument.population import Population
from survey.instrument.text import Text


class Audience(StrEnum):
    """Who fills a section in: the person asked, or the interviewer about the interview."""

    RESPONDENT = "respondent"
    INTERVIEWER = "interviewer"


@dataclass(frozen=True)
class ContextValue:
    """A value that comes with the access code and not from the respondent (the type of place where a poster hangs)."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """Items that stand under one heading."""

    name: str
    label: Text
    items: tuple[Item, ...]
    audience: Audience = Audience.RESPONDENT


@dataclass(frozen=True)
class Questionnaire:
    """One version of a questionnaire. A published one never changes; `sha256` is over its definition (see load.py).

    `in_population`: a response counts in the population's rates when this holds (usual residents); left out, all do.
    `randomize`: names of the sections that change places from person to person (order.py).
    """

    name: str
    version: int
    title: Text
    population: Population
    sections: tuple[Section, ...]
    languages: tuple[str, ...]
    context: tuple[ContextValue, ...] = ()
    in_population: Condition | None = None
    randomize: tuple[str, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        if self.version < 1:
            raise ValueError(f"questionnaire {self.name}: expected a version from 1, found {self.version}")
        names = [item.name for item in self.items] + [value.name for value in self.context]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise ValueError(
                f"questionnaire {self.name}: expected every item name once, found twice: {', '.join(twice)}"
            )

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order in which they are asked."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def asked_items(self) -> tuple[Item, ...]:
        """The items that take an answer (all but notes)."""
        return tuple(item for item in self.items if item.is_asked_for)

    @cached_property
    def answer_names(self) -> frozenset[str]:
        return frozenset(item.name for item in self.asked_items)

    @cached_property
    def text_names(self) -> frozenset[str]:
        """Names of the items that are answered in the person's own words."""
        return frozenset(item.name for item in self.items if item.type is ItemType.TEXT)

    @cached_property
    def _by_name(self) -> dict[str, Item]:
        return {item.name: item for item in self.items}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def item(self, name: str) -> Item:
        """The item of that name; KeyError tells which questionnaire has none."""
        if name not in self._by_name:
            raise KeyError(f"questionnaire {self.name} v{self.version} has no item {name!r}")
        return self._by_name[name]

    def item_for(self, purpose: Purpose) -> Item | None:
        """The first item with this purpose, if there is one (the sex item, the opinion box)."""
        return next((item for item in self.items if item.purpose is purpose), None)

    @property
    def minimum_age(self) -> int | None:
        """Years below which the form ends and stores nothing."""
        return next((item.minimum_age.years for item in self.items if item.minimum_age), None)
