"""Open answers of the demonstration: words, coding by two people who do not see each other's, agreement, weights."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text

from survey.actions.results.analyse_wave import define_wave
from survey.actions.results.answer_question import answer_question
from survey.actions.texts import next_text
from survey.actions.texts.open_texts import OpenTexts, open_texts
from survey.actions.texts.summarise_coding import summarise_coding
from survey.response.response import Source
from survey.response.text_coding import OpenText
from survey.storage.analyses import newest_run
from survey.web.analyst import texts as texts_pages
from tests.demonstration import DISTRICT_ANALYST, OFFICE, STREET, STREET_ANALYST, WAVE
from tests.web.conftest import storage_of
from tests.web.staff.conftest import StaffVisitor, Visit

BASE = f"/staff/results/{WAVE}/texts/e3"
DISTRICT = "990101"
PARKING, LIGHTS, OLD = "1", "2", "3"


@pytest.fixture
def texts(demo_app: Flask) -> Callable[[str], OpenTexts]:
    def opened(area: str = DISTRICT) -> OpenTexts:
        found = open_texts(storage_of(demo_app), WAVE, "e3", area)
        assert found is not None
        return found

    return opened


def add_categories(visitor: StaffVisitor) -> None:
    page = visitor.get(f"{BASE}/categories")
    for label in ("停车", "路灯", "旧的"):
        page = visitor.send(f"{BASE}/categories", page, label=label, meaning=f"写到{label}的")
        assert f"已添加类别“{label}”" in page.text


def code(visitor: StaffVisitor, response: str, *codes: str, status: int = 200) -> str:
    page = visitor.get(f"{BASE}/code")
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    fields = {"csrf_token": token, "text": response, "category": list(codes), "do": "keep" if codes else "none"}
    answer = visitor.client.post(f"{BASE}/code", data=fields, follow_redirects=True)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def rewrite(app: Flask, one: OpenText, new: str) -> None:
    """What somebody wrote, changed in the database."""
    statement = text("UPDATE response SET answers = replace(answers, :old, :new) WHERE response_id = :id")
    with storage_of(app).write() as session:
        session.execute(statement, {"id": one.response, "old": one.text, "new": new})


def rows(visitor: StaffVisitor, address: str, k: int) -> dict[str, list[str]]:
    answer = visitor.client.get(f"{BASE}{address}?as=csv&k={k}")
    assert answer.status_code == 200
    return {row[0]: row[1:] for row in csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))}


def test_words_are_counted_once_a_text_and_lead_to_the_texts(visit: Visit, texts: Callable[..., OpenTexts]) -> None:
    analyst = visit(DISTRICT_ANALYST)
    page = analyst.get(BASE)
    assert "开放题" in page.one("h1").text
    counted = {word: int(row[0]) for word, row in list(rows(analyst, "", 0).items())[1:]}
    holding = [one for one in texts().texts if "楼道" in one.text]
    assert counted["楼道"] == len(holding) > 10
    assert min(counted.values()) >= 3
    found = analyst.get(f"{BASE}?q=充电桩")
    assert f"符合条件的 {sum('充电桩' in one.text for one in texts().texts)} 份" in found.text
    assert "没有符合条件的" in analyst.get(f"{BASE}?q=没有人写过这个").text
    picture = analyst.client.get(f"{BASE}?as=png&k=0")
    assert picture.content_type == "image/png"
    assert picture.get_data().startswith(b"\x89PNG")


def test_texts_are_for_analysts_of_their_own_area_and_masked(
    demo_app: Flask, visit: Visit, texts: Callable[..., OpenTexts]
) -> None:
    rewrite(demo_app, texts(STREET).texts[0], "请回电 13900000000")  # as if it had come before texts were masked
    assert "请回电 ***********" in visit(STREET_ANALYST).get(f"{BASE}?q=请回电").text
    assert 0 < len(texts(STREET).texts) < len(texts().texts)
    outside = next(one for one in texts().texts if one.response not in {each.response for each in texts(STREET).texts})
    add_categories(visit(DISTRICT_ANALYST))
    code(visit(STREET_ANALYST), outside.response, PARKING, status=422)
    visit(OFFICE).get(BASE, 403)


def test_two_coders_do_not_see_each_other_agree_differ_and_settle(
    demo_app: Flask, visit: Visit, texts: Callable[..., OpenTexts]
) -> None:
    first, second = visit(DISTRICT_ANALYST), visit(STREET_ANALYST)
    assert "先定类别" in first.get(f"{BASE}/code").text
    add_categories(first)
    both = list(texts(STREET).texts[:20])
    apart = both[0]
    for k, one in enumerate(both):
        code(first, one.response, *([PARKING] if k % 2 == 0 else []))
        assert "我编过的" in second.get(BASE).text
        assert "都不是" not in second.get(f"{BASE}?q=没有人写过这个").text
    shown = second.get(f"{BASE}/code")
    assert "我已编码 0 份" in shown.text
    assert not shown.all("input", checked="")
    for k, one in enumerate(both):
        code(second, one.response, *([PARKING] if k % 2 == 0 and k else []))
    assert f"我已编码 20 份，共 {len(texts(STREET).texts)} 份" in second.get(f"{BASE}/code").text

    agreement = rows(first, "/categories", 1)
    whole = agreement["全部类别合起来"]
    assert whole[1:3] == ["20", "0.95"]
    assert float(whole[4]) == pytest.approx(0.9), "0.95 agreed, 0.5 by chance"
    assert "还有 1 份有分歧" in first.get(f"{BASE}/categories").text

    page = first.get(f"{BASE}/settle")
    assert apart.text in page.text
    assert STREET_ANALYST not in page.text
    page = first.send(f"{BASE}/settle", page, text=apart.response, category=PARKING, do="keep")
    assert "已定" in page.text
    assert "还有 1 份有分歧" not in first.get(f"{BASE}/categories").text
    assert rows(first, "/categories", 1)["全部类别合起来"] == whole, "settling changes no agreement"
    first.send(f"{BASE}/settle", page, text=apart.response, do="back")
    assert "还有 1 份有分歧" in first.get(f"{BASE}/categories").text


def test_the_last_coding_is_taken_back_and_a_changed_text_is_coded_again(
    demo_app: Flask, visit: Visit, texts: Callable[..., OpenTexts]
) -> None:
    analyst = visit(DISTRICT_ANALYST)
    add_categories(analyst)
    one, other = texts().texts[:2]
    code(analyst, one.response, PARKING)
    code(analyst, other.response, LIGHTS, OLD)
    assert texts().texts[1].codings == {DISTRICT_ANALYST: frozenset({LIGHTS, OLD})}
    page = analyst.send(f"{BASE}/code", analyst.get(f"{BASE}/code"), do="back")
    assert "已撤回" in page.text
    assert other.text in page.text, "the same text again"
    assert texts().coded_by(DISTRICT_ANALYST) == 1
    rewrite(demo_app, one, "改了")
    assert texts().coded_by(DISTRICT_ANALYST) == 0
    assert "请选类别" in analyst.send(f"{BASE}/code", page, 422, text=other.response, do="keep").text
    page = analyst.get(f"{BASE}/categories")
    analyst.send(f"{BASE}/categories", page, code=OLD, label="旧的", ended="1")
    code(analyst, other.response, OLD, status=422)
    assert "没有保存" in analyst.send(f"{BASE}/categories", page, 422, label="停车").text


def test_weighted_shares_follow_the_plan_of_the_run_and_small_ones_are_held_back(
    demo_app: Flask, visit: Visit, texts: Callable[..., OpenTexts]
) -> None:
    analyst, storage = visit(DISTRICT_ANALYST), storage_of(demo_app)
    add_categories(analyst)
    drawn = [one for one in texts().texts if one.source == Source.PROB.value]
    statement = "INSERT INTO text_coding VALUES (:wave, 'e3', :id, :coder, :codes, :sha, '2026-11-20 09:00:00')"
    with storage.write() as session:
        for k, one in enumerate(drawn):
            codes = [PARKING, OLD] if k == 0 else [PARKING] if k % 2 else [LIGHTS]
            values = {"wave": WAVE, "id": one.response, "coder": DISTRICT_ANALYST, "sha": one.sha256}
            session.execute(text(statement), values | {"codes": json.dumps(codes)})
        run = newest_run(session, WAVE, "done")
    assert run is not None
    assert "开始计算" in analyst.get(f"{BASE}/categories").text
    question = texts().question
    answer = answer_question(storage, WAVE, run.run_id, question, None, datetime.now(UTC))
    found = {one["indicator"]: one for one in answer["estimates"]}
    assert 0.9 * len(drawn) <= found["e3_about_1"]["n_base"] <= len(drawn), "some are not of the population"
    assert found["e3_about_1"]["estimate"] == pytest.approx(0.5, abs=0.15)
    table = rows(analyst, "/categories", 0)
    assert table["停车"][0] == str(sum(k == 0 or k % 2 == 1 for k in range(len(drawn))))
    assert table["旧的"][0] == "", "one text could point to a person"
    if found["e3_about_1"]["publishable"]:
        assert float(table["停车"][2]) == pytest.approx(found["e3_about_1"]["estimate"], abs=1e-12)
    else:
        assert table["停车"][2] == ""
    with storage.read() as session:
        told = summarise_coding(session, define_wave(session, WAVE))
    assert told[0]["coded"] == len(drawn)
    assert told[0]["agreement"] == []
    assert drawn[0].text not in json.dumps(told, ensure_ascii=False)
    code(analyst, drawn[0].response, LIGHTS)
    assert texts().question != question, "another coding is another question"


def test_among_very_many_texts_a_part_is_read_and_said_so_while_a_search_reads_all(
    visit: Visit, texts: Callable[[str], OpenTexts], monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = texts(DISTRICT).texts
    last = everything[-1]
    monkeypatch.setattr(texts_pages, "LOOKED_AT", 5)
    monkeypatch.setattr(next_text, "COUNTED_UP_TO", 10)
    analyst = visit(DISTRICT_ANALYST)
    page = analyst.get(BASE)
    assert "随机编号取的 5 份" in page.text and last.text not in page.text
    assert last.text in analyst.get(f"{BASE}?q={last.text[:4]}").text
    add_categories(analyst)
    code(analyst, everything[0].response, PARKING)
    shown = analyst.get(f"{BASE}/code")
    assert "我已编码 1 份" in shown.text and not shown.all("progress")
    assert everything[1].text in shown.text
    assert everything[0].text in analyst.get(f"{BASE}/code?after={last.response}&text={everything[0].response}").text
