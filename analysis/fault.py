"""What is wrong with a plan or a file, one line per fault. Used by every step of the analysis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where it stands, what was expected there, what was found."""

    file: str
    key: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: expected {self.expected}, found {self.found}"


class FaultsFound(Exception):  # noqa: N818 - names what happened; it carries many faults
    """The plan cannot be run. `faults` holds every fault that could be seen at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@contextmanager
def collected(faults: list[Fault]) -> Iterator[None]:
    """Puts the faults that are found inside to `faults` and goes on, so that a reader is told all of them."""
    try:
        yield
    except FaultsFound as found:
        faults += found.faults


def shortened(values: Iterable[object], limit: int = 8) -> str:
    """The first values as text, with the number of the others: `a, b, c and 4 more`."""
    texts = [str(value) for value in values]
    rest = f" and {len(texts) - limit} more" if len(texts) > limit else ""
    return ", ".join(texts[:limit]) + rest
