"""Send an opinion to a responsible unit: a numbered letter with a deadline. Step 8."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from survey.actions.programme.list_waves_in_area import codes_within
from survey.opinion.opinion_case import Letter, OpinionCaseError, Step, StepKind
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.opinion_steps import add_step, load_case, next_letter
from survey.storage.units import load_units

_ATTEMPTS = 5


@dataclass(frozen=True)
class Assignment:
    """What the office decides: which unit, until when, and a word to it."""

    unit: str
    due_on: date
    note: str = ""


def assign_opinion(storage: Storage, code: str, area: str, assignment: Assignment, now: datetime, actor: str) -> Letter:
    """The letter's number. `area`: that of the account; the opinion must lie in it.

    Raises `OpinionCaseError`: an unknown opinion or unit, a deadline in the past, or a state that allows no assignment.
    """
    today = now.astimezone(OFFICE_TIME).date()
    for attempt in range(_ATTEMPTS):
        try:
            with storage.write() as session:
                case = load_case(session, code)
                if case is None or case.opinion.area not in codes_within(load_area_tree(session), area):
                    raise OpinionCaseError(f"opinion: expected one of the account's area, found {code!r}")
                if assignment.unit not in {unit.code for unit in load_units(session)}:
                    raise OpinionCaseError(f"unit: expected the code of a responsible unit, found {assignment.unit!r}")
                letter = next_letter(session, today.year)
                step = Step(
                    StepKind.ASSIGNED, today, actor, assignment.note.strip(), assignment.unit, assignment.due_on, letter
                )
                case.check_next(step.kind)
                add_step(session, case, step)
                return letter
        except IntegrityError:  # another letter got the number, or somebody handled this opinion at the same moment
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")
