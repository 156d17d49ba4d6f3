"""Note down what a household said about the visit; the case is called up by the list of those drawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.recontact import QUESTIONNAIRE, VERSION
from survey.instrument.answers import ReadAnswers, read_answers
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import require_case
from survey.storage.questionnaires import require_questionnaire
from survey.storage.recontacts import record_answers


def record_recontact(
    storage: Storage,
    wave_id: str,
    case_id: str,
    area: str,
    raw: Mapping[str, Sequence[str]],
    now: datetime,
    actor: str,
) -> ReadAnswers:
    """Store the answers when they have no fault; noted down again, they replace the first ones, and both are logged.

    Raises `FieldworkError` when the case lies outside `area` or was not drawn.
    """
    with storage.write() as session:
        case = require_case(session, wave_id, case_id)
        if case.area not in codes_within(load_area_tree(session), area):
            raise FieldworkError(f"case {case_id}: expected a case in {area}, found one elsewhere")
        read = read_answers(require_questionnaire(session, QUESTIONNAIRE, VERSION), raw)
        if read.faults:
            return read
        if not record_answers(session, wave_id, case_id, read.answers, actor, now):
            raise FieldworkError(f"case {case_id}: expected one drawn for a second contact, found another")
        record_event(session, new_event(now, actor, "record_recontact", wave_id, f"{case_id}: {dict(read.answers)}"))
    return read
