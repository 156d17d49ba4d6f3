"""A form goes on on another device with a short code; the code is bounded, and the table gives nothing away."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from survey.response.resume_code import OPENINGS
from survey.storage import Storage
from survey.storage.resume_codes import ResumeCodeRow
from tests.factories import StoredWave
from tests.web.visitor import Visitor

OpenAll = Callable[..., str]


def ask_for_code(visitor: Visitor, address: str, **values: str) -> str:
    visitor.post(address, {"go": "resume", "age_confirmed": "1", "a1": "2", **values}, 303)
    page = visitor.follow()
    code = page.one("p", class_="receipt").text
    assert re.fullmatch(r"[0-9A-Z]{4} [0-9A-Z]{4}", code)
    return code


def rows(storage: Storage) -> list[ResumeCodeRow]:
    with storage.read() as session:
        return list(session.scalars(select(ResumeCodeRow)))


@pytest.fixture
def form(wave: StoredWave, open_all: OpenAll) -> str:
    return open_all(wave.letters[0].code)


def test_form_goes_on_at_the_first_open_question_with_everything_filled_in(visitor: Visitor, form: str) -> None:
    code = ask_for_code(visitor, form)
    visitor.post("/c/zh-hans-large", {"code": f" {code.lower()} "}, 303)
    page = visitor.follow()
    assert page.one("html").attributes["class"] == "large"
    assert visitor.response is not None
    assert "/ask/" in visitor.response.request.path
    other = visitor.get(re.sub("ask/.*", "all", visitor.response.request.path))
    assert other.values("a1") == ["2"]
    assert visitor.get(form).values("a1") == ["2"], "one form, two devices"


def test_form_asks_for_its_code_twice_and_gets_the_same(visitor: Visitor, app_storage: Storage, form: str) -> None:
    assert ask_for_code(visitor, form) == ask_for_code(visitor, form, a1="3")
    assert len(rows(app_storage)) == 1


def test_code_opens_a_few_times_and_not_once_more(visitor: Visitor, form: str) -> None:
    code = ask_for_code(visitor, form)
    for _ in range(OPENINGS):
        visitor.post("/c", {"code": code}, 303)
    visitor.post("/c", {"code": code}, 422)
    assert ask_for_code(visitor, form) == code
    visitor.post("/c", {"code": code}, 303)


def test_code_is_over_after_two_days_and_its_row_goes(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, form: str, open_all: OpenAll
) -> None:
    code = ask_for_code(visitor, form)
    with app_storage.write() as session:
        session.execute(update(ResumeCodeRow).values(made_on=rows(app_storage)[0].made_on - timedelta(days=3)))
    visitor.post("/c", {"code": code}, 422)
    ask_for_code(visitor, open_all(wave.posters[0].code))
    assert len(rows(app_storage)) == 1


def test_code_of_a_form_that_was_sent_leads_to_its_receipt(visitor: Visitor, form: str) -> None:
    code = ask_for_code(visitor, form)
    visitor.post(form, {"go": "send", "age_confirmed": "1"}, 303)
    visitor.post("/c", {"code": code}, 303)
    assert visitor.follow().one("p", class_="receipt")
    visitor.get(form.replace("/all", "/resume"), 303)


@pytest.mark.parametrize("typed", ["", "3467 9ACC", "34679ACR", "x" * 300, "<b>", "０" * 8])
def test_code_that_is_not_there_is_said_so_beside_the_box(visitor: Visitor, form: str, typed: str) -> None:
    page = visitor.post("/c/en", {"code": typed}, 422)
    assert page.one("p", id="code-error").text
    assert page.title.startswith("Error")


def test_address_with_the_code_fills_the_box_and_uses_nothing_up(
    visitor: Visitor, app_storage: Storage, form: str
) -> None:
    code = ask_for_code(visitor, form).replace(" ", "")
    assert visitor.get(f"/c/zh-hans/{code}").values("code") == [code]
    assert rows(app_storage)[0].opened == 0


def test_table_leads_from_no_code_to_a_form_and_from_no_household_to_a_code(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, form: str
) -> None:
    code = ask_for_code(visitor, form).replace(" ", "")
    kept = str(vars(rows(app_storage)[0]))
    assert code not in kept
    assert wave.letters[0].code not in kept
    assert form.split("/")[2] not in kept


def test_shared_tablet_offers_no_code(visitor: Visitor, wave: StoredWave) -> None:
    page = visitor.get(f"/k/{wave.posters[0].code}/zh-hans-kiosk")
    first = visitor.get(page.one("a", class_="button").attributes["href"])
    assert not first.all("button", value="resume")
