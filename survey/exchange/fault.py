"""What is wrong with a file from outside: where it stands, what was expected, what was found. One line per fault."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in `file`; `where` is a key, or a row and a column."""

    file: str
    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: expected {self.expected}, found {self.found}"


class FaultsFoundError(ValueError):
    """The file cannot be taken; `faults` holds every fault that could be seen at once. Nothing was written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def shown(value: object, limit: int = 60) -> str:
    """A found value as it stands in a fault: quoted, on one line, cut when it is long.

    >>> shown("a\\nb"), shown(None)
    ("'a b'", 'nothing')
    """
    if value is None or value == "":
        return "nothing"
    text = " ".join(str(value).split())
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")
