"""Step 1: one fault of a file that an office edits, told so that the person who edits it can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """`file` is relative to the questionnaires folder; `line` counts from 1."""

    file: str
    line: int
    thing: str
    expected: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.thing}: expected {self.expected}, found {self.found}; {self.remedy}"


class FaultsError(ValueError):
    """Files of the questionnaires folder have faults; the message has one line for each."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
