"""Reply to an opinion, or hand it back because it is another unit's business. Step 8."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from survey.opinion.opinion_case import OpinionCase, OpinionCaseError, Step, StepKind
from survey.opinion.personal_data import mask_personal_data
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.opinion_steps import add_step, list_cases_of_unit, load_case

SHOWN = 200


def reply_to_opinion(
    storage: Storage, code: str, unit: str, text: str, now: datetime, actor: str, *, returned: bool = False
) -> None:
    """The writer reads the reply at once, under the tracking code. `returned`: `text` tells the office why instead.

    Raises `OpinionCaseError` when the unit does not hold the opinion now, or `text` is empty or too long.
    """
    kind = StepKind.RETURNED if returned else StepKind.REPLIED
    step = Step(kind, now.astimezone(OFFICE_TIME).date(), actor, mask_personal_data(text.strip()))
    try:
        with storage.write() as session:
            case = load_case(session, code)
            if case is None or not holds(case, unit):
                raise OpinionCaseError(f"opinion: expected one that the unit {unit} holds, found {code!r}")
            case.check_next(kind)
            add_step(session, case, step)
    except IntegrityError as error:
        raise OpinionCaseError(f"opinion {code}: somebody else handled it at the same moment") from error


def opinions_of_unit(storage: Storage, unit: str) -> list[OpinionCase]:
    """The newest opinions that the unit holds or has answered; none that it handed back."""
    with storage.read() as session:
        return [case for case in list_cases_of_unit(session, unit, SHOWN) if holds(case, unit)]


def opinion_of_unit(storage: Storage, code: str, unit: str) -> OpinionCase | None:
    """None for one that the unit does not hold."""
    with storage.read() as session:
        case = load_case(session, code)
    return case if case is not None and holds(case, unit) else None


def holds(case: OpinionCase, unit: str) -> bool:
    return case.assignment is not None and case.assignment.unit == unit
