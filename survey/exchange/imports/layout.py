"""How another survey tool lays out its table of responses: its own columns, how it names questions and options."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What a column asks: the question's `text`, its `code` or number where the tool gives one, and, where every option
    has a column of its own, the `option` (its code or its words).
    """

    text: str = ""
    code: str = ""
    option: str = ""


@dataclass(frozen=True)
class Layout:
    """`signs`: columns of which at least two tell the tool; `own`: patterns of columns about the answer and not of it.

    Columns that could tell who answered (addresses, names, accounts) are among `own` and are never stored.
    `by_position`: a number in a cell is the place of the option in the list, and not a code that somebody chose.
    `ids`, `received`, `started`: candidates in order. `separators`: what parts several options in one cell.
    """

    name: str
    title: str
    signs: frozenset[str]
    own: tuple[str, ...]
    ids: tuple[str, ...]
    received: tuple[str, ...]
    started: tuple[str, ...]
    asked: Callable[[str], Asked]
    time_formats: tuple[str, ...] = ()
    separators: tuple[str, ...] = (";",)
    missing: tuple[str, ...] = ("",)
    marked: tuple[str, ...] = ("1",)
    by_position: bool = False

    def knows(self, header: Collection[str]) -> int:
        """How many of the tool's signs stand in the header."""
        return len(self.signs & set(header))

    def is_own(self, column: str) -> bool:
        return any(re.fullmatch(pattern, column) for pattern in self.own)


def numbered(column: str) -> Asked:
    """The columns of tools that number their questions: `3、…`, `3.…`, `Q3.…`; an option stands behind a colon or in
    brackets at the end.

    >>> numbered("3、您参加过哪些活动？(志愿服务)")
    Asked(text='您参加过哪些活动？', code='3', option='志愿服务')
    >>> numbered("12.您满意吗？")
    Asked(text='您满意吗？', code='12', option='')
    """
    column = re.sub(r"\s*[\[【(（](单选|多选|必答|可多选|单选题|多选题)[\])）】]", "", column)
    found = re.fullmatch(r"Q?(\d+)\s*[、.．:：]\s*(.*)", column, re.DOTALL)
    if found is None:
        return Asked(text=column)
    number, rest = found.groups()
    option = re.fullmatch(r"(.*?[？?。]?)\s*(?:[(（]([^()（）]+)[)）]|[:：]\s*([^:：]+))", rest, re.DOTALL)
    if option is None:
        return Asked(text=rest, code=number)
    return Asked(text=option[1], code=number, option=(option[2] or option[3]).strip())
