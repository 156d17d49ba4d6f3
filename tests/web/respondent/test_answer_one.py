"""One question at a time: each answer is kept behind the ticket; back, change, languages, review, sending."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from survey.storage import Storage
from survey.storage.responses import DraftRow, ResponseRow
from tests.factories import StoredWave
from tests.web.visitor import Visitor

OpenAll = Callable[..., str]


@pytest.fixture
def ask(wave: StoredWave, open_all: OpenAll) -> Callable[[str], str]:
    """The address of one question of one form."""
    address = open_all(wave.posters[0].code)
    return lambda name: address.replace("/all", f"/ask/{name}")


def test_whole_way_from_the_first_question_to_the_receipt(
    visitor: Visitor, ask: Callable[[str], str], app_storage: Storage
) -> None:
    page = visitor.get(ask("age_confirmed"))
    seen = []
    for _ in range(60):
        names = [e.attributes["name"] for e in page.elements if e.tag in {"input", "textarea", "select"}]
        if not names:
            break
        seen.append(names[0])
        first = {"age_confirmed": "1", "a1": "3", "c3_window": "7", "e1": "99", "e3": "好", "f4": "990101001002"}
        visitor.post(ask(names[0]), {"go": "next", names[0]: first.get(names[0], "")}, 303)
        page = visitor.follow()
    assert page.heading == "请核对您的答案"
    assert len(seen) == 31, "33 questions, without the two that conditions leave out"
    visitor.post(ask("a1").replace("/ask/a1", "/review"), {"go": "send"}, 303)
    assert "谢谢" in visitor.follow().heading
    with app_storage.read() as session:
        [row] = session.scalars(select(ResponseRow))
        assert session.scalars(select(DraftRow)).all() == [], "the draft is gone"
    answers = json.loads(row.answers)
    assert (answers["a1"], answers["e3"], answers["f4"]) == ("3", "好", "990101001002")
    assert "c3" not in answers


def test_each_page_shows_one_question_as_its_heading(visitor: Visitor, ask: Callable[[str], str]) -> None:
    page = visitor.get(ask("a2"))
    assert page.heading == "您支持本市（区）开展文明城市（城区）创建工作吗？"
    assert {e.attributes["name"] for e in page.all("input")} == {"a2"}


def test_going_back_keeps_what_was_chosen(visitor: Visitor, ask: Callable[[str], str]) -> None:
    visitor.post(ask("a2"), {"go": "back", "a2": "4"}, 303)
    assert "您知道" in visitor.follow().heading
    assert visitor.get(ask("a2")).values("a2") == ["4"]


def test_fault_stays_on_the_question_with_what_was_chosen(visitor: Visitor, ask: Callable[[str], str]) -> None:
    page = visitor.post(ask("e2"), {"go": "next", "e2": ["1", "2", "3", "4"]}, 422)
    assert "最多选 3 项，您选了 4 项" in page.one("p", id="e2-error").text
    assert page.values("e2") == ["1", "2", "3", "4"]


def test_language_changes_on_any_question_without_losing_it(visitor: Visitor, ask: Callable[[str], str]) -> None:
    visitor.post(ask("a2"), {"go": "en", "a2": "4"}, 303)
    page = visitor.follow()
    assert page.one("html").attributes["lang"] == "en"
    assert page.values("a2") == ["4"]


def test_answers_go_along_to_the_page_with_all_questions_and_back(visitor: Visitor, ask: Callable[[str], str]) -> None:
    visitor.post(ask("a2"), {"go": "all", "a2": "4"}, 303)
    page = visitor.follow()
    assert page.values("a2") == ["4"]
    visitor.post(ask("a2").replace("/ask/a2", "/all"), {"go": "one", "age_confirmed": "1", "a2": "5"}, 303)
    assert "16" in visitor.follow().heading
    assert visitor.get(ask("a2")).values("a2") == ["5"]


def test_text_with_a_phone_number_is_shown_masked_before_it_is_kept(
    visitor: Visitor, ask: Callable[[str], str], app_storage: Storage
) -> None:
    page = visitor.post(ask("e3"), {"go": "next", "e3": "请回电 13900000000"})
    assert page.values("e3") == ["请回电 ***********"]
    with app_storage.read() as session:
        assert session.scalars(select(DraftRow)).all() == []
    visitor.post(ask("e3"), {"go": "next", "e3": "请回电 ***********"}, 303)


def test_required_question_passed_over_is_told_on_the_review_page(visitor: Visitor, ask: Callable[[str], str]) -> None:
    visitor.post(ask("a1"), {"go": "next", "a1": "3"}, 303)
    page = visitor.post(ask("a1").replace("/ask/a1", "/review"), {"go": "send"}, 422)
    assert any(a.attributes["href"] == ask("age_confirmed") for a in page.all("a"))


def test_pressing_send_twice_gives_the_same_receipt(visitor: Visitor, ask: Callable[[str], str]) -> None:
    visitor.post(ask("age_confirmed"), {"go": "next", "age_confirmed": "1"}, 303)
    review = ask("a1").replace("/ask/a1", "/review")
    found = set()
    for _ in range(2):
        visitor.post(review, {"go": "send"}, 303)
        found.add(visitor.follow().one("p", class_="receipt").text)
    assert len(found) == 1


def test_under_sixteen_ends_the_form_and_forgets_it(
    visitor: Visitor, ask: Callable[[str], str], app_storage: Storage
) -> None:
    visitor.post(ask("a1"), {"go": "next", "a1": "3"}, 303)
    assert "到此结束" in visitor.post(ask("age_confirmed"), {"go": "next", "age_confirmed": "2"}).heading
    with app_storage.read() as session:
        assert session.scalars(select(DraftRow)).all() == []


@pytest.mark.parametrize("name", ["promise", "nothing", "a1x"])
def test_question_that_is_none_is_not_found(visitor: Visitor, ask: Callable[[str], str], name: str) -> None:
    visitor.get(ask(name), 404)
