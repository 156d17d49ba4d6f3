"""Position, photograph and sound beside a visit: only what a wave asks for, rounded, apart from answers, for a time."""

import base64
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from survey.actions.fieldwork.assign_cases import Decision
from survey.actions.fieldwork.enrol_device import Enrolment
from survey.actions.fieldwork.keep_collect_files import Attachment
from survey.actions.fieldwork.list_cases import show_case
from survey.actions.fieldwork.receive_collect_record import Filing, receive_collect_record
from survey.actions.fieldwork.receive_record import receive_record
from survey.actions.fieldwork.show_recordings import open_recording, remove_recording
from survey.actions.upkeep.clean_up import clean_up
from survey.actions.upkeep.verify_storage import verify_storage
from survey.exchange.openrosa.collect_form import collect_sheets
from survey.exchange.openrosa.record import read_record
from survey.exchange.xlsform.xform import to_xform
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.device import Delivered, RecordOutcome
from survey.programme.recording_plan import RecordingPlan
from survey.storage import Storage
from survey.storage.collect import AttachmentRow
from survey.storage.devices import KeptRecordRow
from survey.storage.events import EventRow
from survey.storage.questionnaires import require_questionnaire
from survey.storage.recordings import VisitRecordingRow
from survey.storage.responses import LedgerRow, ResponseRow
from survey.storage.waves import save_wave
from tests.factories import DISTRICT, KEY, NOW, make_wave
from tests.fieldwork import Field, body_of, enrol, store_field, visit_record
from tests.published import store_real_wave
from tests.web.openrosa.field import Sent
from tests.web.openrosa.field import store_field as store_street

PLAN = RecordingPlan(position_metres=200, photo=True, keep_days=10)
HERE = {"latitude": 31.234567, "longitude": 121.456789}
JPEG = b"\xff\xd8\xff a door \xff\xd9"


@pytest.fixture
def field(storage: Storage) -> Field:
    wave = replace(make_wave("wave-resident"), recording=PLAN)
    return store_field(storage, store_real_wave(storage, "resident", wave))


@pytest.fixture
def device(storage: Storage, field: Field) -> Enrolment:
    return enrol(storage, field)


def recorded(visit: str, what: str, media_type: str, content: bytes, wave: str = "wave-resident") -> dict[str, Any]:
    names = {"kind": "recording", "id": str(uuid.uuid4()), "wave": wave, "visit": visit, "what": what}
    return names | {"media_type": media_type, "content": base64.b64encode(content).decode()}


def send(storage: Storage, device: Enrolment, record: dict[str, Any]) -> Delivered:
    return receive_record(storage, KEY, device.deliver_token, record["id"], body_of(record, device), NOW)


def rows(storage: Storage, table: Any) -> list[Any]:
    with storage.read() as session:
        return list(session.scalars(select(table)))


def send_all(storage: Storage, device: Enrolment, field: Field) -> tuple[str, str]:
    """A position and a photograph before the visit they belong to; returns the ids of visit and photograph."""
    visit = visit_record(field)
    position = recorded(visit["id"], "position", "application/json", json.dumps(HERE).encode())
    photo = recorded(visit["id"], "photo", "image/jpeg", JPEG)
    for record in (position, photo, visit):
        assert send(storage, device, record).outcome is RecordOutcome.ACCEPTED
        assert send(storage, device, record).outcome is RecordOutcome.ALREADY_RECEIVED
    return visit["id"], photo["id"]


