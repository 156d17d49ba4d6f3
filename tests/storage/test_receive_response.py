"""Every outcome of receiving a response, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey.actions.response.receive_response import ResponseRefusedError, receive_response
from survey.response.receipt import Outcome, sign_receipt
from survey.storage import Storage
from survey.storage.base import Base
from survey.storage.invitations import CodeUseRow
from survey.storage.responses import ConflictRow, DraftRow, LedgerRow, ResponseRow
from tests.factories import ANSWERS, COMMUNITY, KEY, NOW, STREET, WAVE, make_submission, store_wave


def count(storage: Storage, table: type[Base]) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_new_response_is_stored_with_its_ledger_row_and_a_receipt(storage: Storage) -> None:
    store_wave(storage)
    sent = make_submission(code="346346346")
    received = receive_response(storage, KEY, sent, NOW)
    assert received.outcome is Outcome.ACCEPTED
    with storage.read() as session:
        row = session.scalars(select(ResponseRow)).one()
        ledger = session.scalars(select(LedgerRow)).one()
    assert (row.response_id, row.receipt, row.sha256) == (sent.response_id, received.receipt, ledger.sha256)
    assert received.receipt == sign_receipt(KEY, WAVE, sent.response_id, row.sha256)
    assert row.answers == '{"a1":"3","a3":["1","4"],"b1":"5","b2":null,"g1":"路灯很亮"}'
    assert (row.received_at, row.started_at, row.poster, row.area) == (NOW, sent.started_at, "346346346", COMMUNITY)
    assert (ledger.outcome, ledger.content) == ("accepted", sent.content().decode())


def test_it_is_known_of_each_response_whether_its_form_was_kept_half_filled_in(storage: Storage) -> None:
    store_wave(storage)
    plain, kept = make_submission(), make_submission()
    with storage.write() as session:
        session.add(DraftRow(wave=WAVE, response_id=kept.response_id, values="{}", changed_on=NOW.date()))
    assert not receive_response(storage, KEY, plain, NOW).had_draft
    assert receive_response(storage, KEY, kept, NOW).had_draft
    assert not receive_response(storage, KEY, kept, NOW).had_draft  # received before: nothing was started again
    assert count(storage, DraftRow) == 0


def test_same_content_again_gets_the_same_receipt_and_no_second_row(storage: Storage) -> None:
    store_wave(storage)
    sent = make_submission()
    first = receive_response(storage, KEY, sent, NOW)
    again = receive_response(storage, KEY, sent, NOW + timedelta(hours=5))
    assert (again.outcome, again.receipt) == (Outcome.ALREADY_RECEIVED, first.receipt)
    assert (count(storage, ResponseRow), count(storage, LedgerRow), count(storage, ConflictRow)) == (1, 1, 0)


def test_other_content_under_the_same_id_is_kept_as_conflict_with_its_own_receipt(storage: Storage) -> None:
    store_wave(storage)
    sent = make_submission()
    first = receive_response(storage, KEY, sent, NOW)
    changed = make_submission(response_id=sent.response_id, answers=ANSWERS | {"a1": "4"})
    for _ in range(2):
        received = receive_response(storage, KEY, changed, NOW)
        assert received.outcome is Outcome.CONFLICT
        assert received.receipt != first.receipt
    with storage.read() as session:
        conflict = session.scalars(select(ConflictRow)).one()
        kept = session.get(LedgerRow, (WAVE, sent.response_id, conflict.sha256))
        assert session.scalars(select(ResponseRow)).one().receipt == first.receipt
    assert kept is not None
    assert (kept.content, kept.outcome, conflict.reason) == (changed.content().decode(), "conflict", "conflict")


def test_second_answer_of_a_household_is_kept_for_review_and_not_counted(storage: Storage) -> None:
    letter = store_wave(storage).letters[0]
    receive_response(storage, KEY, make_submission(code=letter.code, single_use=True), NOW)
    second = make_submission(code=letter.code, single_use=True)
    outcomes = [receive_response(storage, KEY, second, NOW).outcome for _ in range(2)]
    assert outcomes == [Outcome.CODE_USED, Outcome.CODE_USED]
    assert (count(storage, ResponseRow), count(storage, LedgerRow), count(storage, ConflictRow)) == (1, 2, 1)


def test_poster_takes_many_answers(storage: Storage) -> None:
    poster = store_wave(storage).posters[0]
    outcomes = [receive_response(storage, KEY, make_submission(code=poster.code), NOW).outcome for _ in range(3)]
    assert outcomes == [Outcome.ACCEPTED] * 3
    assert count(storage, CodeUseRow) == 0


def test_code_of_a_household_stands_in_no_row_of_its_answer(storage: Storage) -> None:
    letter = store_wave(storage).letters[0]
    receive_response(storage, KEY, make_submission(code=letter.code, single_use=True), NOW)
    with storage.read() as session:
        rows = [session.execute(select(table.__table__)).one() for table in (ResponseRow, LedgerRow)]
        use = session.scalars(select(CodeUseRow)).one()
    assert letter.code not in str(rows)
    assert (use.code, use.used_on) == (letter.code, NOW.date())
    response = rows[0]._mapping
    assert (response["poster"], response["stratum"], response["psu"]) == (None, STREET, COMMUNITY)


@pytest.mark.parametrize("delivered", [Outcome.ACCEPTED, Outcome.CONFLICT])
def test_draft_goes_when_its_answers_are_stored(storage: Storage, delivered: Outcome) -> None:
    store_wave(storage)
    sent = make_submission()
    if delivered is Outcome.CONFLICT:
        receive_response(storage, KEY, make_submission(response_id=sent.response_id, answers={"a1": "1"}), NOW)
    drafts = [
        DraftRow(wave=WAVE, response_id=response_id, values="{}", changed_on=NOW.date())
        for response_id in (sent.response_id, "another")
    ]
    with storage.write() as session:
        session.add_all(drafts)
    assert receive_response(storage, KEY, sent, NOW).outcome is delivered
    with storage.read() as session:
        assert [row.response_id for row in session.scalars(select(DraftRow))] == ["another"]


@pytest.mark.parametrize("fault", [{"wave": "unknown"}, {"area": "990199999999"}])
def test_response_of_an_unknown_wave_or_area_is_refused_and_leaves_nothing(
    storage: Storage, fault: dict[str, str]
) -> None:
    store_wave(storage)
    sent = make_submission(wave=fault.get("wave", WAVE), area=fault.get("area", COMMUNITY))
    with pytest.raises(ResponseRefusedError, match="refused"):
        receive_response(storage, KEY, sent, NOW)
    assert (count(storage, ResponseRow), count(storage, LedgerRow), count(storage, ConflictRow)) == (0, 0, 0)
