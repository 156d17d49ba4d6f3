"""Step 8: the way of an opinion: the office sends it to a unit with a letter and a deadline, the unit replies, and the
writer says whether that solved it. Steps are only added; the newest one says where the opinion stands.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from survey.opinion.opinion import TEXT_LIMIT, Opinion, OpinionState


class OpinionCaseError(ValueError):
    """A step that cannot follow, or lacks something; the message says what was expected and found."""


class StepKind(StrEnum):
    ASSIGNED = "assigned"
    RETURNED = "returned"  # the unit is not the one; the office chooses another
    REPLIED = "replied"
    CONFIRMED = "confirmed"  # the writer: solved
    REOPENED = "reopened"  # the writer: not solved


_LEADS_TO = {
    StepKind.ASSIGNED: OpinionState.HANDLING,
    StepKind.RETURNED: OpinionState.RECEIVED,
    StepKind.REPLIED: OpinionState.ANSWERED,
    StepKind.CONFIRMED: OpinionState.CONFIRMED,
    StepKind.REOPENED: OpinionState.REOPENED,
}
_MAY_FOLLOW = {
    OpinionState.RECEIVED: {StepKind.ASSIGNED},
    OpinionState.HANDLING: {StepKind.ASSIGNED, StepKind.RETURNED, StepKind.REPLIED},
    OpinionState.ANSWERED: {StepKind.CONFIRMED, StepKind.REOPENED},
    OpinionState.REOPENED: {StepKind.ASSIGNED},
    OpinionState.CONFIRMED: set(),
}
_NEEDS_TEXT = {StepKind.RETURNED, StepKind.REPLIED}


@dataclass(frozen=True)
class Letter:
    """The number of a letter to a unit (督办函), counted anew each year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"督办〔{self.year}〕{self.number}号"


@dataclass(frozen=True)
class Step:
    """`by`: an account's e-mail, empty for the writer. `unit`, `due_on` and `letter` belong to an assignment."""

    kind: StepKind
    on: date
    by: str = ""
    text: str = ""
    unit: str | None = None
    due_on: date | None = None
    letter: Letter | None = None

    def __post_init__(self) -> None:
        if len(self.text) > TEXT_LIMIT:
            raise OpinionCaseError(f"text: expected at most {TEXT_LIMIT} signs, found {len(self.text)}")
        if self.kind in _NEEDS_TEXT and not self.text.strip():
            raise OpinionCaseError(f"text: expected some words for {self.kind}, found none")
        if self.kind is not StepKind.ASSIGNED:
            return
        if self.unit is None or self.letter is None or self.due_on is None:
            raise OpinionCaseError("assigned: expected a unit, a letter and a deadline")
        if self.due_on < self.on:
            raise OpinionCaseError(f"due on: expected {self.on} or later, found {self.due_on}")

    @property
    def leads_to(self) -> OpinionState:
        return _LEADS_TO[self.kind]


@dataclass(frozen=True)
class OpinionCase:
    """An opinion with everything that was done about it, the oldest step first."""

    opinion: Opinion
    steps: tuple[Step, ...] = ()

    @property
    def assignment(self) -> Step | None:
        """The newest assignment, while its unit has the opinion in hand or has answered it."""
        if self.opinion.state in {OpinionState.RECEIVED, OpinionState.REOPENED}:
            return None
        return next((step for step in reversed(self.steps) if step.kind is StepKind.ASSIGNED), None)

    def is_overdue(self, today: date) -> bool:
        held = self.assignment
        waiting = self.opinion.state is OpinionState.HANDLING
        return waiting and held is not None and held.due_on is not None and held.due_on < today

    def check_next(self, kind: StepKind) -> None:
        """Raises `OpinionCaseError` when this step cannot follow."""
        if kind not in _MAY_FOLLOW[self.opinion.state]:
            raise OpinionCaseError(f"opinion {self.opinion.code}: {kind} cannot follow on {self.opinion.state}")