def test_a_position_is_rounded_before_it_is_stored_and_stands_beside_its_case(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    send_all(storage, device, field)
    shown = show_case(storage, "wave-resident", field.cases[0].id, DISTRICT).recordings
    photo, position = sorted(shown, key=lambda one: one.kind.value)
    latitude, longitude = position.position
    assert abs(latitude - HERE["latitude"]) < 0.002 > abs(longitude - HERE["longitude"])
    stored = "".join(base64.b64decode(row.content).decode(errors="replace") for row in rows(storage, VisitRecordingRow))
    assert "31.23456" not in stored
    assert "121.4567" not in stored
    assert photo.content == JPEG
    assert list(verify_storage(storage, KEY)) == []


def test_what_the_wave_does_not_ask_for_is_told_and_nothing_of_it_is_kept(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    sound = recorded(str(uuid.uuid4()), "audio", "audio/webm", b"voices in the stairwell")
    false = recorded(str(uuid.uuid4()), "photo", "text/html", b"<script>stairwell</script>")
    for record, reason in ((sound, "not_asked"), (false, "faulty")):
        assert send(storage, device, record).outcome is RecordOutcome.KEPT
        [kept] = [row for row in rows(storage, KeptRecordRow) if row.record_id == record["id"]]
        assert kept.reason == reason
        assert record["content"] not in kept.content
    assert rows(storage, VisitRecordingRow) == []


def test_recordings_go_on_their_day(storage: Storage, field: Field, device: Enrolment) -> None:
    send_all(storage, device, field)
    assert clean_up(storage, NOW + timedelta(days=10)).recordings == 0
    assert clean_up(storage, NOW + timedelta(days=11)).recordings == 2
    assert rows(storage, VisitRecordingRow) == []


def test_opening_and_deleting_are_logged_and_for_the_area_only(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    _, photo = send_all(storage, device, field)
    names = ("wave-resident", field.cases[0].id, photo)
    with pytest.raises(FieldworkError):
        open_recording(storage, *names, area="990101002", now=NOW, actor="elsewhere")
    assert open_recording(storage, *names, area=DISTRICT, now=NOW, actor="supervisor").content == JPEG
    with pytest.raises(FieldworkError):
        remove_recording(storage, *names, Decision("supervisor", DISTRICT, NOW, ""))
    remove_recording(storage, *names, Decision("supervisor", DISTRICT, NOW, "住户收回同意"))
    assert len(rows(storage, VisitRecordingRow)) == 1
    assert [row.action for row in rows(storage, EventRow)][-2:] == ["open_recording", "remove_recording"]


def test_collect_asks_for_consent_and_what_it_sends_stands_with_the_visit_only(storage: Storage) -> None:
    street = store_street(storage)
    wave = replace(street.wave.wave, recording=PLAN)
    with storage.write() as session:
        save_wave(session, wave)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
    form = to_xform(collect_sheets(wave, questionnaire)).decode()
    assert "visit_consent" in form
    assert "<upload" in form
    assert "visit_audio" not in form

    agreed = {"visit_consent": "position photo", "visit_position": "31.234567 121.456789 4 3", "visit_photo": "1.jpg"}
    sent = Sent(street.cases[0].id, beside=agreed)
    parts: list[list[Attachment]] = [[], [Attachment("1.jpg", "image/jpeg", JPEG)], []]
    missing = [collect(storage, street, sent, files).awaited for files in parts]
    assert missing == [("1.jpg",), (), ()]
    assert sorted(row.kind for row in rows(storage, VisitRecordingRow)) == ["photo", "position"]
    assert {row.visit_id for row in rows(storage, VisitRecordingRow)} == {sent.visit}
    assert "1.jpg" not in "".join(row.content for row in rows(storage, LedgerRow))
    assert rows(storage, AttachmentRow) == []

    refused = Sent(street.cases[1].id, beside=agreed | {"visit_consent": ""})
    collect(storage, street, refused, [Attachment("1.jpg", "image/jpeg", JPEG)])
    assert len(rows(storage, VisitRecordingRow)) == 2
    assert len(rows(storage, ResponseRow)) == 2, "refusing costs nothing"


def collect(storage: Storage, street: Any, sent: Sent, files: list[Attachment]) -> Any:
    now = datetime.now(UTC)
    filed = receive_collect_record(storage, KEY, street.device.device, read_record(sent.xml()), files, now)
    assert filed.filing in {Filing.STORED, Filing.REPEATED}
    return filed
