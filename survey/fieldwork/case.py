"""A sampled dwelling, step 2 of the flow. Nothing here names an answer, and no answer names a case."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survey.fieldwork.disposition import Disposition
from survey.invitation.invitation import SelectionDesign


class FieldworkError(ValueError):
    """A case, visit or assignment that cannot be; the message says what was expected and what was found."""


class Phase(StrEnum):
    """Why the dwelling is visited."""

    MAIN = "main"
    REPLACEMENT = "replacement"  # stands in for a case that ended without an interview; marked in every table
    RECONTACT = "recontact"  # visited again to ask whether the first visit took place


class CaseState(StrEnum):
    """What the office wants done with the case; what happened there is its disposition."""

    RESERVE = "reserve"  # a replacement that is not released yet
    OPEN = "open"
    HELD = "held"
    CLOSED = "closed"


def design_of_person(dwelling: SelectionDesign, eligible_persons: int) -> SelectionDesign:
    """The design of one person drawn at random among `eligible_persons` of a dwelling.

    >>> design_of_person(SelectionDesign("990101001", "990101001001", 40.0), 3).base_weight
    120.0
    """
    if eligible_persons < 1:
        raise FieldworkError(f"eligible persons: expected at least 1, found {eligible_persons}")
    return SelectionDesign(dwelling.stratum, dwelling.psu, dwelling.base_weight * eligible_persons)


@dataclass(frozen=True)
class SampledCase:
    """One drawn dwelling with its selection design; `address` never leaves the fieldwork tables.

    `pi_psu` and `pi_dwelling` are the selection probabilities of both stages (within the PSU for the second), None
    where a sample drawn elsewhere tells only its weight. `frame_id` is the dwelling's name in the frame,
    `route_order` its place on the way through the area, `eligible_persons` what the frame says about the household.
    `interviewer` is the code of the account that works on it; `replaces` the case that a replacement stands in for.
    """

    wave: str
    id: str
    area: str
    address: str
    design: SelectionDesign
    disposition: Disposition = Disposition.NOT_ATTEMPTED
    frame_id: str = ""
    route_order: int = 0
    eligible_persons: int | None = None
    pi_psu: float | None = None
    pi_dwelling: float | None = None
    phase: Phase = Phase.MAIN
    state: CaseState = CaseState.OPEN
    interviewer: str | None = None
    replaces: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("pi_psu", self.pi_psu), ("pi_dwelling", self.pi_dwelling)):
            if value is not None and not 0 < value <= 1:
                raise FieldworkError(f"case {self.id}: {name}: expected above 0 and up to 1, found {value!r}")
        if self.eligible_persons is not None and self.eligible_persons < 0:
            raise FieldworkError(f"case {self.id}: eligible persons: expected 0 or more, found {self.eligible_persons}")
        if self.pi_psu is not None and self.pi_dwelling is not None:
            expected = 1 / (self.pi_psu * self.pi_dwelling)
            if not math.isclose(expected, self.design.base_weight, rel_tol=1e-6):
                raise FieldworkError(
                    f"case {self.id}: base weight: expected 1/(pi_psu·pi_dwelling) = {expected:.6g}, "
                    f"found {self.design.base_weight:.6g}"
                )

    def person_design(self, eligible_persons: int) -> SelectionDesign:
        """The design of one person drawn at random among `eligible_persons` of this dwelling; an answer carries it.

        Its base weight is 1/(pi_psu·pi_dwelling·pi_person) with pi_person = 1/eligible_persons (Kish 1965, §11.3).
        Raises `FieldworkError` when nobody could be drawn.
        """
        return design_of_person(self.design, eligible_persons)

    @property
    def needs_visit(self) -> bool:
        """Whether it belongs on the worker's list of today."""
        return self.state is CaseState.OPEN and self.disposition.needs_visit


class AssignmentAction(StrEnum):
    ASSIGN = "assign"
    HOLD = "hold"
    RESUME = "resume"
    CLOSE = "close"
    RELEASE = "release"  # of a replacement
    OVERRIDE = "override"  # of the final code; visits do not change it any more


@dataclass(frozen=True)
class Assignment:
    """One change of who works on a case, or whether anybody does; never changed afterwards.

    `interviewer` is who works on it from then on, `by` who decided so.
    """

    wave: str
    case: str
    number: int
    action: AssignmentAction
    interviewer: str | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Appointment:
    """A promise to come back: made at the door for a time, or asked for by a supervisor with a reason.

    It is open until the next visit after `made_at`.
    """

    wave: str
    id: str
    case: str
    due_at: datetime | None
    reason: str
    made_by: str
    made_at: datetime
