"""Opinions and reply slips: once, masked, encrypted, scoped to an area, and joined to no answer."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Date, inspect, select

from survey.actions.opinion.list_opinions import list_opinions, read_slips
from survey.actions.opinion.send_opinion import find_opinion, send_opinion
from survey.actions.opinion.send_reply_slip import delete_old_slips, send_reply_slip
from survey.invitation.code import is_well_formed
from survey.opinion.opinion import OpinionError, OpinionState, Topic
from survey.opinion.reply_slip import KEPT, ReplySlip, ReplySlipError
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.opinions import OpinionRow, ReplySlipRow
from tests.factories import COMMUNITY, DISTRICT, KEY, NOW, STREET, WAVE, store_wave

TODAY = date(2026, 5, 18)
SLIP = ReplySlip(str(uuid.uuid4()), WAVE, "王女士", "someone@example.org", True, TODAY)


def send(storage: Storage, text: str = "路灯不亮", id_: str | None = None, area: str = COMMUNITY) -> str:
    return send_opinion(
        storage,
        id_=id_ or str(uuid.uuid4()),
        wave=WAVE,
        topic=Topic.FACILITIES,
        area=area,
        text=text,
        language="zh-Hans",
        today=TODAY,
    )


def test_opinion_is_acknowledged_by_a_code_and_kept_masked(storage: Storage) -> None:
    store_wave(storage)
    code = send(storage, " 请回电 13900000000 ")
    assert is_well_formed(code)
    found = find_opinion(storage, f"{code[:3]} {code[3:6].lower()}-{code[6:]}")
    assert found is not None
    assert found[0].text == "请回电 ***********"
    assert found[0].state is OpinionState.RECEIVED


def test_opinion_sent_twice_is_one_and_a_changed_one_is_another(storage: Storage) -> None:
    store_wave(storage)
    same = str(uuid.uuid4())
    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(lambda _: send(storage, id_=same), range(16)))
    assert len(codes) == 1
    assert send(storage, "路灯不亮，第二天也不亮", same) not in codes
    assert list_opinions(storage, DISTRICT).count() == 2


@pytest.mark.parametrize(("text", "area"), [("", COMMUNITY), (" \n", COMMUNITY), ("字" * 1001, COMMUNITY), ("x", "1")])
def test_opinion_that_cannot_be_taken_stores_nothing(storage: Storage, text: str, area: str) -> None:
    store_wave(storage)
    with pytest.raises(OpinionError):
        send(storage, text, area=area)
    assert list_opinions(storage, DISTRICT).count() == 0


def test_office_of_a_street_sees_the_opinions_about_its_street_and_no_slips(storage: Storage) -> None:
    store_wave(storage)
    send(storage)
    send(storage, area="990101002001")
    send(storage, area=DISTRICT)
    send_reply_slip(storage, SLIP, KEY)
    street, whole = list_opinions(storage, STREET), list_opinions(storage, DISTRICT)
    assert [opinion.area for opinion in street.opinions] == [COMMUNITY]
    assert (street.count(), street.slips) == (1, ())
    assert (whole.count(Topic.FACILITIES, OpinionState.RECEIVED), whole.count(Topic.OTHER)) == (3, 0)
    assert [(wave.id, n) for wave, n in whole.slips] == [(WAVE, 1)]
    assert read_slips(storage, WAVE, STREET, KEY, NOW, "x") is None


def test_slip_lies_encrypted_and_reading_it_is_logged(storage: Storage) -> None:
    store_wave(storage)
    send_reply_slip(storage, SLIP, KEY)
    with storage.read() as session:
        row = session.scalars(select(ReplySlipRow)).one()
    assert "example" not in row.content
    assert "王" not in row.content
    found = read_slips(storage, WAVE, DISTRICT, KEY, NOW, "office@office.example")
    assert found is not None
    assert [(slip.name, slip.contact) for slip in found[1]] == [("王女士", "someone@example.org")]
    with storage.read() as session:
        event = session.scalars(select(EventRow).where(EventRow.action == "read_reply_slips")).one()
    assert (event.actor, event.detail) == ("office@office.example", "1 slips")
    with pytest.raises(ReplySlipError):
        read_slips(storage, WAVE, DISTRICT, "another key", NOW, "x")


def test_slip_sent_again_takes_the_place_of_the_first(storage: Storage) -> None:
    store_wave(storage)
    send_reply_slip(storage, SLIP, KEY)
    send_reply_slip(storage, replace(SLIP, contact="other@example.org"), KEY)
    found = read_slips(storage, WAVE, DISTRICT, KEY, NOW, "x")
    assert found is not None
    assert [slip.contact for slip in found[1]] == ["other@example.org"]


def test_slips_are_deleted_when_their_time_is_over(storage: Storage) -> None:
    store_wave(storage)
    send_reply_slip(storage, SLIP, KEY)
    assert delete_old_slips(storage, TODAY + KEPT) == 0
    later = datetime.combine(TODAY + KEPT + timedelta(days=1), datetime.min.time(), UTC)
    assert delete_old_slips(storage, later.date()) == 1
    assert read_slips(storage, WAVE, DISTRICT, KEY, later, "x") is not None


def test_neither_table_has_a_time_of_day_or_a_column_that_leads_to_an_answer(storage: Storage) -> None:
    of_answers = {"response_id", "receipt", "poster", "psu", "stratum", "interviewer", "started_at", "received_at"}
    for row in (OpinionRow, ReplySlipRow):
        columns = {column["name"]: column["type"] for column in inspect(storage.engine).get_columns(row.__tablename__)}
        assert not of_answers & set(columns)
        times = [name for name, kind in columns.items() if "TIME" in str(kind).upper()]
        assert times == []
        assert any(isinstance(kind, Date) for kind in columns.values())
    assert "area" not in ReplySlipRow.__table__.columns
