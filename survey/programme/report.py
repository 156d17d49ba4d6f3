"""Step 8: a report as headings, paragraphs, tables and charts; the files of it are written from this one model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Heading:
    """`level` 1 to 3: 一、 （一） 1. — the number is not part of the text."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise ValueError(f"heading {self.text!r}: expected level 1, 2 or 3, found {self.level}")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; a `note` is small."""

    text: str
    note: bool = False


@dataclass(frozen=True)
class Table:
    """Cells as they are printed. Numbers stand right, from column `numbers_from` to before `texts_from`.

    `widths`: of the columns, relative to each other; left out, the column before the numbers is the widest.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers_from: int = 1
    widths: tuple[float, ...] = ()
    texts_from: int | None = None

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.head)]
        if wrong:
            raise ValueError(f"table {self.caption}: expected {len(self.head)} cells, found {len(wrong[0])}")
        if self.widths and len(self.widths) != len(self.head):
            raise ValueError(f"table {self.caption}: expected {len(self.head)} widths, found {len(self.widths)}")

    def is_number(self, column: int) -> bool:
        return self.numbers_from <= column and (self.texts_from is None or column < self.texts_from)

    @property
    def shares(self) -> tuple[float, ...]:
        """The width of each column as a share of the whole."""
        widths = self.widths or tuple(2.4 if k == self.numbers_from - 1 else 1.0 for k in range(len(self.head)))
        return tuple(width / sum(widths) for width in widths)


@dataclass(frozen=True)
class Bar:
    """One line of a chart, in 0..1: estimate, interval, target, and the sign of its decision."""

    label: str
    estimate: float
    lower: float
    upper: float
    target: float | None
    sign: str


@dataclass(frozen=True)
class IntervalChart:
    """Estimates with their intervals and targets, one below the other on one axis."""

    caption: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a page."""


Part: TypeAlias = "Heading | Paragraph | Table | IntervalChart | PageBreak"


@dataclass(frozen=True)
class Report:
    """`about`: lines below the title; `status` and `fingerprint` stand on every page."""

    title: str
    about: tuple[str, ...]
    parts: tuple[Part, ...]
    status: str
    fingerprint: str

    @property
    def foot(self) -> str:
        return f"{self.status}　数字指纹 {self.fingerprint[:16]}"

    def numbered(self) -> Iterator[Part]:
        """The parts with the numbers of official papers before their headings."""
        counts = [0, 0, 0]
        for part in self.parts:
            if not isinstance(part, Heading):
                yield part
                continue
            counts[part.level - 1] += 1
            counts[part.level :] = [0] * (3 - part.level)
            yield Heading(part.level, _number(part.level, counts[part.level - 1]) + part.text)


def _number(level: int, count: int) -> str:
    return (f"{numeral(count)}、", f"（{numeral(count)}）", f"{count}. ")[level - 1]


def numeral(count: int) -> str:
    """A number from 1 to 99 in Chinese.

    >>> numeral(3), numeral(10), numeral(12), numeral(20), numeral(31)
    ('三', '十', '十二', '二十', '三十一')
    """
    tens, ones = divmod(count, 10)
    if not tens:
        return _NUMERALS[ones - 1]
    return ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" + (_NUMERALS[ones - 1] if ones else "")
