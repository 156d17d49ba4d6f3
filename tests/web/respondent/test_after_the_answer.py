"""After the answer: two offers beside the receipt, forms that keep what was typed, a tracking code, a consent."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from survey.storage import Storage
from survey.storage.opinions import OpinionRow, ReplySlipRow
from tests.factories import StoredWave
from tests.web.page import WebPage
from tests.web.visitor import Visitor

TEXT = "广场的灯不亮\n请修一修"


def count(storage: Storage, table: type[OpinionRow] | type[ReplySlipRow]) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def filled(page: WebPage, **values: str) -> dict[str, str]:
    return {"ticket": page.values("ticket")[0], "go": "send", **values}


def test_receipt_offers_both_and_neither_address_holds_the_receipt(
    visitor: Visitor, wave: StoredWave, open_all: Callable[..., str]
) -> None:
    visitor.post(open_all(wave.posters[0].code), {"go": "send", "age_confirmed": "1"}, 303)
    page = visitor.follow()
    for kind in ("opinion", "slip"):
        link = page.one("a", href=f"/w/{wave.wave.id}/{kind}/zh-hans")
        assert link.attributes["rel"] == "noreferrer"
        visitor.get(link.attributes["href"])


def test_opinion_gets_a_tracking_code_and_its_page_shows_state_and_not_the_text(
    visitor: Visitor, wave: StoredWave, app_storage: Storage
) -> None:
    form = visitor.get(f"/w/{wave.wave.id}/opinion/en")
    values = filled(form, topic="facilities", text=TEXT, area="990101001001")
    visitor.post(f"/w/{wave.wave.id}/opinion/en", values, 303)
    page = visitor.follow()
    code = page.one("p", class_="receipt").text
    assert "灯" not in page.text
    assert page.one("li", **{"aria-current": "step"}).text.split()[-1] == "Received"
    assert "Received" in page.text
    visitor.post(f"/w/{wave.wave.id}/opinion/en", values, 303)
    assert visitor.follow().one("p", class_="receipt").text == code
    assert count(app_storage, OpinionRow) == 1
    visitor.post("/o", {"opinion": code.lower(), "look": "zh-hant"}, 303)
    assert visitor.follow().one("html").attributes["lang"] == "zh-Hant"


def test_masked_number_is_told(visitor: Visitor, wave: StoredWave) -> None:
    form = visitor.get(f"/w/{wave.wave.id}/opinion/zh-hans")
    visitor.post(
        f"/w/{wave.wave.id}/opinion/zh-hans", filled(form, topic="other", text="请打 13900000000", area=""), 303
    )
    assert "已经用 * 遮住" in visitor.follow().text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"topic": "", "text": TEXT}, "topic"),
        ({"topic": "nonsense", "text": TEXT}, "topic"),
        ({"topic": "other", "text": " "}, "text"),
        ({"topic": "other", "text": "字" * 1001}, "text"),
        ({"topic": "other", "text": TEXT, "area": "1"}, "area"),
    ],
)
def test_faulty_opinion_is_shown_again_with_what_was_typed(
    visitor: Visitor, wave: StoredWave, app_storage: Storage, values: dict[str, str], field: str
) -> None:
    form = visitor.get(f"/w/{wave.wave.id}/opinion/zh-hans")
    page = visitor.post(f"/w/{wave.wave.id}/opinion/zh-hans", filled(form, **values), 422)
    summary = page.one("a", href=f"#{field}")
    [marked] = [e for e in page.elements if e.attributes.get("id") == field]
    assert marked.attributes["aria-describedby"].endswith(f"{field}-error")
    assert summary.text in page.one("p", id=f"{field}-error").text, "what is wrong stands at the field as well"
    assert page.values("text") == [values["text"]]
    assert page.values("ticket") == form.values("ticket")
    assert count(app_storage, OpinionRow) == 0


@pytest.mark.parametrize("kind", ["opinion", "slip"])
def test_language_and_size_change_without_losing_what_was_typed(visitor: Visitor, wave: StoredWave, kind: str) -> None:
    form = visitor.get(f"/w/{wave.wave.id}/{kind}/zh-hans")
    values = {**filled(form, text=TEXT, contact="a@example.org"), "go": "en-large"}
    page = visitor.post(f"/w/{wave.wave.id}/{kind}/zh-hans", values)
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("html").attributes["class"] == "large"
    assert page.values("text" if kind == "opinion" else "contact") == [TEXT if kind == "opinion" else "a@example.org"]
    assert page.values("ticket") == form.values("ticket")


def test_slip_is_stored_with_consent_only(visitor: Visitor, wave: StoredWave, app_storage: Storage) -> None:
    address = f"/w/{wave.wave.id}/slip/zh-hans"
    form = visitor.get(address)
    assert not form.one("input", name="consent").attributes.get("checked"), "consent is given, never presumed"
    page = visitor.post(address, filled(form, name="王女士", contact="a@example.org"), 422)
    assert page.one("a", href="#consent").text in page.one("p", id="consent-error").text
    assert count(app_storage, ReplySlipRow) == 0
    for _ in range(2):
        visitor.post(address, filled(form, name="王女士", contact="a@example.org", consent="yes"), 303)
    assert "a@example.org" not in visitor.follow().text
    assert count(app_storage, ReplySlipRow) == 1


@pytest.mark.parametrize("kind", ["opinion", "slip"])
def test_form_with_a_ticket_that_is_not_ours_stores_nothing(
    visitor: Visitor, wave: StoredWave, app_storage: Storage, kind: str
) -> None:
    other = visitor.get(f"/w/{wave.wave.id}/{'slip' if kind == 'opinion' else 'opinion'}/zh-hans").values("ticket")[0]
    for ticket in ("", "x", other):
        values = {"ticket": ticket, "topic": "other", "text": TEXT, "contact": "a", "consent": "yes", "go": "send"}
        visitor.post(f"/w/{wave.wave.id}/{kind}/zh-hans", values, 400)
    assert (count(app_storage, OpinionRow), count(app_storage, ReplySlipRow)) == (0, 0)


@pytest.mark.parametrize("typed", ["", "x", "346 79A CDE", "../q", "<b>"])
def test_tracking_code_that_is_not_there_is_not_found(visitor: Visitor, wave: StoredWave, typed: str) -> None:
    visitor.post("/o", {"opinion": typed}, 303 if typed.replace(" ", "").isalnum() else 404)
    visitor.get("/o/34679ACDE", 404)


def test_wave_that_is_not_there_has_no_forms(visitor: Visitor, wave: StoredWave) -> None:
    for kind in ("opinion", "slip", "slip-sent"):
        visitor.get(f"/w/nothing/{kind}/zh-hans", 404)
