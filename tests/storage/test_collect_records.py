"""Records of ODK Collect in storage: counted once, cut into visit and answers, kept where they cannot be taken."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from survey.actions.fieldwork.collect_devices import recognise_collect_device, revoke_collect_device
from survey.actions.fieldwork.keep_collect_files import Attachment
from survey.actions.fieldwork.receive_collect_record import Filed, Filing, receive_collect_record
from survey.actions.upkeep.verify_storage import verify_storage
from survey.exchange.openrosa.record import read_record
from survey.fieldwork.case import CaseState
from survey.programme.wave import WaveStatus
from survey.storage import Storage
from survey.storage.accounts import AccountRow
from survey.storage.collect import AttachmentRow, CollectDeviceRow
from survey.storage.fieldwork import CaseRow
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow
from survey.storage.visits import VisitConflictRow, VisitRow
from survey.storage.waves import save_wave
from tests.factories import COMMUNITY, DISTRICT, KEY
from tests.web.openrosa.field import Field, Sent, store_field


@pytest.fixture
def field(storage: Storage) -> Field:
    return store_field(storage, cases=3)


def receive(storage: Storage, field: Field, sent: Sent, *files: Attachment) -> Filed:
    now = datetime.now(UTC)
    return receive_collect_record(storage, KEY, field.device.device, read_record(sent.xml()), files, now)


def everything(storage: Storage, *tables: type) -> list[str]:
    """Every row of the tables as text."""
    with storage.read() as session:
        return [
            json.dumps({column.name: str(getattr(row, column.key)) for column in row.__table__.columns})
            for table in tables
            for row in session.query(table)
        ]


def test_answers_carry_community_weight_and_day_and_the_visit_carries_the_case(storage: Storage, field: Field) -> None:
    sent = Sent(field.cases[0].id)
    filed = receive(storage, field, sent)
    assert filed.filing is Filing.STORED
    with storage.read() as session:
        response = session.query(ResponseRow).one()
        visit = session.query(VisitRow).one()
        case = session.get(CaseRow, ("door-1", field.cases[0].id))
    assert (response.area, response.source, response.mode) == (COMMUNITY, "prob", "interviewer")
    assert response.base_weight == pytest.approx(80.0), "one of two persons was chosen"
    assert (response.interviewer, response.poster) == ("fy-01", None)
    answers = json.loads(response.answers)
    assert (answers["a1"], answers["a3"], answers["interview_present"]) == ("3", ["1", "4"], ["99"])
    assert (visit.case_id, visit.disposition, visit.mode, visit.present) == (field.cases[0].id, "110", "R", "99")
    assert case is not None
    assert case.disposition == "110"
    assert list(verify_storage(storage, KEY)) == []


def test_nothing_in_storage_leads_from_an_answer_to_its_visit(storage: Storage, field: Field) -> None:
    counted, kept = Sent(field.cases[0].id), Sent(field.cases[1].id)
    kept.answers["a1"] = "77"
    for sent in (counted, kept):
        receive(storage, field, sent)
    answers = "\n".join(everything(storage, ResponseRow, LedgerRow, ConflictRow))
    visits = "\n".join(everything(storage, VisitRow, VisitConflictRow, CaseRow, CollectDeviceRow))
    for sent, case in ((counted, field.cases[0]), (kept, field.cases[1])):
        for word in (sent.visit, case.id, case.address, field.device.device.id):
            assert word not in answers
        assert sent.instance.removeprefix("uuid:") not in visits
    with storage.read() as session:
        times = {row.received_at.time() for row in session.query(ResponseRow)}
        assert times.isdisjoint({row.received_at.time() for row in session.query(VisitRow) if row.received_at})


def test_a_visit_without_an_interview_stores_no_answer(storage: Storage, field: Field) -> None:
    filed = receive(storage, field, Sent(field.cases[0].id, outcome="224", note="敲门无人，电话 13900000000"))
    assert filed.filing is Filing.VISIT
    assert everything(storage, ResponseRow, LedgerRow) == []
    [visit] = everything(storage, VisitRow)
    assert json.loads(visit)["disposition"] == "224"
    assert "13900000000" not in visit


def test_below_the_minimum_age_nothing_of_the_answers_is_kept(storage: Storage, field: Field) -> None:
    sent = Sent(field.cases[0].id)
    sent.answers = {"age_confirmed": "2", "a1": "3", "photo": "1.jpg"}
    assert receive(storage, field, sent, Attachment("1.jpg", "image/jpeg", b"?")).filing is Filing.BELOW_AGE
    assert everything(storage, ResponseRow, LedgerRow, ConflictRow, AttachmentRow) == []
    [visit] = everything(storage, VisitRow)
    assert json.loads(visit)["disposition"] == "470"


def test_a_repeated_record_gets_the_same_receipt_even_after_everything_around_it_changed(
    storage: Storage, field: Field
) -> None:
    sent = Sent(field.cases[0].id)
    first = receive(storage, field, sent)
    with storage.write() as session:
        closed = datetime.now(UTC) - timedelta(days=3)
        save_wave(session, replace(field.wave.wave, status=WaveStatus.CLOSED, closed_at=closed))
        session.get_one(CaseRow, ("door-1", field.cases[0].id)).interviewer = "fy-02"
        session.get_one(CaseRow, ("door-1", field.cases[0].id)).state = CaseState.CLOSED.value
    again = receive(storage, field, sent)
    assert (again.filing, again.receipt) == (Filing.REPEATED, first.receipt)
    assert len(everything(storage, ResponseRow)) == 1
    assert len(everything(storage, LedgerRow)) == 1


def kept(storage: Storage, field: Field, sent: Sent) -> tuple[str, ...]:
    """The reasons for which a record was kept; nothing was counted, and twice is once."""
    before = everything(storage, ResponseRow)
    first, again = receive(storage, field, sent), receive(storage, field, sent)
    assert (first.filing, again.filing) == (Filing.KEPT, Filing.KEPT)
    assert first.receipt == again.receipt
    assert everything(storage, ResponseRow) == before
    with storage.read() as session:
        [row] = session.query(LedgerRow).filter_by(response_id=sent.instance.removeprefix("uuid:"))
    assert row.outcome == "refused"
    assert json.loads(row.content)["reasons"] == list(first.reasons)
    assert list(verify_storage(storage, KEY)) == []
    return first.reasons


def test_what_cannot_count_is_kept_with_its_reasons(storage: Storage, field: Field) -> None:
    case = field.cases[0].id
    faulty = Sent(case, version="7")
    faulty.answers |= {"a1": "77", "shoe_size": "43"}
    assert kept(storage, field, faulty) == (
        "shoe_size: unknown_item",
        "a1: unknown_code",
        "version: expected 1, found 7",
    )
    edit = Sent(field.cases[1].id, meta={"deprecatedID": faulty.instance}, eligible="")
    assert kept(storage, field, edit) == (
        f"an edit of the record {faulty.instance.removeprefix('uuid:')}",
        "eligible persons: expected 1 to 30",
    )
    assert kept(storage, field, Sent("no-such-dwelling")) == ("visit: unknown_case",)


def test_a_reassigned_dwelling_and_a_second_interview_are_kept(storage: Storage, field: Field) -> None:
    receive(storage, field, Sent(field.cases[0].id))
    assert kept(storage, field, Sent(field.cases[0].id)) == ("a second interview at one dwelling",)
    with storage.write() as session:
        session.get_one(CaseRow, ("door-1", field.cases[1].id)).interviewer = "fy-02"
    assert kept(storage, field, Sent(field.cases[1].id)) == ("visit: not_assigned",)


def test_a_record_after_the_end_of_the_wave_is_kept(storage: Storage, field: Field) -> None:
    with storage.write() as session:
        closed = datetime.now(UTC) - timedelta(days=3)
        save_wave(session, replace(field.wave.wave, status=WaveStatus.CLOSED, closed_at=closed))
    assert kept(storage, field, Sent(field.cases[0].id)) == ("wave: closed",)


def test_the_parts_of_one_record_may_arrive_at_the_same_moment(storage: Storage, field: Field) -> None:
    sent = Sent(field.cases[0].id, meta={"audit": "0.csv"})
    files = [Attachment("0.csv", "text/csv", b"event,node\n")] * 6
    with ThreadPoolExecutor(6) as pool:
        filings = [one.filing for one in pool.map(lambda file: receive(storage, field, sent, file), files)]
    assert sorted(filings) == [Filing.REPEATED] * 5 + [Filing.STORED]
    assert len(everything(storage, ResponseRow)) == len(everything(storage, AttachmentRow)) == 1
    with storage.read() as session:
        device = session.query(CollectDeviceRow).one()
    assert (device.received, device.repeated, device.kept) == (1, 5, 0)


def test_a_changed_or_stray_attachment_is_found_by_verification(storage: Storage, field: Field) -> None:
    sent = Sent(field.cases[0].id, meta={"audit": "0.csv"})
    receive(storage, field, sent, Attachment("0.csv", "text/csv", b"event,node\n"))
    assert list(verify_storage(storage, KEY)) == []
    with storage.write() as session:
        session.query(AttachmentRow).one().content = "AAAA"
        stray = {"response_id": "nobody", "sha256": "0" * 64, "media_type": "", "size": 0, "content": ""}
        session.add(AttachmentRow(wave="door-1", name="1.csv", received_on=datetime.now(UTC).date(), **stray))
    told = {str(one).split(": ", 2)[2] for one in verify_storage(storage, KEY)}
    assert told == {
        f"{sent.instance.removeprefix('uuid:')} 0.csv: the content has another sha256 than its row",
        "nobody 1.csv: the content has another sha256 than its row",
        "nobody 1.csv: the ledger holds no record that it belongs to",
    }


def test_a_token_is_stored_as_a_hash_and_opens_nothing_once_it_is_revoked(storage: Storage, field: Field) -> None:
    token, device = field.device.token, field.device.device
    assert not any(token in row for row in everything(storage, CollectDeviceRow))
    assert recognise_collect_device(storage, token) == device
    assert recognise_collect_device(storage, token[:-1]) is None
    now = datetime.now(UTC)
    assert not revoke_collect_device(storage, device.id, area="990101002", now=now, actor="elsewhere")
    assert revoke_collect_device(storage, device.id, area=DISTRICT, now=now, actor="test")
    assert recognise_collect_device(storage, token) is None


def test_the_device_of_somebody_who_left_opens_nothing(storage: Storage, field: Field) -> None:
    with storage.write() as session:
        session.query(AccountRow).one().active = False
    assert recognise_collect_device(storage, field.device.token) is None
