"""The writer of an opinion says whether the reply solved it. Whoever has the tracking code is the writer. Step 8."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from survey.invitation.code import is_well_formed, normalise
from survey.opinion.opinion_case import OpinionCaseError, Step, StepKind
from survey.opinion.personal_data import mask_personal_data
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.opinion_steps import add_step, load_case


def judge_reply(storage: Storage, typed: str, *, solved: bool, text: str, now: datetime) -> None:
    """Confirm, or reopen with what is still missing. The same judgement twice is one.

    Raises `OpinionCaseError` for an unknown code, a text that is too long, or an opinion without a reply.
    """
    kind = StepKind.CONFIRMED if solved else StepKind.REOPENED
    step = Step(kind, now.astimezone(OFFICE_TIME).date(), text=mask_personal_data(text.strip()))
    code = normalise(typed)
    if not is_well_formed(code):
        raise OpinionCaseError(f"opinion: expected a tracking code, found {typed!r}")
    try:
        with storage.write() as session:
            case = load_case(session, code)
            if case is None:
                raise OpinionCaseError(f"opinion: expected a known tracking code, found {typed!r}")
            if case.steps and case.steps[-1].kind is kind:
                return
            case.check_next(kind)
            add_step(session, case, step)
    except IntegrityError as error:
        raise OpinionCaseError(f"opinion {code}: somebody else handled it at the same moment") from error
