"""Every list of the staff: search, filters, sorting and keyset paging, all in the address. staff/_list.html draws it.

A list that is short enough to be read whole gives its rows to `Listing.page`. One that is read by SQL takes what is
wanted from `Listing.asked` and makes the `Page` itself.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeAlias, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")
Key: TypeAlias = str | int | float | date | None
Sortable: TypeAlias = str | int | float
SIZE = 50
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column: `key` is what rows are sorted by (None: not sortable); `number` stands to the right."""

    name: str
    label: str
    key: Callable[[T], Key] | None = None
    number: bool = False


@dataclass(frozen=True)
class Filter(Generic[T]):
    """A choice above the list. `choices`: value to label; `value`: the one of a row."""

    name: str
    label: str
    choices: Mapping[str, str]
    value: Callable[[T], str]


@dataclass(frozen=True)
class Place:
    """Where a row stands in the order: rows without a key come last, equal keys in the order of their identity."""

    key: Sortable | None
    identity: str

    def comes_after(self, other: "Place", *, descending: bool) -> bool:
        """Raises `TypeError` for keys of two kinds, which only a made-up address has."""
        if self.key is None or other.key is None:
            return (self.key is None, self.identity) > (other.key is None, other.identity)
        mine, others = (self.key, self.identity), (other.key, other.identity)
        return mine < others if descending else mine > others

    def to_text(self) -> str:
        return json.dumps([self.key, self.identity], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "Place | None":
        """What `to_text` wrote; None for anything else.

        >>> Place.from_text(Place(3, "a").to_text()), Place.from_text("?")
        (Place(key=3, identity='a'), None)
        """
        try:
            key, identity = json.loads(text)
        except ValueError:
            return None
        return cls(key, identity) if isinstance(identity, str) and isinstance(key, str | int | float | None) else None


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list; what it cannot ask is left out. `filters`: name to value, chosen ones only."""

    search: str = ""
    sort: str = ""
    descending: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    after: Place | None = None
    before: Place | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.filters)


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows of one page. `found`: rows that fit; `total`: all; `first`: number of the first row shown, from 1."""

    listing: "Listing[T]"
    asked: Asked
    rows: Sequence[T]
    found: int
    total: int
    first: int = 1
    previous: Place | None = None
    following: Place | None = None

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    def sorted_by(self, name: str) -> str:
        """The address of the first page in the order of a column; the other way round when it is the order now."""
        descending = self.asked.sort == name and not self.asked.descending
        return self._address(sort=("-" if descending else "") + name)

    @property
    def previous_page(self) -> str:
        return self._address(before=self.previous.to_text()) if self.previous else ""

    @property
    def next_page(self) -> str:
        return self._address(after=self.following.to_text()) if self.following else ""

    @property
    def order(self) -> str:
        """The order as it stands in the address."""
        return ("-" if self.asked.descending else "") + self.asked.sort

    def _address(self, **changed: str) -> str:
        values = {"q": self.asked.search, "sort": self.order, **self.asked.filters, **changed}
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A kind of list. `identity`: unique in the list; `text`: what a search looks through; `sort`: "-name" descends."""

    columns: tuple[Column[T], ...]
    identity: Callable[[T], str]
    text: Callable[[T], str]
    sort: str
    filters: tuple[Filter[T], ...] = ()
    size: int = SIZE

    def asked(self, arguments: Mapping[str, str]) -> Asked:
        """`arguments`: those of the address (`request.args`)."""
        sort = arguments.get("sort", "")
        sortable = {column.name for column in self.columns if column.key is not None}
        if sort.removeprefix("-") not in sortable:
            sort = self.sort
        chosen = {one.name: arguments.get(one.name, "") for one in self.filters}
        known = {one.name: one.choices for one in self.filters}
        return Asked(
            search=arguments.get("q", "").strip()[:LONGEST_SEARCH],
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            filters={name: value for name, value in chosen.items() if value in known[name]},
            after=Place.from_text(arguments.get("after", "")),
            before=Place.from_text(arguments.get("before", "")),
        )

    def found(self, rows: Iterable[T], arguments: Mapping[str, str]) -> list[T]:
        """The rows of all pages that the address asks for, in no order of its own."""
        asked = self.asked(arguments)
        return [row for row in rows if self._fits(row, asked)]

    def page(self, rows: Iterable[T], arguments: Mapping[str, str]) -> Page[T]:
        """The page of `rows` that the address asks for."""
        asked, everything = self.asked(arguments), list(rows)
        ordered = self._ordered(self._fitting(everything, asked), asked)
        start = self._start(ordered, asked)
        shown = ordered[start : start + self.size]
        more = start + self.size < len(ordered)
        return Page(
            self,
            asked,
            shown,
            found=len(ordered),
            total=len(everything),
            first=start + 1,
            previous=self._place(shown[0], asked) if shown and start else None,
            following=self._place(shown[-1], asked) if shown and more else None,
        )

    def in_order(self, rows: Iterable[T], arguments: Mapping[str, str]) -> list[T]:
        """The rows of all pages in the order that the address asks for."""
        asked = self.asked(arguments)
        return self._ordered(self._fitting(rows, asked), asked)

    def fitting(self, rows: Iterable[T], arguments: Mapping[str, str]) -> list[T]:
        """Every row that the address narrows the list to, on whatever page it stands."""
        return self._fitting(rows, self.asked(arguments))

    def _fitting(self, rows: Iterable[T], asked: Asked) -> list[T]:
        return [row for row in rows if self._fits(row, asked)]

    def _fits(self, row: T, asked: Asked) -> bool:
        if any(one.value(row) != asked.filters.get(one.name, one.value(row)) for one in self.filters):
            return False
        text = self.text(row).casefold()
        return all(word in text for word in asked.search.casefold().split())

    def _place(self, row: T, asked: Asked) -> Place:
        column = next(one for one in self.columns if one.name == asked.sort)
        return Place(_sortable(column.key(row)) if column.key else None, self.identity(row))

    def _ordered(self, rows: list[T], asked: Asked) -> list[T]:
        placed = [(self._place(row, asked), row) for row in rows]
        keyed = [pair for pair in placed if pair[0].key is not None]
        others = [pair for pair in placed if pair[0].key is None]
        keyed.sort(key=lambda pair: (pair[0].key, pair[0].identity), reverse=asked.descending)
        others.sort(key=lambda pair: pair[0].identity)
        return [row for _, row in keyed + others]

    def _start(self, ordered: list[T], asked: Asked) -> int:
        """The index that a page begins at, after or before a place that need not be in the list any more."""
        edge = asked.after or asked.before
        if edge is None:
            return 0
        try:
            beyond = [self._place(row, asked).comes_after(edge, descending=asked.descending) for row in ordered]
        except TypeError:
            return 0
        following = beyond.index(True) if True in beyond else len(ordered)
        if asked.after is not None:
            return following if following < len(ordered) else 0
        here = following - 1 if following and self._place(ordered[following - 1], asked) == edge else following
        return max(0, here - self.size)


def _sortable(key: Key) -> Sortable | None:
    """Text in the order of GB 18030, which is that of pinyin for common characters; dates as text.

    >>> sorted(["中", "安", "b"], key=_sortable)
    ['b', '安', '中']
    """
    if isinstance(key, date):
        return key.isoformat()
    return key.casefold().encode("gb18030", "replace").decode("latin-1") if isinstance(key, str) else key
