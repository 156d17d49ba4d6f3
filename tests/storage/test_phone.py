"""Interviews by telephone: stored once as an answer and a visit that nothing joins; what may not count is kept."""

import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from survey.actions.fieldwork.interview_by_phone import Call, Interviewed, interview_by_phone, open_phone_form
from survey.actions.upkeep.verify_storage import verify_storage
from survey.fieldwork.case import FieldworkError
from survey.response.day_only import duration_of
from survey.response.receipt import Outcome
from survey.storage import Storage
from survey.storage.fieldwork import CaseRow
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow
from survey.storage.visits import VisitRow
from tests.factories import COMMUNITY, KEY, NOW
from tests.fieldwork import Field, store_field
from tests.published import store_real_wave

TOLD = {"age_confirmed": ["1"], "a1": ["3"]}


@pytest.fixture
def field(storage: Storage) -> Field:
    return store_field(storage, store_real_wave(storage, "doorstep"))


def on_the_line(field: Field, **changed: Any) -> Call:
    ids = {"response_id": str(uuid.uuid4()), "visit_id": str(uuid.uuid4())}
    times = {"opened_at": NOW - timedelta(minutes=7), "interviewer": field.account.interviewer_code}
    return Call(**(ids | times | {"language": "zh-Hans", "eligible_persons": 3} | changed))  # type: ignore[arg-type]


def interview(
    storage: Storage, field: Field, call: Call, told: dict[str, list[str]] | None = None, now: datetime = NOW
) -> Interviewed:
    case = field.cases[0]
    form = open_phone_form(storage, call.interviewer, case.wave, case.id)
    return interview_by_phone(storage, KEY, form, call, told or TOLD, now)


def rows(storage: Storage, table: Any) -> list[Any]:
    with storage.read() as session:
        return list(session.scalars(select(table)))


def test_an_interview_sent_twice_is_one_answer_and_one_attempt_and_nothing_joins_them(
    storage: Storage, field: Field
) -> None:
    call = on_the_line(field)
    first, again = (interview(storage, field, call) for _ in range(2))
    assert first.received is not None
    assert again.received is not None
    assert (first.received.outcome, again.received.outcome) == (Outcome.ACCEPTED, Outcome.ALREADY_RECEIVED)
    assert first.received.receipt == again.received.receipt
    [response], [visit] = rows(storage, ResponseRow), rows(storage, VisitRow)
    assert (response.mode, response.source, response.area, response.interviewer) == (
        "phone",
        "prob",
        COMMUNITY,
        "fy-01",
    )
    assert response.base_weight == 120.0, "one of three persons"
    assert duration_of(response.started_at) == timedelta(minutes=7)
    assert "interview_how" not in json.loads(response.answers), "not asked on the telephone"
    assert (visit.case_id, visit.mode, visit.disposition) == (field.cases[0].id, "phone", "120")
    answers = json.dumps([{name: str(value) for name, value in vars(row).items()} for row in rows(storage, LedgerRow)])
    for word in (call.visit_id, field.cases[0].id, field.cases[0].address):
        assert word not in answers + response.answers
    assert list(verify_storage(storage, KEY)) == []


def test_a_second_interview_at_one_dwelling_is_kept_and_does_not_count(storage: Storage, field: Field) -> None:
    interview(storage, field, on_the_line(field))
    second = on_the_line(field)
    outcomes = [interview(storage, field, second, now=NOW + timedelta(hours=1)).received for _ in range(2)]
    assert [one.outcome for one in outcomes if one] == [Outcome.REFUSED, Outcome.REFUSED]
    assert len(rows(storage, ResponseRow)) == 1
    [conflict] = rows(storage, ConflictRow)
    assert conflict.reason == "refused"


def test_a_case_that_went_to_somebody_else_while_they_talked_is_kept(storage: Storage, field: Field) -> None:
    call, case = on_the_line(field), field.cases[0]
    form = open_phone_form(storage, call.interviewer, case.wave, case.id)
    with storage.write() as session:
        session.execute(update(CaseRow).where(CaseRow.case_id == case.id).values(interviewer="fy-02"))
    done = interview_by_phone(storage, KEY, form, call, TOLD, NOW)
    assert done.received is not None
    assert done.received.outcome is Outcome.REFUSED
    assert rows(storage, ResponseRow) == rows(storage, VisitRow) == []
    with pytest.raises(FieldworkError):
        open_phone_form(storage, call.interviewer, case.wave, case.id)


def test_below_the_minimum_age_and_with_faults_nothing_is_stored(storage: Storage, field: Field) -> None:
    young = interview(storage, field, on_the_line(field), {"age_confirmed": ["2"], "a1": ["3"]})
    assert young.read.stopped_at is not None
    assert interview(storage, field, on_the_line(field), {"age_confirmed": ["1"], "a1": ["77"]}).read.faults
    assert rows(storage, LedgerRow) == rows(storage, VisitRow) == []
    with pytest.raises(FieldworkError):
        replace(on_the_line(field), eligible_persons=0)
