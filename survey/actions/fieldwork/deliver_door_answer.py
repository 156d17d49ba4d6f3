"""Hand an answer from the door to storage: checked under the version it was asked with, weighted by its place.

Stored are community, interviewer, day and duration; never the case and never the hour.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from survey.actions.fieldwork.not_taken import NotTakenError
from survey.actions.response.receive_response import ResponseRefusedError, receive_response
from survey.actions.response.save_draft import mask_texts
from survey.fieldwork.device import KeptReason
from survey.fieldwork.field_record import AnswerRecord
from survey.fieldwork.place_token import Place, PlaceTokenError, unseal_place
from survey.fieldwork.sealed_box import SealedBoxError, open_box
from survey.instrument.answers import read_answers
from survey.instrument.canonical import sha256_hex
from survey.instrument.load import from_definition
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.invitation import PlaceType
from survey.programme.area import AreaLevel
from survey.programme.wave import Wave
from survey.response.day_only import end_of_day, start_without_hour
from survey.response.receipt import Received
from survey.response.response import Answers, Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.questionnaires import load_definition
from survey.storage.responses import is_in_ledger
from survey.storage.waves import load_wave

_MODES = {"R": Mode.INTERVIEWER, "S": Mode.SELF}


@dataclass(frozen=True)
class _Asked:
    """What the record refers to, as it is stored here."""

    wave: Wave
    questionnaire: Questionnaire
    communities: frozenset[str]


def deliver_door_answer(
    storage: Storage, key: str, record: AnswerRecord, *, interviewer: str, skew: timedelta, now: datetime
) -> Received:
    """Store the answer once. `skew`: how far the device's clock is ahead of ours.

    Raises `NotTakenError` for a record that has to wait for a person, `StorageUnavailableError` when nothing could be
    stored.
    """
    asked = _asked(storage, record)
    started, ended = record.started - skew, record.ended - skew
    place = _place(record, key)
    submission = Submission(
        wave=record.wave,
        response_id=record.id,
        questionnaire=record.questionnaire,
        version=record.version,
        answers=_answers(record, asked, key),
        source=Source.PROB,
        mode=_MODES[record.mode],
        purpose=Purpose.LIVE,
        language=record.language,
        area=place.area,
        started_at=start_without_hour(started, ended),
        design=replace(place.design, base_weight=place.design.base_weight * (record.eligible or 1)),
        interviewer=interviewer,
    )
    # One that was received before the wave closed is still the same answer and gets the same receipt.
    if not asked.wave.accepts_sent(started, now) and not _is_known(storage, submission):
        raise NotTakenError(KeptReason.WAVE_NOT_OPEN, f"wave {record.wave}: {asked.wave.status}; no answers now")
    try:
        return receive_response(storage, key, submission, end_of_day(now))
    except ResponseRefusedError as error:
        raise NotTakenError(KeptReason.UNKNOWN_PLACE, str(error)) from error


def _is_known(storage: Storage, submission: Submission) -> bool:
    with storage.read() as session:
        return is_in_ledger(session, submission.wave, submission.response_id, sha256_hex(submission.content()))


def _asked(storage: Storage, record: AnswerRecord) -> _Asked:
    with storage.read() as session:
        wave = load_wave(session, record.wave)
        definition = load_definition(session, record.questionnaire, record.version)
        communities = frozenset(area.code for area in load_area_tree(session).at(AreaLevel.COMMUNITY))
    if wave is None:
        raise NotTakenError(KeptReason.WAVE_NOT_OPEN, f"wave {record.wave}: never opened here")
    if definition is None or wave.questionnaire != record.questionnaire:
        asked = f"{record.questionnaire} v{record.version}"
        raise NotTakenError(KeptReason.UNKNOWN_VERSION, f"questionnaire: expected {wave.questionnaire}, found {asked}")
    return _Asked(wave, from_definition(json.loads(definition)), communities)


def _place(record: AnswerRecord, key: str) -> Place:
    try:
        place = unseal_place(key, record.place)
    except PlaceTokenError as error:
        raise NotTakenError(KeptReason.UNKNOWN_PLACE, str(error)) from error
    if place.wave != record.wave:
        raise NotTakenError(KeptReason.UNKNOWN_PLACE, f"place: expected one of {record.wave}, found {place.wave}")
    return place


def _answers(record: AnswerRecord, asked: _Asked, key: str) -> Answers:
    values = mask_texts(asked.questionnaire, _values(record, key))
    carried = {"place_type": PlaceType.HOME.value}
    context = {value.name: carried[value.name] for value in asked.questionnaire.context if value.name in carried}
    read = read_answers(asked.questionnaire, values, context=context, areas=asked.communities)
    if read.stopped_at is not None:
        raise NotTakenError(KeptReason.FAULTY, f"{read.stopped_at.name}: below the minimum age, nothing may be kept")
    if read.faults:
        told = ", ".join(f"{fault.item}: {fault.key}" for fault in read.faults)
        raise NotTakenError(KeptReason.FAULTY, told)
    return read.answers


def _values(record: AnswerRecord, key: str) -> Mapping[str, list[str]]:
    """The strings of the form; those of a respondent who filled in alone come out of their own box."""
    if record.sealed is None:
        return record.answers
    try:
        inside = open_box(record.sealed, key)
    except SealedBoxError as error:
        raise NotTakenError(KeptReason.UNREADABLE, str(error)) from error
    if not all(isinstance(given, list) and all(isinstance(one, str) for one in given) for given in inside.values()):
        raise NotTakenError(KeptReason.FAULTY, "sealed answers: expected lists of strings")
    filled_in = {name: given for name, given in inside.items() if isinstance(given, list)}
    return {**record.answers, **filled_in}
