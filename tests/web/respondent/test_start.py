"""What a code opens: notice, statistics-law fields, languages; and what a wrong, retired or early code opens."""

import dataclasses
from datetime import UTC, date, datetime

import pytest

from survey.programme.wave import WaveStatus
from survey.storage import Storage
from survey.storage.invitations import retire_code
from survey.storage.waves import save_wave
from tests.factories import HEADER, NOW, StoredWave, make_wave
from tests.published import store_real_wave
from tests.web.visitor import Visitor


def test_notice_names_who_asks_what_is_kept_how_long_and_whom_to_call(visitor: Visitor, wave: StoredWave) -> None:
    text = visitor.get(f"/q/{wave.posters[0].code}").text
    for words in (
        "云溪区创建办",
        "保存 2 年以上",
        "自愿参加",
        "0990-0000001",
        "第001社区 · 社区服务中心",
        "不收集姓名",
    ):
        assert words in text


def test_five_statistics_law_fields_stand_on_every_page_of_the_form(visitor: Visitor, wave: StoredWave) -> None:
    start = visitor.get(f"/q/{wave.posters[0].code}")
    pages = [
        start,
        *(visitor.get(a.attributes["href"]) for a in start.all("a") if "button" in a.attributes.get("class", "")),
    ]
    assert len(pages) == 3
    for page in pages:
        for field in ("云创测1表", "云溪区创建办", "云溪区统计局", "云统制〔2026〕1号", "2027年12月31日"):
            assert field in page.text


def test_letter_says_that_its_code_is_not_kept_with_the_answers(visitor: Visitor, wave: StoredWave) -> None:
    assert "不和答案存在一起" in visitor.get(f"/q/{wave.letters[0].code}").text


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("en-GB", "en"),
        ("fr", "zh-Hans"),
    ],
)
def test_first_page_speaks_the_language_of_the_browser(
    visitor: Visitor, wave: StoredWave, wanted: str, language: str
) -> None:
    visitor.headers["Accept-Language"] = wanted
    assert visitor.get(f"/q/{wave.posters[0].code}").one("html").attributes["lang"] == language


@pytest.mark.parametrize("written", ["{code}", "{lower}", "{spaced}"])
def test_code_may_be_written_small_or_with_blanks(visitor: Visitor, wave: StoredWave, written: str) -> None:
    code = wave.posters[0].code
    address = written.format(code=code, lower=code.lower(), spaced=f"{code[:3]} {code[3:]}")
    assert "居民文明城市创建民意问卷" in visitor.get(f"/q/{address}").heading


def test_address_in_capital_letters_is_understood(visitor: Visitor, wave: StoredWave) -> None:
    assert visitor.get(f"/Q/{wave.posters[0].code}").heading


def test_unknown_code_gets_a_page_with_a_box_and_a_phone_number(visitor: Visitor, wave: StoredWave) -> None:
    page = visitor.get("/q/34679ACDE", 404)
    assert page.one("input", name="code")
    assert "0990-0000001" in page.text


def test_well_formed_code_that_was_never_issued_is_unknown(visitor: Visitor, wave: StoredWave) -> None:
    assert "没有这个编码" in visitor.get("/q/34679ACD3", 404).heading


def test_typed_code_leads_to_its_form(visitor: Visitor, wave: StoredWave) -> None:
    visitor.post("/zh-hant", {"code": wave.posters[0].code.lower()}, 303)
    assert visitor.follow().one("html").attributes["lang"] == "zh-Hant"


@pytest.mark.parametrize("typed", ["", "34679ACDE", "//evil.example", "…"])
def test_mistyped_code_is_said_beside_the_box_and_kept_in_it(visitor: Visitor, wave: StoredWave, typed: str) -> None:
    page = visitor.post("/", {"code": typed}, 422)
    assert page.values("code") == [typed]
    assert page.one("p", id="code-error").text


def test_retired_code_says_so(visitor: Visitor, wave: StoredWave, app_storage: Storage) -> None:
    with app_storage.write() as session:
        retire_code(session, wave.wave.id, wave.posters[0].code, NOW)
    assert "停用" in visitor.get(f"/q/{wave.posters[0].code}", 410).heading


@pytest.mark.parametrize(
    ("address", "status"), [("/q/{retired}", 410), ("/q/XX/zh-hans-large", 404), ("/r/XX", 404), ("/o/XX/zh-hans", 404)]
)
def test_page_that_tells_of_an_error_can_be_had_in_another_language_and_size(
    visitor: Visitor, wave: StoredWave, app_storage: Storage, address: str, status: int
) -> None:
    with app_storage.write() as session:
        retire_code(session, wave.wave.id, wave.posters[0].code, NOW)
    page = visitor.get(address.format(retired=wave.posters[0].code), status)
    large = "large" in address
    [english] = [link.attributes["href"] for link in page.all("a", lang="en")]
    assert english.endswith("/en-large" if large else "/en")
    other = visitor.get(english, status)
    assert other.one("html").attributes["lang"] == "en"
    [size] = [link for link in other.all("a") if link.text in {"Large print", "Standard print"}]
    resized = visitor.get(size.attributes["href"], status).one("html")
    assert ("large" in resized.attributes.get("class", "")) is not large


def test_page_that_is_not_there_speaks_the_language_of_its_address(visitor: Visitor, wave: StoredWave) -> None:
    page = visitor.get("/nothing/en-large", 404)
    assert page.one("html").attributes["lang"] == "en"
    assert page.heading == "There is no such page"
    assert page.one("a", href="/en-large", class_="brand")


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"status": WaveStatus.DRAFT}, 403, "还没有开始"),
        ({"status": WaveStatus.CLOSED, "closed_at": datetime(2026, 5, 1, tzinfo=UTC)}, 410, "已经结束"),
        ({"header": dataclasses.replace(HEADER, valid_until=date(2026, 1, 1))}, 403, "批准已经到期"),
    ],
)
def test_wave_that_takes_no_answers_says_why(
    visitor: Visitor, app_storage: Storage, change: dict[str, object], status: int, words: str
) -> None:
    stored = store_real_wave(app_storage, wave=dataclasses.replace(make_wave(), **change))
    page = visitor.get(f"/q/{stored.posters[0].code}", status)
    assert words in page.heading
    assert bool(page.all("a", href="/zh-hans/results/")) is ("结束" in words), "what came of a survey that is over"
    assert "0990-0000001" in page.text


def test_form_opened_before_the_wave_was_closed_may_still_be_sent(
    visitor: Visitor, wave: StoredWave, app_storage: Storage, open_all: object
) -> None:
    address = open_all(wave.posters[0].code)  # type: ignore[operator]
    closed = dataclasses.replace(wave.wave, status=WaveStatus.CLOSED, closed_at=datetime.now(UTC))
    with app_storage.write() as session:
        save_wave(session, closed)
    visitor.get(f"/q/{wave.posters[0].code}", 410)
    visitor.post(address, {"go": "send", "age_confirmed": "1"}, 303)
    assert "谢谢" in visitor.follow().heading
