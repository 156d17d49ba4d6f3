"""The receipt's page: says whether an answer is stored, and shows no answer."""

from collections.abc import Callable

import pytest

from tests.factories import StoredWave
from tests.web.visitor import Visitor


@pytest.fixture
def receipt(visitor: Visitor, wave: StoredWave, open_all: Callable[..., str]) -> str:
    values = {"go": "send", "age_confirmed": "1", "e3": "路灯很亮"}
    visitor.post(open_all(wave.posters[0].code), values, 303)
    return visitor.follow().one("p", class_="receipt").text


@pytest.mark.parametrize("change", [str, str.lower, lambda text: text.replace("-", "")])
def test_receipt_is_found_however_it_is_written(visitor: Visitor, receipt: str, change: Callable[[str], str]) -> None:
    assert receipt in visitor.get(f"/r/{change(receipt)}").text


def test_receipt_shows_no_answer_and_no_place(visitor: Visitor, receipt: str) -> None:
    text = visitor.get(f"/r/{receipt}").text
    assert "路灯" not in text
    assert "社区服务中心" not in text


def test_typed_receipt_leads_to_its_page_in_the_language_of_the_box(visitor: Visitor, receipt: str) -> None:
    visitor.post("/r/en", {"receipt": f" {receipt.lower()} "}, 303)
    assert "Thank you" in visitor.follow().heading


@pytest.mark.parametrize("typed", ["3467-9ACD-EFGH", "x", "0" * 12, "%F0%9F%98%80", "a" * 300])
def test_receipt_that_is_not_there_is_not_found(visitor: Visitor, receipt: str, typed: str) -> None:
    assert visitor.get(f"/r/{typed}", 404).one("input", name="receipt")


@pytest.mark.parametrize("typed", ["", "//evil.example", "../q/x", "\\evil", "<b>"])
def test_box_sends_nobody_elsewhere(visitor: Visitor, wave: StoredWave, typed: str) -> None:
    visitor.post("/r", {"receipt": typed}, 404)
