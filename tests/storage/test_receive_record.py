"""Records from workers' devices: taken once, proven, never lost, and nothing joins an answer to its case."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from survey.actions.fieldwork.contact_device import contact_device
from survey.actions.fieldwork.enrol_device import Enrolment
from survey.actions.fieldwork.import_device_file import FORMAT, import_device_file
from survey.actions.fieldwork.list_devices import list_devices
from survey.actions.fieldwork.list_field_work import list_field_work
from survey.actions.fieldwork.receive_record import receive_record
from survey.actions.fieldwork.stop_device import stop_device
from survey.actions.upkeep.verify_storage import verify_storage
from survey.fieldwork.device import Delivered, DeviceError, KeptReason, RecordOutcome, StoppedDeviceError
from survey.fieldwork.device_token import DeviceTokenError
from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.response.day_only import duration_of
from survey.storage import Storage
from survey.storage.devices import KeptRecordRow
from survey.storage.fieldwork import CaseRow
from survey.storage.questionnaires import QuestionnaireVersionRow, add_version
from survey.storage.responses import ResponseRow
from survey.storage.visits import VisitRow
from survey.storage.waves import WaveRow, save_wave
from tests.factories import COMMUNITY, DISTRICT, KEY, NOW
from tests.fieldwork import Field, answer_record, body_of, close_box, enrol, store_field, visit_record
from tests.published import definition_of, store_real_wave


@pytest.fixture
def field(storage: Storage) -> Field:
    return store_field(storage, store_real_wave(storage, "resident"))


@pytest.fixture
def device(storage: Storage, field: Field) -> Enrolment:
    return enrol(storage, field)


def send(storage: Storage, device: Enrolment, record: dict[str, Any], body: bytes | None = None) -> Delivered:
    return receive_record(storage, KEY, device.deliver_token, record["id"], body or body_of(record, device), NOW)


def rows(storage: Storage, table: Any) -> list[Any]:
    with storage.read() as session:
        return list(session.scalars(select(table)))


def test_an_answer_is_stored_with_its_place_day_and_duration_and_without_case_or_hour(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    record = answer_record(field)
    assert send(storage, device, record).outcome is RecordOutcome.ACCEPTED
    [row] = rows(storage, ResponseRow)
    assert (row.area, row.interviewer, row.source, row.mode) == (COMMUNITY, "fy-01", "prob", "interviewer")
    assert row.base_weight == 80.0, "two persons could have been asked"
    assert duration_of(row.started_at) == timedelta(minutes=9, seconds=30)
    assert row.received_at.isoformat() == "2026-05-18T15:59:59+00:00", "the last second of the day in Asia/Shanghai"
    stored = json.dumps({key: str(value) for key, value in vars(row).items()})
    assert not any(case.id in stored or case.address in stored for case in field.cases)
    assert device.device.id not in stored
    assert list(verify_storage(storage, KEY)) == []


def test_a_reply_that_was_lost_is_given_again_and_nothing_is_stored_twice(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    for record in (answer_record(field), visit_record(field)):
        body = body_of(record, device)
        first, second = (send(storage, device, record, body) for _ in range(2))
        assert (first.outcome, second.outcome) == (RecordOutcome.ACCEPTED, RecordOutcome.ALREADY_RECEIVED)
        assert first.receipt == second.receipt
    assert (len(rows(storage, ResponseRow)), len(rows(storage, VisitRow))) == (1, 1)
    assert list_devices(storage, DISTRICT).devices[0].received == 2


def test_a_receipt_is_bound_to_the_id_and_to_the_bytes_that_came(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    record = visit_record(field)
    body = body_of(record, device)
    told = send(storage, device, record, body)
    assert (told.id, told.sha256) == (record["id"], hashlib.sha256(body).hexdigest())
    said = f"{told.id}|{told.sha256}|{told.outcome.value}|{told.receipt}".encode()
    assert hmac.new(base64.b64decode(device.receipt_key), said, hashlib.sha256).hexdigest() == told.proof


def test_other_content_under_the_same_id_is_a_conflict_and_both_are_kept(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    answer, visit = answer_record(field), visit_record(field)
    send(storage, device, answer)
    send(storage, device, visit)
    assert send(storage, device, answer | {"answers": {"age_confirmed": ["1"]}}).outcome is RecordOutcome.CONFLICT
    assert send(storage, device, visit | {"note": "改过"}).outcome is RecordOutcome.CONFLICT
    [summary] = list_devices(storage, DISTRICT).devices
    assert (summary.received, summary.conflicts) == (2, 2)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"place": "made up"}, KeptReason.UNKNOWN_PLACE),
        ({"version": 7}, KeptReason.UNKNOWN_VERSION),
        ({"wave": "another"}, KeptReason.WAVE_NOT_OPEN),
        ({"answers": {"age_confirmed": ["1"], "a1": ["77"]}}, KeptReason.FAULTY),
        ({"answers": {"age_confirmed": ["2"]}}, KeptReason.FAULTY),
        ({"sealed": {"point": "", "iv": "", "content": ""}}, KeptReason.UNREADABLE),
        ({"surprise": 1}, KeptReason.FAULTY),
    ],
)
def test_what_cannot_be_taken_is_kept_for_review_and_acknowledged(
    storage: Storage, field: Field, device: Enrolment, changed: dict[str, Any], reason: KeptReason
) -> None:
    record = answer_record(field, **changed)
    assert [send(storage, device, record).outcome for _ in range(2)] == [RecordOutcome.KEPT] * 2
    [kept] = list_devices(storage, DISTRICT).kept
    assert kept.reason is reason
    assert rows(storage, ResponseRow) == []


def test_a_box_that_is_not_ours_is_kept_as_it_came(storage: Storage, field: Field, device: Enrolment) -> None:
    record = answer_record(field)
    assert send(storage, device, record, b'{"point": "AAAA"}').outcome is RecordOutcome.KEPT
    assert [row.content for row in rows(storage, KeptRecordRow)] == ['{"point": "AAAA"}']


def test_a_respondent_s_own_box_is_opened_here_only(storage: Storage, field: Field, device: Enrolment) -> None:
    inside = close_box({"age_confirmed": ["1"], "a1": ["2"]}, device.office_point)
    send(storage, device, answer_record(field, mode="S", answers={}, sealed=inside))
    [row] = rows(storage, ResponseRow)
    assert (row.mode, json.loads(row.answers)["a1"]) == ("self", "2")


def test_an_old_answer_counts_after_the_wave_has_closed_only_when_it_was_received_before(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    early, late = answer_record(field), answer_record(field)
    send(storage, device, early)
    with storage.write() as session:
        session.execute(update(WaveRow).values(status="closed", closed_at=NOW - timedelta(days=3)))
    assert send(storage, device, early).outcome is RecordOutcome.ALREADY_RECEIVED
    assert send(storage, device, late).outcome is RecordOutcome.KEPT


def test_an_answer_of_the_version_before_is_checked_under_that_version_and_stored_with_it(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    wave = field.stored.wave
    newer = json.loads(json.dumps(definition_of(wave.questionnaire) | {"version": 2}))
    asked = [item for section in newer["sections"] for item in section["items"] if item["name"] == "a1"]
    asked[0]["choices"] = [choice for choice in asked[0]["choices"] if choice["name"] != "3"]
    content = canonical_bytes(newer)
    row = {"sha256": sha256_hex(content), "definition": content.decode(), "published_at": NOW}
    with storage.write() as session:
        add_version(session, QuestionnaireVersionRow(name=wave.questionnaire, version=2, **row))
        session.flush()
        save_wave(session, replace(wave, version=2))
    assert send(storage, device, answer_record(field)).outcome is RecordOutcome.ACCEPTED
    assert send(storage, device, answer_record(field, version=2)).outcome is RecordOutcome.KEPT
    [stored] = rows(storage, ResponseRow)
    assert (stored.version, json.loads(stored.answers)["a1"]) == (1, "3")
    assert list(verify_storage(storage, KEY)) == []


def test_visits_in_any_order_and_to_a_case_of_somebody_else(storage: Storage, field: Field, device: Enrolment) -> None:
    later = visit_record(field, disposition="2111", at="2026-05-19T10:00:00+08:00")
    assert send(storage, device, later).outcome is RecordOutcome.ACCEPTED
    assert send(storage, device, visit_record(field)).outcome is RecordOutcome.ACCEPTED
    assert send(storage, device, visit_record(field, case="nobody's")).outcome is RecordOutcome.KEPT
    assert send(storage, device, visit_record(field, disposition="999")).outcome is RecordOutcome.KEPT


def test_a_day_delivered_in_reverse_order_is_stored_as_it_happened(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    away = visit_record(field, at="2026-05-18T09:00:00+08:00", disposition="225")
    done = visit_record(field, at="2026-05-18T10:10:00+08:00", disposition="110", mode="R")
    answer = answer_record(field)
    for record in (done, answer, away, answer, done):
        send(storage, device, record)
    assert [row.disposition for row in sorted(rows(storage, VisitRow), key=lambda row: row.at)] == ["225", "110"]
    assert [row.response_id for row in rows(storage, ResponseRow)] == [answer["id"]]
    [case] = [row for row in rows(storage, CaseRow) if row.case_id == field.cases[0].id]
    assert case.disposition == "110"
    assert list_devices(storage, DISTRICT).devices[0].received == 3


def test_a_clock_that_is_three_hours_ahead_is_recorded_and_does_not_change_the_day(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    ahead = NOW.replace(hour=15) + timedelta(hours=3)  # 23:00 in Asia/Shanghai; the device says two o'clock
    contact_device(
        storage,
        KEY,
        device.deliver_token,
        device_clock=ahead,
        app_version="test",
        issued=3,
        unsent=1,
        now=NOW.replace(hour=15),
    )
    send(storage, device, answer_record(field, started="2026-05-19T01:50:00+08:00", ended="2026-05-19T02:00:00+08:00"))
    [row] = rows(storage, ResponseRow)
    assert row.started_at.date() == NOW.date()
    [summary] = list_devices(storage, DISTRICT).devices
    assert summary.contact is not None
    assert summary.contact.skew == 3 * 3600
    assert summary.missing == 1, "three made, one on the device, one here"


def test_an_exported_file_is_taken_once_even_when_the_device_was_stopped(
    storage: Storage, field: Field, device: Enrolment
) -> None:
    records = [answer_record(field), visit_record(field), visit_record(field, 1)]
    bodies = [body_of(record, device) for record in records]
    send(storage, device, records[1], bodies[1])
    stop_device(storage, device.device.id, DISTRICT, NOW, "test")
    with pytest.raises(StoppedDeviceError):
        send(storage, device, records[0], bodies[0])
    entries = [{"id": one["id"], "body": body.decode()} for one, body in zip(records, bodies, strict=True)]
    file = json.dumps({"format": FORMAT, "version": 1, "device": device.device.id, "records": entries}).encode()
    assert import_device_file(storage, KEY, file, NOW, "test") == {
        RecordOutcome.ACCEPTED: 2,
        RecordOutcome.ALREADY_RECEIVED: 1,
    }
    assert import_device_file(storage, KEY, file, NOW, "test") == {RecordOutcome.ALREADY_RECEIVED: 3}
    assert list_devices(storage, DISTRICT).devices[0].received == 3


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"format": "other"}', b'{"format": "minyi-field-export", "version": 2}']
)
def test_another_file_is_refused_whole(storage: Storage, device: Enrolment, content: bytes) -> None:
    with pytest.raises(DeviceError, match="expected"):
        import_device_file(storage, KEY, content, NOW, "test")


def test_the_list_of_a_device_holds_its_own_open_cases(storage: Storage, field: Field, device: Enrolment) -> None:
    work = list_field_work(storage, KEY, device.work_token)
    assert [one.case.address for wave in work.waves for one in wave.cases] == [case.address for case in field.cases]
    with pytest.raises(DeviceTokenError):
        list_field_work(storage, KEY, device.deliver_token)
    place = work.place(KEY, work.waves[0].cases[0])
    assert place == work.place(KEY, work.waves[0].cases[1]), "the place is the same for every case of a PSU"
    assert replace(field.cases[0]).id not in place
