"""The area tree (块): district → street or town → community or village → grid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from survey.instrument.text import Text


class AreaLevel(StrEnum):
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"


LEVELS = tuple(AreaLevel)


class AreaError(ValueError):
    """An area or the tree breaks a rule; the message names the area."""


@dataclass(frozen=True)
class Area:
    """One node. `code` follows GB/T 2260 and the 12-digit statistical area code (6, 9 or 12 digits, 15 for a grid).

    `group`: the class in which areas are compared (old town, villages, …); "" for none. `ended_on`: since when the area
    is no more; it stays in the tree, because answers belong to it, and is offered nowhere.
    """

    code: str
    name: Text
    level: AreaLevel
    parent: str | None
    group: str = ""
    ended_on: date | None = None

    def __post_init__(self) -> None:
        if not (self.code.isascii() and self.code.isdigit() and len(self.code) in {6, 9, 12, 15}):
            raise AreaError(f"area code: expected 6, 9, 12 or 15 digits, found {self.code!r}")
        if self.parent is None and self.level is not AreaLevel.DISTRICT:
            raise AreaError(f"area {self.code}: a {self.level} needs a parent")


@dataclass(frozen=True)
class AreaTree:
    """All areas of an installation; parents are checked when the tree is made."""

    areas: tuple[Area, ...]

    def __post_init__(self) -> None:
        if len(self.by_code) != len(self.areas):
            codes = [area.code for area in self.areas]
            raise AreaError(f"area {next(c for c in codes if codes.count(c) > 1)}: the code stands twice")
        for area in self.areas:
            if area.parent is None:
                continue
            parent = self.by_code.get(area.parent)
            if parent is None:
                raise AreaError(f"area {area.code}: its parent {area.parent} is not in the tree")
            if LEVELS.index(parent.level) >= LEVELS.index(area.level):
                raise AreaError(f"area {area.code}: a {area.level} cannot lie in the {parent.level} {parent.code}")

    @classmethod
    def of(cls, areas: Iterable[Area]) -> "AreaTree":
        return cls(tuple(sorted(areas, key=lambda area: area.code)))

    @cached_property
    def by_code(self) -> dict[str, Area]:
        return {area.code: area for area in self.areas}

    def at(self, level: AreaLevel) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.level is level)

    def path(self, code: str) -> tuple[Area, ...]:
        """The area and all above it, the highest first. Raises `AreaError` for an unknown code."""
        steps: list[Area] = []
        current: str | None = code
        while current is not None:
            area = self.by_code.get(current)
            if area is None:
                raise AreaError(f"area {current}: not in the tree")
            steps.append(area)
            current = area.parent
        return tuple(reversed(steps))

    def above(self, code: str, level: AreaLevel) -> Area | None:
        """The area of `level` that `code` lies in (itself included); None when there is none."""
        return next((area for area in self.path(code) if area.level is level), None)

    def within(self, code: str) -> Iterator[Area]:
        """The area and everything below it."""
        return (area for area in self.areas if any(step.code == code for step in self.path(area.code)))
