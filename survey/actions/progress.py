"""How an action that takes long tells how far it is: a callable that is given the rows done and the rows in all."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

OnProgress: TypeAlias = Callable[[int, int], None]
Row = TypeVar("Row")


def tell_nobody(_done: int, _total: int) -> None:
    """For callers that do not want to know."""


def reported(rows: Iterable[Row], before: int, total: int, on_progress: OnProgress) -> Iterator[Row]:
    """The rows as they are, each told to `on_progress`; `before` rows were done earlier."""
    for number, row in enumerate(rows, start=1):
        on_progress(before + number, total)
        yield row
