"""The form on one page: sent once, sent twice, sent wrong, in three languages; what reaches the database."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from survey.storage import Storage
from survey.storage.invitations import CodeUseRow
from survey.storage.responses import ConflictRow, DraftRow, LedgerRow, ResponseRow
from tests.factories import StoredWave
from tests.published import store_real_wave
from tests.web.visitor import Visitor

OpenAll = Callable[..., str]
ANSWERS = {
    "age_confirmed": "1",
    "a1": "3",
    "a2": "",
    "a3": ["1", "4"],
    "c3_window": "7",
    "c3": "4",
    "e1": "99",
    "e3": "路灯很亮",
    "f1": "9",
    "f4": "990101002002",
    "go": "send",
}


def rows(storage: Storage, table: type) -> list[object]:
    with storage.read() as session:
        return list(session.scalars(select(table)))


def test_answers_are_stored_with_their_place_and_source(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    visitor.post(open_all(wave.posters[0].code, "en"), ANSWERS, 303)
    assert "Thank you" in visitor.follow().heading
    [row] = rows(app_storage, ResponseRow)
    answers = json.loads(row.answers)
    assert answers["a1"] == "3"
    assert answers["a2"] is None, "left out is kept as not answered"
    assert answers["a3"] == ["1", "4"]
    assert "c3" not in answers, "what its condition left out is not asked, whatever was posted"
    assert "e1_outcome" not in answers
    assert answers["f1"] == "9", "refused is a choice"
    assert (row.source, row.mode, row.purpose, row.language) == ("qr", "self", "live", "en")
    assert (row.poster, row.area) == (wave.posters[0].code, "990101002002")


def test_household_answer_belongs_to_the_sample_and_keeps_no_code(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    visitor.post(open_all(wave.letters[0].code), ANSWERS, 303)
    [row] = rows(app_storage, ResponseRow)
    assert (row.source, row.poster, row.area) == ("prob", None, wave.letters[0].area)
    assert row.base_weight == 40.0
    assert wave.letters[0].code not in "".join(str(vars(kept)) for kept in rows(app_storage, LedgerRow))
    assert [use.code for use in rows(app_storage, CodeUseRow)] == [wave.letters[0].code]


def test_form_sent_twice_is_stored_once_with_one_receipt(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    address = open_all(wave.posters[0].code)
    receipts = []
    for _ in range(2):
        visitor.post(address, ANSWERS, 303)
        receipts.append(visitor.follow().one("p", class_="receipt").text)
    assert receipts[0] == receipts[1]
    assert len(rows(app_storage, ResponseRow)) == len(rows(app_storage, LedgerRow)) == 1


def test_going_back_to_a_sent_form_shows_its_receipt(visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> None:
    address = open_all(wave.posters[0].code)
    visitor.post(address, ANSWERS, 303)
    receipt = visitor.follow().one("p", class_="receipt").text
    for page in (address, address.replace("/all", "/ask/a1"), address.replace("/all", "/review")):
        visitor.get(page, 303)
        assert visitor.follow().one("p", class_="receipt").text == receipt


def test_same_form_with_other_answers_is_kept_for_review(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    address = open_all(wave.posters[0].code)
    visitor.post(address, ANSWERS, 303)
    visitor.post(address, ANSWERS | {"a1": "1"}, 303)
    assert "等待核对" in visitor.follow().heading
    assert json.loads(rows(app_storage, ResponseRow)[0].answers)["a1"] == "3"
    assert [row.reason for row in rows(app_storage, ConflictRow)] == ["conflict"]


def test_second_answer_of_a_household_is_kept_and_not_counted(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    code = wave.letters[0].code
    first, second = open_all(code), open_all(code)
    visitor.post(first, ANSWERS, 303)
    visitor.post(second, ANSWERS, 303)
    assert "之前已经收到过一份答案" in visitor.follow().text
    assert len(rows(app_storage, ResponseRow)) == 1
    assert "已经用过" in visitor.get(f"/q/{code}").text


def test_faults_are_named_with_a_link_and_the_other_answers_stay(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    wrong = ANSWERS | {"a1": "77", "a3": ["1", "99"], "e2": ["1", "2", "3", "4"], "f4": "nowhere"}
    page = visitor.post(open_all(wave.posters[0].code), wrong, 422)
    links = [
        a.attributes["href"]
        for a in page.all("a")
        if a.attributes.get("href", "").startswith("#") and a.text != "跳到正文"
    ]
    assert links == ["#a1", "#a3", "#e2", "#f4"]
    assert {link[1:] for link in links} <= {e.attributes.get("id") for e in page.elements}
    assert page.title.startswith("错误：")
    assert page.values("a3") == ["1", "99"]
    assert page.values("e3") == ["路灯很亮"]
    assert page.values("f1") == ["9"]
    assert rows(app_storage, ResponseRow) == []


def test_item_that_the_form_does_not_have_is_refused(visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> None:
    page = visitor.post(open_all(wave.posters[0].code), ANSWERS | {"salary": "1"}, 422)
    assert "salary" in page.one("div", class_="summary").text


def test_under_sixteen_ends_the_form_and_stores_nothing(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    address = open_all(wave.posters[0].code)
    visitor.post(address, ANSWERS | {"age_confirmed": "", "go": "en"}, 303)
    for button in ("send", "en", "one"):
        page = visitor.post(address, ANSWERS | {"age_confirmed": "2", "go": button})
        assert "到此结束" in page.heading
    for table in (ResponseRow, LedgerRow, DraftRow):
        assert rows(app_storage, table) == []


def test_numbers_of_people_are_masked_before_anything_is_kept(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, app_storage: Storage
) -> None:
    address = open_all(wave.posters[0].code)
    text = {"e3": "请回电 13900000000"}
    visitor.post(address, ANSWERS | text | {"go": "en"}, 303)
    assert "13900000000" not in rows(app_storage, DraftRow)[0].values
    visitor.post(address, ANSWERS | text, 303)
    assert "用 * 遮住" in visitor.follow().text
    assert all(
        "13900000000" not in str(vars(row)) for table in (ResponseRow, LedgerRow) for row in rows(app_storage, table)
    )


@pytest.mark.parametrize("look", ["zh-hant", "en", "en-large", "zh-hans-large"])
def test_language_and_size_change_without_losing_answers(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, look: str
) -> None:
    visitor.post(open_all(wave.posters[0].code), ANSWERS | {"go": look}, 303)
    page = visitor.follow()
    assert page.one("html").attributes.get("class") == ("large" if "large" in look else None)
    for name in ("a1", "a3", "e3", "f1", "f4"):
        given = ANSWERS[name]
        assert page.values(name) == (given if isinstance(given, list) else [given])


def test_nothing_is_chosen_beforehand_but_the_community_of_the_code(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll
) -> None:
    page = visitor.get(open_all(wave.posters[1].code))
    assert page.values("f4") == ["990101002001"]
    assert page.all("input", checked="") == []


def test_conditional_item_says_in_words_when_it_is_asked(visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> None:
    page = visitor.get(open_all(wave.posters[0].code))
    assert page.one("p", id="c3-only").text == "只有第 14 题没有选“都没去过”，才需要回答这一题。"


def test_every_choice_can_be_taken_back_without_script(visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> None:
    page = visitor.get(open_all(wave.posters[0].code))
    names = {e.attributes["name"] for e in page.all("input", type="radio")} - {"age_confirmed"}
    assert names == {e.attributes["name"] for e in page.all("input", type="radio", value="")}


def test_pulse_form_asks_the_item_of_its_place_only(visitor: Visitor, app_storage: Storage, open_all: OpenAll) -> None:
    stored = store_real_wave(app_storage, "pulse")
    page = visitor.get(open_all(stored.posters[0].code))
    rotating = {e.attributes["name"] for e in page.all("input")} & {"c1", "b3", "c2", "c3", "b1", "b2"}
    assert rotating == {"c3"}, "the posters of the tests hang at service windows"


@pytest.mark.parametrize("name", ["resident", "pulse", "merchant", "doorstep"])
@pytest.mark.parametrize("look", ["zh-hans", "zh-hant-large", "en"])
def test_every_form_is_whole_in_every_language(
    visitor: Visitor, app_storage: Storage, open_all: OpenAll, name: str, look: str
) -> None:
    stored = store_real_wave(app_storage, name)
    address = open_all(stored.posters[0].code, look)
    visitor.get(address)
    visitor.post(address, {"go": "send", "age_confirmed": "1"}, 303)
    visitor.follow()
    assert "interview_how" not in rows(app_storage, ResponseRow)[0].answers


def test_prepared_page_is_the_same_compressed_and_plain(visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> None:
    address = open_all(wave.posters[0].code)
    visitor.get(address)
    plain = visitor.response.data
    packed = visitor.client().get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    import gzip

    assert gzip.decompress(packed.data) == plain
