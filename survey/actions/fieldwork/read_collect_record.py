"""Read one record of ODK Collect against what is stored here: which answers, visit and submission it makes. Step 3."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from survey.actions.response.save_draft import mask_texts
from survey.exchange.openrosa.collect_form import INTERVIEWED, MOST_ELIGIBLE
from survey.exchange.openrosa.record import Record, SentVisit
from survey.fieldwork.case import FieldworkError, SampledCase
from survey.fieldwork.collect_device import CollectDevice
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import NOTE_LIMIT, Presence, Visit, VisitMode
from survey.instrument.answers import ReadAnswers, read_answers
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import LANGUAGES
from survey.invitation.invitation import PlaceType
from survey.opinion.personal_data import mask_personal_data
from survey.programme.area import AreaLevel
from survey.programme.wave import Wave, WaveStatus
from survey.response.day_only import start_without_hour
from survey.response.response import Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import load_case
from survey.storage.questionnaires import require_questionnaire
from survey.storage.waves import load_wave

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_LENGTH = 36
_HOW, _PRESENT = "interview_how", "interview_present"  # items of the doorstep questionnaire
_MODES = {"1": VisitMode.READ, "2": VisitMode.SELF, "3": VisitMode.CODE}


class UnknownFormError(ValueError):
    """No wave that was opened here has a form with this id."""


@dataclass(frozen=True)
class Asked:
    """What the record refers to, as it is stored here."""

    wave: Wave
    questionnaire: Questionnaire
    communities: frozenset[str]
    case: SampledCase | None


def asked_of(storage: Storage, record: Record) -> Asked:
    """Raises `UnknownFormError`."""
    with storage.read() as session:
        wave = load_wave(session, record.form)
        if wave is None or wave.status is WaveStatus.DRAFT:
            raise UnknownFormError(f"form {record.form[:40]!r}: expected the id of a wave that was opened here")
        case = load_case(session, wave.id, record.visit.case) if record.visit and record.visit.case else None
        return Asked(
            wave=wave,
            questionnaire=require_questionnaire(session, wave.questionnaire, wave.version),
            communities=frozenset(area.code for area in load_area_tree(session).at(AreaLevel.COMMUNITY)),
            case=case,
        )


class CollectReading:
    """One record as it is read: its answers, checked, and the visit and the submission that it makes."""

    def __init__(self, device: CollectDevice, record: Record, asked: Asked, now: datetime) -> None:
        self.device, self.record, self.asked = device, record, asked
        visit = record.visit
        interviewed = bool(record.values) if visit is None else visit.outcome in set(INTERVIEWED)
        self.answers = self._read() if interviewed else None
        self.began = visit.started if visit and visit.started else now
        self._ended = visit.ended if visit and visit.ended else self.began

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

    def visit(self, sent: SentVisit) -> Visit:
        """Raises `FieldworkError` for one that no form of ours makes."""
        if sent.started is None or not _ID.fullmatch(sent.id) or not 0 < len(sent.case) <= _ID_LENGTH:
            raise FieldworkError("visit: expected a UUID, a dwelling and the time of the beginning, found other things")
        stopped = self.answers is not None and self.answers.stopped_at is not None
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

    def submission(self) -> Submission | None:
        """None without answers, and for a dwelling that is not of the sample."""
        case, read = self.asked.case, self.answers
        if case is None or read is None:
            return None
        how = self.record.values.get(_HOW, ("",))[0]
        design = replace(case.design, base_weight=case.design.base_weight * (self.eligible or 1))
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
            started_at=start_without_hour(self.began, self._ended),
            design=design,
            interviewer=self.device.interviewer,
        )

    def _language(self) -> str:
        """What the interviewer said; a form that was made before this was asked was in Chinese."""
        told = self.record.visit.language if self.record.visit else ""
        return told if told in {*LANGUAGES, *self.asked.questionnaire.languages} else LANGUAGES[0]

    @property
    def eligible(self) -> int | None:
        """How many persons could have been chosen: the last stage of the selection."""
        written = self.record.visit.eligible if self.record.visit else ""
        return int(written) if written.isdecimal() and 1 <= int(written) <= MOST_ELIGIBLE else None


def _disposition(written: str) -> Disposition:
    try:
        return Disposition(written)
    except ValueError:
        raise FieldworkError(f"visit: expected the code of an outcome, found {written[:20]!r}") from None
