"""An interview by telephone: the form of a case, and what was told, stored as an answer and a visit that nothing joins.

The answer goes through the same check and the same door as every other and counts once; of its time only the day and
the length are kept. The visit goes where every attempt goes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from survey.actions.fieldwork.list_my_cases import MyCase, list_my_cases
from survey.actions.fieldwork.record_visit import record_visit
from survey.actions.fieldwork.second_interview import is_second_interview
from survey.actions.response.keep_for_review import Refusal, keep_for_review
from survey.actions.response.receive_response import receive_response
from survey.actions.response.save_draft import mask_texts
from survey.fieldwork.case import FieldworkError, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Visit, VisitMode
from survey.instrument.answers import ReadAnswers, read_answers
from survey.instrument.canonical import sha256_hex
from survey.instrument.questionnaire import Audience, Questionnaire
from survey.invitation.invitation import PlaceType
from survey.programme.area import AreaLevel, AreaTree
from survey.programme.wave import Wave
from survey.response.day_only import end_of_day, start_without_hour
from survey.response.receipt import Outcome, Received
from survey.response.response import Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import load_case
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import is_in_ledger

COMPLETE = 0.8  # AAPOR's usual line between complete and partial: four fifths of the items that were asked
MOST_ELIGIBLE = 20


@dataclass(frozen=True)
class PhoneForm:
    """What is asked on the telephone: the respondent's sections; `context` is what the dwelling tells."""

    wave: Wave
    questionnaire: Questionnaire
    found: MyCase
    areas: AreaTree
    context: Mapping[str, str]

    @property
    def communities(self) -> frozenset[str]:
        return frozenset(area.code for area in self.areas.at(AreaLevel.COMMUNITY))


@dataclass(frozen=True)
class Call:
    """One interview on the line. Both ids and `opened_at` were made when the form opened, and travel with it."""

    response_id: str
    visit_id: str
    opened_at: datetime
    interviewer: str
    language: str
    eligible_persons: int

    def __post_init__(self) -> None:
        if not 1 <= self.eligible_persons <= MOST_ELIGIBLE:
            raise FieldworkError(f"eligible persons: expected 1 to {MOST_ELIGIBLE}, found {self.eligible_persons}")
        if self.response_id == self.visit_id:
            raise FieldworkError("call: expected two ids, found one for answer and visit")


@dataclass(frozen=True)
class Interviewed:
    """`received` is None when nothing was stored: the answers have faults, or the form ended below the minimum age."""

    read: ReadAnswers
    received: Received | None = None


def open_phone_form(storage: Storage, interviewer: str, wave_id: str, case_id: str) -> PhoneForm:
    """The form for a case of the interviewer's own list. Raises `FieldworkError` for any other."""
    mine = [(one.wave, found) for one in list_my_cases(storage, interviewer) for found in one.cases]
    for wave, found in mine:
        if (wave.id, found.case.id) == (wave_id, case_id):
            return _form(storage, wave, found)
    raise FieldworkError(f"case {case_id[:40]}: expected an open case of {interviewer}, found none")


def _form(storage: Storage, wave: Wave, found: MyCase) -> PhoneForm:
    with storage.read() as session:
        whole = require_questionnaire(session, wave.questionnaire, wave.version)
        areas = load_area_tree(session)
    asked = tuple(section for section in whole.sections if section.audience is Audience.RESPONDENT)
    context = {value.name: PlaceType.HOME.value for value in whole.context if value.name == "place_type"}
    return PhoneForm(wave, replace(whole, sections=asked), found, areas, context)


def interview_by_phone(
    storage: Storage, key: str, form: PhoneForm, call: Call, values: Mapping[str, list[str]], now: datetime
) -> Interviewed:
    """Store answer and visit once, however often the form is sent; `key` signs the receipts.

    A second interview at one dwelling, and one of a case that meanwhile went to somebody else, is kept for review and
    does not count. Raises `StorageUnavailableError` when it may be sent again.
    """
    questionnaire, case = form.questionnaire, form.found.case
    read = read_answers(questionnaire, mask_texts(questionnaire, values), context=form.context, areas=form.communities)
    if read.faults or read.stopped_at is not None:
        return Interviewed(read)
    submission = _submission(form, call, read, now)
    reason = _reason(storage, case, call, submission)
    if reason:
        received = _keep(storage, key, submission, reason, now)
    else:
        received = receive_response(storage, key, submission, end_of_day(now))
    visit = Visit(
        wave=case.wave,
        id=call.visit_id,
        case=case.id,
        interviewer=call.interviewer,
        at=call.opened_at,
        disposition=Disposition.COMPLETE if _share(read) >= COMPLETE else Disposition.PARTIAL,
        mode=VisitMode.PHONE,
    )
    record_visit(storage, key, visit, now)
    return Interviewed(read, received)


def _share(read: ReadAnswers) -> float:
    """The share of the items that were asked and answered."""
    return sum(value is not None for value in read.answers.values()) / max(1, len(read.answers))


def _submission(form: PhoneForm, call: Call, read: ReadAnswers, now: datetime) -> Submission:
    case = form.found.case
    return Submission(
        wave=form.wave.id,
        response_id=call.response_id,
        questionnaire=form.questionnaire.name,
        version=form.questionnaire.version,
        answers=read.answers,
        source=Source.PROB,
        mode=Mode.PHONE,
        purpose=Purpose.LIVE,
        language=call.language,
        area=case.area,
        started_at=start_without_hour(call.opened_at, now),
        design=case.person_design(call.eligible_persons),
        interviewer=call.interviewer,
    )


def _reason(storage: Storage, case: SampledCase, call: Call, submission: Submission) -> str:
    """Why the answer has to wait for a person; empty when it may count, or was received before."""
    with storage.read() as session:
        if is_in_ledger(session, submission.wave, submission.response_id, sha256_hex(submission.content())):
            return ""
        there = load_case(session, case.wave, case.id)
        second = is_second_interview(session, case.wave, case.id, call.visit_id)
    if there is None or there.interviewer != call.interviewer:
        return "visit: not_assigned"
    return "a second interview at one dwelling" if second else ""


def _keep(storage: Storage, key: str, submission: Submission, reason: str, now: datetime) -> Received:
    answers = json.dumps(dict(submission.answers), ensure_ascii=False, sort_keys=True)
    names = (submission.wave, submission.response_id, submission.questionnaire, submission.version)
    received = keep_for_review(storage, key, Refusal(*names, (reason,), answers), end_of_day(now))
    return Received(Outcome.REFUSED, received.receipt)
