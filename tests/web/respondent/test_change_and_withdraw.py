"""With the receipt an answer is changed or withdrawn, while the wave is open; nobody sees what was answered."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from survey.actions.upkeep.verify_storage import verify_storage
from survey.storage import Storage
from survey.storage.invitations import InvitationRow
from survey.storage.responses import LedgerRow, ResponseRow
from survey.storage.waves import WaveRow
from tests.factories import KEY, StoredWave
from tests.web.page import WebPage
from tests.web.visitor import Visitor

OpenAll = Callable[..., str]
SAID = {"go": "send", "age_confirmed": "1", "a1": "1", "e3": "巷口的老槐树很好看"}


def links(page: WebPage) -> list[str]:
    return [e.attributes["href"] for e in page.all("a") if e.attributes.get("href")]


def link(page: WebPage, ending: str) -> str:
    return next(address for address in links(page) if address.endswith(ending))


def send(visitor: Visitor, address: str, **values: str) -> WebPage:
    visitor.post(address, SAID | values, 303)
    return visitor.follow()


def receipt(page: WebPage) -> str:
    return page.one("p", class_="receipt").text


def response(storage: Storage) -> ResponseRow:
    with storage.read() as session:
        return session.scalars(select(ResponseRow)).one()


@pytest.fixture(params=["poster", "letter"])
def sent(request: pytest.FixtureRequest, visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> WebPage:
    """The receipt's page after the first answer, by a poster and by a household's letter."""
    code = (wave.posters if request.param == "poster" else wave.letters)[0].code
    return send(visitor, open_all(code))


def test_answer_is_changed_in_an_empty_form_and_counts_once(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    before = response(app_storage)
    page = visitor.get(link(sent, "/change"))
    form = visitor.get(link(page, "/all"))
    assert form.values("a1") == [], "what was answered is not shown"
    assert "老槐树" not in form.text
    assert "您正在修改" in form.text
    changed = send(visitor, link(page, "/all"), a1="2")
    assert changed.heading == "改过的答案已经收到，谢谢您"
    now = response(app_storage)
    assert json.loads(now.answers)["a1"] == "2"
    kept = ("response_id", "source", "poster", "stratum", "psu", "base_weight", "purpose")
    assert [getattr(now, name) for name in kept] == [getattr(before, name) for name in kept]
    assert visitor.get(f"/r/{receipt(sent)}").heading == "这份答案后来改过"
    with app_storage.read() as session:
        codes = [letter.code for letter in wave.letters]
        assert not any(code in row.content for row in session.scalars(select(LedgerRow)) for code in codes)
    assert list(verify_storage(app_storage, KEY)) == []


def test_answer_is_changed_one_question_at_a_time_and_sent_twice(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    page = visitor.get(link(sent, "/change"))
    first = next(address for address in links(page) if "/ask/" in address)
    visitor.post(first, {"go": "next", "age_confirmed": "1"}, 303)
    visitor.follow()
    visitor.post(re.sub("ask/.*", "ask/a1", first), {"go": "review", "a1": "3"}, 303)
    review = visitor.follow()
    assert "提交以后代替原来的一份" in review.text
    receipts = [receipt(send(visitor, re.sub("ask/.*", "review", first))) for _ in range(2)]
    assert receipts[0] == receipts[1] != receipt(sent)
    assert json.loads(response(app_storage).answers)["a1"] == "3"


def test_answer_is_withdrawn_after_a_question_and_may_be_given_again(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    question = visitor.get(link(sent, "/withdraw"))
    edition = question.values("edition")[0]
    address = f"/r/{receipt(sent)}/zh-hans/withdraw"
    for _ in range(2):
        visitor.post(address, {"edition": edition}, 303)
        assert visitor.follow().heading == "答案已经撤回"
    assert (response(app_storage).purpose, response(app_storage).answers) == ("withdrawn", "{}")
    visitor.get(address, 303)
    again = visitor.get(link(visitor.get(f"/r/{receipt(sent)}"), "/change"))
    assert send(visitor, link(again, "/all"), a1="2").heading == "改过的答案已经收到，谢谢您"
    assert json.loads(response(app_storage).answers)["a1"] == "2"
    assert list(verify_storage(app_storage, KEY)) == []


def test_withdrawal_of_an_answer_that_was_changed_meanwhile_does_nothing_and_says_so(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    page = visitor.get(link(sent, "/change"))
    send(visitor, link(page, "/all"), a1="2")
    visitor.post(f"/r/{receipt(sent)}/zh-hans/withdraw", {"edition": "1"}, 303)
    assert "这一次没有撤回" in visitor.follow().text
    assert json.loads(response(app_storage).answers)["a1"] == "2"


def test_two_forms_that_change_the_same_edition_end_in_one_change_and_one_review(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    forms = [link(visitor.get(link(sent, "/change")), "/all") for _ in range(2)]
    send(visitor, forms[0], a1="2")
    late = send(visitor, forms[1], a1="3")
    assert late.heading == "已经收到，等待核对"
    assert json.loads(response(app_storage).answers)["a1"] == "2"
    assert list(verify_storage(app_storage, KEY)) == []


def test_closed_wave_takes_no_change_and_the_receipt_offers_none(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    with app_storage.write() as session:
        session.execute(update(WaveRow).values(status="closed", closed_at=datetime.now(UTC)))
    page = visitor.get(f"/r/{receipt(sent)}/zh-hans")
    assert not [address for address in links(page) if address.endswith(("/change", "/withdraw"))]
    for action in ("change", "withdraw"):
        visitor.get(f"/r/{receipt(sent)}/zh-hans/{action}", 410)
    visitor.post(f"/r/{receipt(sent)}/zh-hans/withdraw", {"edition": "1"}, 410)


def test_answer_may_be_changed_although_its_poster_was_retired(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    with app_storage.write() as session:
        session.execute(update(InvitationRow).values(retired_at=datetime.now(UTC)))
    page = visitor.get(link(sent, "/change"))
    assert "改过的答案" in send(visitor, link(page, "/all"), a1="2").heading


def test_answer_that_an_interviewer_brought_is_not_changed_with_its_receipt(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, sent: WebPage
) -> None:
    with app_storage.write() as session:
        session.execute(update(ResponseRow).values(mode="interviewer"))
    assert not [address for address in links(visitor.get(f"/r/{receipt(sent)}")) if address.endswith("/change")]
    visitor.get(f"/r/{receipt(sent)}/zh-hans/change", 404)
    visitor.post(f"/r/{receipt(sent)}/zh-hans/withdraw", {"edition": "1"}, 404)


@pytest.mark.parametrize("look", ["zh-hant", "en-large"])
def test_pages_of_change_and_withdrawal_speak_the_language_of_the_address(
    visitor: Visitor, wave: StoredWave, sent: WebPage, look: str
) -> None:
    headings = {visitor.get(f"/r/{receipt(sent)}/{look}/{page}").heading for page in ("change", "withdraw")}
    expected = {
        "zh-hant": {"修改答案", "要撤回這份答案嗎？"},
        "en-large": {"Change my answers", "Withdraw these answers?"},
    }
    assert headings == expected[look]
