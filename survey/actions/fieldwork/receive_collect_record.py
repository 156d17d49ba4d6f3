"""Receive one record of ODK Collect: cut it into a visit and answers, store each once, keep what cannot be taken.

The two parts share nothing in storage: other ids, and of the answers' time only day and duration. Steps 3 and 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError

from survey.actions.fieldwork.keep_collect_files import Attachment, keep_files, keep_recordings
from survey.actions.fieldwork.read_collect_record import CollectReading, asked_of
from survey.actions.fieldwork.record_visit import record_visit
from survey.actions.fieldwork.second_interview import is_second_interview
from survey.actions.response.keep_for_review import Refusal, keep_for_review
from survey.actions.response.receive_response import ResponseRefusedError, receive_response
from survey.exchange.openrosa.collect_form import MOST_ELIGIBLE
from survey.exchange.openrosa.record import Record
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.collect_device import CollectDevice
from survey.fieldwork.visit import VisitOutcome
from survey.instrument.answers import ReadAnswers
from survey.instrument.canonical import sha256_hex
from survey.opinion.personal_data import mask_personal_data
from survey.response.day_only import end_of_day
from survey.response.receipt import Outcome, Received
from survey.response.response import Submission
from survey.storage import Storage
from survey.storage.collect import count_contact
from survey.storage.responses import LedgerRow

_ATTEMPTS = 3
_COUNTERS = {"stored": "received", "visit": "received", "below_age": "received", "repeated": "repeated"}


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
    asked = asked_of(storage, record)
    filed = _Filing(storage, key, CollectReading(device, record, asked, now), now).run()
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


class _Filing:
    """One record on its way: first the visit, because it says whether the answers may count."""

    def __init__(self, storage: Storage, key: str, reading: CollectReading, now: datetime) -> None:
        self.storage, self.key, self.reading, self.now = storage, key, reading, now
        self.record, self.asked = reading.record, reading.asked
        self.reasons: list[str] = []

    def run(self) -> Filed:
        visit = self._record_visit()
        answers = self.reading.answers
        if answers is None:
            return _filed_visit(visit, self.reasons)
        if answers.stopped_at is not None:
            return _filed_visit(visit, self.reasons, Filing.BELOW_AGE)
        submission = self.reading.submission()
        if submission is None or not self._known(submission):
            self._look_for_reasons(visit, answers)
        if submission is None or self.reasons:
            return self._keep()
        try:
            received = receive_response(self.storage, self.key, submission, end_of_day(self.now))
        except ResponseRefusedError as error:
            self.reasons.append(str(error))
            return self._keep()
        return self._filed(received, visit)

    def _record_visit(self) -> tuple[VisitOutcome, str] | None:
        sent = self.record.visit
        if sent is None:
            self.reasons.append("the record holds no visit")
            return None
        received = record_visit(self.storage, self.key, self.reading.visit(sent), self.now)
        if received.outcome.kept_for_review and received.outcome is not VisitOutcome.CONFLICT:
            self.reasons.append(f"visit: {received.outcome.value}")
        return received.outcome, received.receipt

    def _look_for_reasons(self, visit: tuple[VisitOutcome, str] | None, read: ReadAnswers) -> None:
        record, asked = self.record, self.asked
        self.reasons += [f"{fault.item}: {fault.key.value}" for fault in read.faults]
        if record.replaces is not None:
            self.reasons.append(f"an edit of the record {record.replaces}")
        if record.version != str(asked.questionnaire.version):
            self.reasons.append(
                f"version: expected {asked.questionnaire.version}, found {record.version[:20] or 'none'}"
            )
        if not asked.wave.accepts_sent(self.reading.began, self.now):
            self.reasons.append(f"wave: {asked.wave.status.value}")
        if self.reading.eligible is None:
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
