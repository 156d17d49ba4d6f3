"""A shared tablet: back to the start after each answer, nothing of it left, and no household letter on it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from survey.storage import Storage
from survey.storage.responses import DraftRow, LedgerRow, ResponseRow
from tests.factories import StoredWave
from tests.web.page import WebPage
from tests.web.visitor import Visitor


def first_question(visitor: Visitor, wave: StoredWave, look: str = "zh-hans-kiosk") -> str:
    page = visitor.get(f"/k/{wave.posters[0].code}/{look}")
    return page.one("a", class_="button").attributes["href"]


def base(address: str) -> str:
    """The address of the form without its page."""
    return "/".join(address.split("/")[:4])


def refresh(page: WebPage) -> str:
    return page.one("meta", **{"http-equiv": "refresh"}).attributes["content"]


def drafts(storage: Storage) -> int:
    with storage.read() as session:
        return session.scalars(select(func.count()).select_from(DraftRow)).one()


@pytest.mark.parametrize("look", ["", "/zh-hans", "/en-large", "/zh-hant-kiosk"])
def test_first_page_is_large_and_leads_to_one_question_at_a_time(visitor: Visitor, wave: StoredWave, look: str) -> None:
    page = visitor.get(f"/k/{wave.posters[0].code}{look}")
    assert page.one("html").attributes["class"] == "large"
    address = page.one("a", class_="button").attributes["href"]
    assert "-kiosk/ask/" in address
    assert not [a for a in page.all("a") if a.attributes.get("href", "").endswith(("/all", "-large"))]
    switches = [a.attributes["href"] for a in page.all("a") if a.attributes.get("href", "").startswith("/k/")]
    assert len(switches) == 3
    assert all(switch.endswith(("-kiosk", "-kiosk-contrast")) for switch in switches)


def test_after_sending_the_receipt_is_shown_and_the_first_page_comes_back(visitor: Visitor, wave: StoredWave) -> None:
    form = base(first_question(visitor, wave))
    visitor.post(f"{form}/all", {"go": "send", "age_confirmed": "1"}, 303)
    assert visitor.response is not None
    assert visitor.response.headers["Location"] == f"{form}/done"
    page = visitor.follow()
    assert len(page.one("p", class_="receipt").text) == 14
    start = f"/k/{wave.posters[0].code}/zh-hans-kiosk"
    assert refresh(page) == f"20;url={start}"
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert "三分钟" in visitor.get(start).text


def test_a_minute_later_whoever_goes_back_finds_the_first_page(
    visitor: Visitor, wave: StoredWave, app_storage: Storage
) -> None:
    address = first_question(visitor, wave)
    form = base(address)
    visitor.post(f"{form}/all", {"go": "send", "age_confirmed": "1"}, 303)
    with app_storage.write() as session:
        row = session.scalars(select(LedgerRow)).one()
        earlier = row.received_at - timedelta(seconds=61)
        session.execute(update(LedgerRow).values(received_at=earlier))
    for page in (f"{form}/done", address, f"{form}/all", f"{form}/review"):
        visitor.get(page, 303)
        assert visitor.response is not None
        where = visitor.response.headers["Location"]
        assert where in {f"{form}/done", f"/k/{wave.posters[0].code}/zh-hans-kiosk"}, "never the answers"


def test_leaving_forgets_what_was_filled_in(visitor: Visitor, wave: StoredWave, app_storage: Storage) -> None:
    address = first_question(visitor, wave)
    visitor.post(address, {"go": "next", "age_confirmed": "1"}, 303)
    second = visitor.follow()
    assert drafts(app_storage) == 1
    assert refresh(second) == "180;url=../leave"
    assert [s.attributes["data-kiosk-leave"] for s in second.all("script") if "data-kiosk-leave" in s.attributes] == [
        "../leave"
    ]
    visitor.get(f"{base(address)}/leave", 303)
    assert drafts(app_storage) == 0
    assert visitor.get(address).values("age_confirmed") == []
    with app_storage.read() as session:
        assert session.scalars(select(func.count()).select_from(ResponseRow)).one() == 0


def test_below_the_minimum_age_the_first_page_comes_back(visitor: Visitor, wave: StoredWave) -> None:
    address = first_question(visitor, wave)
    page = visitor.post(address, {"go": "next", "age_confirmed": "2"})
    assert refresh(page) == f"10;url={base(address)}/leave"


def test_no_page_outside_the_tablet_leaves_by_itself(visitor: Visitor, wave: StoredWave) -> None:
    start = visitor.get(f"/q/{wave.posters[0].code}")
    addresses = [a.attributes["href"] for a in start.all("a") if a.attributes.get("href", "").startswith("/a/")]
    assert len(addresses) == 2
    for page in (start, *(visitor.get(address) for address in addresses)):
        assert page.all("meta", **{"http-equiv": "refresh"}) == []
        assert not [script for script in page.all("script") if "data-kiosk-leave" in script.attributes]
    visitor.get(f"{base(addresses[0])}/leave", 404)
    visitor.get(f"{base(addresses[0])}/done", 404)


def test_a_households_letter_is_not_for_a_shared_tablet(visitor: Visitor, wave: StoredWave) -> None:
    visitor.get(f"/k/{wave.letters[0].code}", 404)


def test_the_code_is_taken_as_it_is_read_out(app: Flask, visitor: Visitor, wave: StoredWave) -> None:
    code = wave.posters[0].code
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    spoken = f"{code[:3]}，{code[3:6].lower()}。 {code[6:]}"
    for typed in (full_width, spoken, f"https://survey.example/q/{code}", "-".join(code)):
        visitor.post("/", {"code": typed}, 303)
        assert visitor.response is not None
        assert visitor.response.headers["Location"] == f"/q/{code}"
    assert "不方便扫码" in visitor.get("/").text
