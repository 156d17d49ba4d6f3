"""Receive one record of ODK Collect: cut it into a visit and answers, store each once, keep what cannot be taken.

The two parts share nothing in storage: other ids, and of the answers' time only day and duration. Steps 3 and 4.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError

from survey.actions.fieldwork.keep_collect_files import Attachment, keep_files, keep_recordings
from survey.actions.fieldwork.record_visit import record_visit
from survey.actions.fieldwork.second_interview import is_second_interview
from survey.actions.response.keep_for_review import Refusal, keep_for_review
from survey.actions.response.receive_response import ResponseRefusedError, receive_response
from survey.actions.response.save_draft import mask_texts
from survey.exchange.openrosa.collect_form import INTERVIEWED, MOST_ELIGIBLE
from survey.exchange.openrosa.record import Record, SentVisit
from survey.fieldwork.case import FieldworkError, SampledCase
from survey.fieldwork.collect_device import CollectDevice
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import NOTE_LIMIT, Presence, Visit, VisitMode, VisitOutcome
from survey.instrument.answers import ReadAnswers, read_answers
from survey.instrument.canonical import sha256_hex
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import LANGUAGES
from survey.invitation.invitation import PlaceType
from survey.opinion.personal_data import mask_personal_data
from survey.programme.area import AreaLevel
from survey.programme.wave import Wave, WaveStatus
from survey.response.day_only import end_of_day, start_without_hour
from survey.response.receipt import Outcome, Received
from survey.response.response import Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.collect import count_contact
from survey.storage.fieldwork import load_case
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import LedgerRow
from survey.storage.waves import load_wave

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_LENGTH = 36
_ATTEMPTS = 3
_HOW, _PRESENT = "interview_how", "interview_present"  # items of the doorstep questionnaire
_COUNTERS = {"stored": "received", "visit": "received", "below_age": "received", "repeated": "repeated"}


class UnknownFormError(ValueError):
    """No wave that was opened here has a form with this id."""


class Filing(StrEnum):
    """What became of a record."""

    STORED = "stored"
    VISIT = "visit"  # nobody was interviewed: only the visit
    BELOW_AGE = "below_age"  # the form ended below the minimum age: only the visit, no answer
    REPEATED = "repeated"  # the same record as before, with the same receipt
    KEPT = "kept"  # kept for review
    CONFLICT = "conflict"  # the same id with other answers: both kept


_WITH_INTERVIEW = {Filing.STORED, Filing.REPEATED, Filing.KEPT}


@dataclass(frozen=True)
class Filed:
    """`receipt` is of the answers, or of the visit where there are none; `awaited` names files that have not come."""

    filing: Filing
    receipt: str
    reasons: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()


def receive_collect_record(
    storage: Storage, key: str, device: CollectDevice, record: Record, files: Sequence[Attachment], now: datetime
) -> Filed:
    """Store a record once, however often and in however many parts it is sent. `key` signs the receipts.

    Raises `UnknownFormError`, `FieldworkError` for a visit that no form of ours makes (the device keeps the record),
    and `StorageUnavailableError` when it may be sent again.
    """
    asked = _asked(storage, record)
    filed = _Filing(storage, key, device, record, asked, now).run()
    for attempt in range(_ATTEMPTS):
        try:
            with storage.write() as session:
                awaited = keep_files(session, record, files, now)
                if filed.filing in _WITH_INTERVIEW:
                    awaited += keep_recordings(session, asked.wave, record, files, now)
                count_contact(session, device.id, now, _COUNTERS.get(filed.filing, "kept"))
            return replace(filed, awaited=awaited)
        except IntegrityError:
            # The same file came in another part at the same moment and that one won: it is there now.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


@dataclass(frozen=True)
class _Asked:
    """What the record refers to, as it is stored here."""

    wave: Wave
    questionnaire: Questionnaire
    communities: frozenset[str]
    case: SampledCase | None


def _asked(storage: Storage, record: Record) -> _Asked:
    with storage.read() as session:
        wave = load_wave(session, record.form)
        if wave is None or wave.status is WaveStatus.DRAFT:
            raise UnknownFormError(f"form {record.form[:40]!r}: expected the id of a wave that was opened here")
        case = load_case(session, wave.id, record.visit.case) if record.visit and record.visit.case else None
        return _Asked(
            wave=wave,
            questionnaire=require_questionnaire(session, wave.questionnaire, wave.version),
            communities=frozenset(area.code for area in load_area_tree(session).at(AreaLevel.COMMUNITY)),
            case=case,
        )


class _Filing:
    """One record on its way: first the visit, because it says whether the answers may count."""

    def __init__(
        self, storage: Storage, key: str, device: CollectDevice, record: Record, asked: _Asked, now: datetime
    ) -> None:
        self.storage, self.key, self.device = storage, key, device
        self.record, self.asked, self.now = record, asked, now
        self.reasons: list[str] = []
        visit = record.visit
        self.interviewed = bool(record.values) if visit is None else visit.outcome in set(INTERVIEWED)
        self.read = self._read() if self.interviewed else None
        self.began = visit.started if visit and visit.started else now
        self.ended = visit.ended if visit and visit.ended else self.began

    def run(self) -> Filed:
        visit = self._record_visit()
        if self.read is None:
            return _filed_visit(visit, self.reasons)
        if self.read.stopped_at is not None:
            return _filed_visit(visit, self.reasons, Filing.BELOW_AGE)
        submission = self._submission()
        if submission is None or not self._known(submission):
            self._look_for_reasons(visit, self.read)
        if submission is None or self.reasons:
            return self._keep()
        try:
            received = receive_response(self.storage, self.key, submission, end_of_day(self.now))
        except ResponseRefusedError as error:
            self.reasons.append(str(error))
            return self._keep()
        return self._filed(received, visit)

    def _read(self) -> ReadAnswers:
        """The one check of answers that every mode passes."""
        questionnaire = self.asked.questionnaire
        values = {name: list(texts) for name, texts in self.record.values.items()}
        context = {value.name: PlaceType.HOME.value for value in questionnaire.context if value.name == "place_type"}
        for name in {value.name for value in questionnaire.context}:
            values.pop(name, None)
        for item in questionnaire.items:
            if item.type is ItemType.SELECT_MULTIPLE and item.name in values:
                values[item.name] = [code for text in values[item.name] for code in text.split()]
        masked = mask_texts(questionnaire, values)
        return read_answers(questionnaire, masked, context=context, areas=self.asked.communities)

    def _record_visit(self) -> tuple[VisitOutcome, str] | None:
        sent = self.record.visit
        if sent is None:
            self.reasons.append("the record holds no visit")
            return None
        received = record_visit(self.storage, self.key, self._visit(sent), self.now)
        if received.outcome.kept_for_review and received.outcome is not VisitOutcome.CONFLICT:
            self.reasons.append(f"visit: {received.outcome.value}")
        return received.outcome, received.receipt

    def _visit(self, sent: SentVisit) -> Visit:
        if sent.started is None or not _ID.fullmatch(sent.id) or not 0 < len(sent.case) <= _ID_LENGTH:
            raise FieldworkError("visit: expected a UUID, a dwelling and the time of the beginning, found other things")
        stopped = self.read is not None and self.read.stopped_at is not None
        again = sent.again if sent.again and sent.again > sent.started else None
        how, present = (self.record.values.get(name, ("",))[0] for name in (_HOW, _PRESENT))
        return Visit(
            wave=self.asked.wave.id,
            id=sent.id,
            case=sent.case,
            interviewer=self.device.interviewer,
            at=sent.started,
            disposition=Disposition.NO_ELIGIBLE if stopped else _disposition(sent.outcome),
            note=mask_personal_data(sent.note)[:NOTE_LIMIT],
            mode=_MODES.get(how),
            present=tuple(one for one in Presence if one.value in present.split()),
            next_appointment=again,
            device=self.device.id,
        )

    def _submission(self) -> Submission | None:
        case, read = self.asked.case, self.read
        if case is None or read is None:
            return None
        how = self.record.values.get(_HOW, ("",))[0]
        design = replace(case.design, base_weight=case.design.base_weight * (self._eligible() or 1))
        return Submission(
            wave=self.asked.wave.id,
            response_id=self.record.id,
            questionnaire=self.asked.questionnaire.name,
            version=self.asked.questionnaire.version,
            answers=read.answers,
            source=Source.PROB,
            mode=Mode.SELF if _MODES.get(how) is VisitMode.SELF else Mode.INTERVIEWER,
            purpose=Purpose.LIVE,
            language=self._language(),
            area=case.area,
            started_at=start_without_hour(self.began, self.ended),
            design=design,
            interviewer=self.device.interviewer,
        )

    def _language(self) -> str:
        """What the interviewer said; a form that was made before this was asked was in Chinese."""
        told = self.record.visit.language if self.record.visit else ""
        return told if told in {*LANGUAGES, *self.asked.questionnaire.languages} else LANGUAGES[0]

    def _eligible(self) -> int | None:
        """How many persons could have been chosen: the last stage of the selection."""
        written = self.record.visit.eligible if self.record.visit else ""
        return int(written) if written.isdecimal() and 1 <= int(written) <= MOST_ELIGIBLE else None

    def _look_for_reasons(self, visit: tuple[VisitOutcome, str] | None, read: ReadAnswers) -> None:
        record, asked = self.record, self.asked
        self.reasons += [f"{fault.item}: {fault.key.value}" for fault in read.faults]
        if record.replaces is not None:
            self.reasons.append(f"an edit of the record {record.replaces}")
        if record.version != str(asked.questionnaire.version):
            self.reasons.append(
                f"version: expected {asked.questionnaire.version}, found {record.version[:20] or 'none'}"
            )
        if not asked.wave.accepts_sent(self.began, self.now):
            self.reasons.append(f"wave: {asked.wave.status.value}")
        if self._eligible() is None:
            self.reasons.append(f"eligible persons: expected 1 to {MOST_ELIGIBLE}")
        if visit is not None and self._interviewed_before():
            self.reasons.append("a second interview at one dwelling")

    def _interviewed_before(self) -> bool:
        """Whether another visit to the dwelling, received earlier, brought an interview."""
        visit = self.record.visit
        with self.storage.read() as session:
            return visit is not None and is_second_interview(session, self.record.form, visit.case, visit.id)

    def _known(self, submission: Submission) -> bool:
        """Whether these very answers were accepted before: then nothing that happened since changes that."""
        sha256 = sha256_hex(submission.content())
        with self.storage.read() as session:
            row = session.get(LedgerRow, (submission.wave, submission.response_id, sha256))
        return row is not None and row.outcome == Outcome.ACCEPTED

    def _keep(self) -> Filed:
        asked, record = self.asked, self.record
        refusal = Refusal(
            wave=asked.wave.id,
            response_id=record.id,
            questionnaire=asked.questionnaire.name,
            version=asked.questionnaire.version,
            reasons=tuple(dict.fromkeys(self.reasons)),
            record=mask_personal_data(record.answers_xml),
        )
        received = keep_for_review(self.storage, self.key, refusal, end_of_day(self.now))
        return Filed(Filing.KEPT, received.receipt, tuple(refusal.reasons))

    def _filed(self, received: Received, visit: tuple[VisitOutcome, str] | None) -> Filed:
        if received.outcome is Outcome.CONFLICT or (visit and visit[0] is VisitOutcome.CONFLICT):
            return Filed(Filing.CONFLICT, received.receipt)
        again = received.outcome is Outcome.ALREADY_RECEIVED
        return Filed(Filing.REPEATED if again else Filing.STORED, received.receipt)


_MODES = {"1": VisitMode.READ, "2": VisitMode.SELF, "3": VisitMode.CODE}


def _filed_visit(visit: tuple[VisitOutcome, str] | None, reasons: list[str], filing: Filing = Filing.VISIT) -> Filed:
    """A record without answers that may be kept."""
    if visit is None:
        raise FieldworkError("record: expected a visit or answers, found neither")
    outcome, receipt = visit
    if outcome is VisitOutcome.CONFLICT:
        return Filed(Filing.CONFLICT, receipt)
    if outcome.kept_for_review:
        return Filed(Filing.KEPT, receipt, tuple(reasons))
    return Filed(Filing.REPEATED if outcome is VisitOutcome.ALREADY_RECEIVED else filing, receipt)


def _disposition(written: str) -> Disposition:
    try:
        return Disposition(written)
    except ValueError:
        raise FieldworkError(f"visit: expected the code of an outcome, found {written[:20]!r}") from None
