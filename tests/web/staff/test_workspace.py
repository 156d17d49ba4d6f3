"""The results workspace on the demonstration: its figures are those of the analysis, and no hidden one can be had."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import text

from analysis.plan import Plan
from survey.actions.results.analyse_wave import AnalysisFailedError
from survey.actions.results.answer_question import answer_question
from survey.actions.results.ask_question import read_question
from survey.programme.cross_table import shown_cells
from survey.programme.question import Question, QuestionKind
from survey.storage.analyses import newest_run
from survey.storage.analysis_questions import load_question
from survey.storage.waves import WaveIndicatorRow
from tests.demonstration import DISTRICT_ANALYST, OTHER_STREET, STREET_ANALYST, WAVE
from tests.web.conftest import storage_of
from tests.web.staff.conftest import Visit

BASE = f"/staff/results/{WAVE}"
CROSSED = Question(QuestionKind.CROSSTAB, "a4", "f2")


def run_id(app: Flask) -> str:
    with storage_of(app).read() as session:
        run = newest_run(session, WAVE, "done")
    assert run is not None
    return run.run_id


def answered(app: Flask, question: Question) -> dict[str, Any]:
    now = datetime.now(UTC)
    return dict(answer_question(storage_of(app), WAVE, run_id(app), question, None, now))


def table(visit: Visit, address: str, k: int = 0) -> list[list[str]]:
    answer = visit(DISTRICT_ANALYST).client.get(f"{BASE}/{address}{'&' if '?' in address else '?'}as=csv&k={k}")
    assert answer.status_code == 200, address
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_table_is_filtered_and_sorted_by_its_address_and_downloads_what_it_shows(visit: Visit) -> None:
    whole = table(visit, "table?by=district")
    assert len(whole) == 17
    only = table(visit, "table?by=street&indicator=SAFE")
    assert [row[0] for row in only[1:]] == ["群众安全感"] * 3
    rates = [float(row[3]) for row in table(visit, "table?by=district&sort=-rate")[1:] if row[3]]
    assert rates == sorted(rates)
    met = table(visit, "table?by=district&decision=met")
    assert {row[2] for row in met[1:]} == {"达标"}
    page = visit(DISTRICT_ANALYST).get(f"{BASE}/table?by=community")
    assert "样本不足，不公布" in page.text
    visit(DISTRICT_ANALYST).get(f"{BASE}/table?by=nothing", 404)


def test_account_of_a_street_sees_its_own_figures_and_nothing_of_the_whole(visit: Visit) -> None:
    street = visit(STREET_ANALYST)
    assert "栖桐街道" not in street.get(f"{BASE}/table?by=street").text
    street.get(f"{BASE}/table?by=f2", 404)
    for view in ("crosstab?row=a4&column=street", "ranks", "rules"):
        page = street.get(f"{BASE}/{view}")
        assert "只有全区的账号可以查看" in page.text
        assert not page.all("input", name="question")
    token = street.get(f"{BASE}/rules").all("input", name="csrf_token")[0].attributes["value"]
    sent = street.client.post(f"{BASE}/ask", data={"csrf_token": token, "question": "rules"})
    assert sent.status_code == 404
    assert OTHER_STREET not in street.get(f"{BASE}/ranks").text


def test_cross_table_shows_test_and_shares_of_the_analysis_without_small_cells(demo_app: Flask, visit: Visit) -> None:
    address = "crosstab?row=a4&column=f2"
    assert "开始计算" in visit(DISTRICT_ANALYST).get(f"{BASE}/{address}").text
    answer = answered(demo_app, CROSSED)
    page = visit(DISTRICT_ANALYST).get(f"{BASE}/{address}&category=4")
    test = answer["crosstabs"][0]
    assert f"F = {test['statistic']:.3f}" in page.text
    assert "回答“满意”的比例" in page.text
    rows = table(visit, address)
    entry = next(one for one in answer["estimates"] if one["category"] == "4" and one["domain"] == {})
    assert float(rows[2][1]) == pytest.approx(entry["estimate"], abs=1e-12)
    small = rows[0].index("16–17岁")
    assert {row[small] for row in rows[1:-1]} == {""}, "eight answers"
    for column in range(1, len(rows[0])):
        hidden = sum(not row[column] for row in rows[1:-1])
        assert hidden != 1, f"{rows[0][column]}: the one hidden cell would be 100 % minus the others"


def test_two_groups_are_crossed_and_no_small_part_can_be_had_from_its_whole(demo_app: Flask, visit: Visit) -> None:
    analyst, address = visit(DISTRICT_ANALYST), "table?by=street&across=f1"
    asked = analyst.get(f"{BASE}/{address}")
    assert asked.all("input", name="question")[0].attributes["value"] == "crossed:street:f1"
    entries = answered(demo_app, Question(QuestionKind.CROSSED, "street", "f1"))["estimates"]
    parts = [one for one in entries if len(one["domain"]) == 2]
    rows = table(visit, address)[1:]
    assert len(rows) == len(parts)
    open_parts = [one for one in parts if one["publishable"] and one["disclosable"]]
    assert sorted(row[3] for row in rows if row[3]) == sorted(str(one["estimate"]) for one in open_parts)
    assert len(open_parts) < sum(one["publishable"] for one in parts), "a neighbour that would give a small part away"
    for whole in (one for one in entries if len(one["domain"]) == 1 and one["publishable"]):
        inside = [
            one
            for one in parts
            if one["indicator"] == whole["indicator"] and whole["domain"].items() <= one["domain"].items()
        ]
        assert sum(one not in open_parts for one in inside) != 1, whole["domain"]
    page = analyst.get(f"{BASE}/{address}&indicator=SAFE")
    assert "澄和街道 · 女" in page.text
    assert page.all("svg", class_="chart"), "few enough to be drawn"
    assert analyst.client.get(f"{BASE}/{address}&indicator=SAFE&as=png").data.startswith(b"\x89PNG")
    for same in ("table?by=f1&across=f2", "table?by=f2&across=f1"):
        assert analyst.get(f"{BASE}/{same}").all("input", name="question")[0].attributes["value"] == "crossed:f1:f2"
    analyst.get(f"{BASE}/table?by=f1&across=street", 404)
    visit(STREET_ANALYST).get(f"{BASE}/{address}", 404)


def test_a_hidden_cell_cannot_be_had_by_subtraction() -> None:
    counts = {(row, column): 50.0 for row in "abc" for column in ("", "x", "y", "z")}
    fine = dict.fromkeys(counts, True) | {("a", "x"): False}
    shown = shown_cells(counts, fine, "")
    for line in ([key for key in counts if key[1] == "x"], [key for key in counts if key[0] == "a" and key[1]]):
        assert sum(key not in shown for key in line) >= 2
    assert shown_cells(counts, dict.fromkeys(counts, True), "") == frozenset(counts)


def test_ranks_tell_no_place_of_a_figure_that_is_held_back(demo_app: Flask, visit: Visit) -> None:
    answered(demo_app, Question(QuestionKind.RANKS))
    rows = table(visit, "ranks?indicator=AWARE&level=community")
    assert len(rows) == 13
    held = [row for row in rows[1:] if not row[3]]
    assert held
    assert {row[2] for row in held} == {""}
    assert all(int(low) <= int(high) for low, high in (row[1].split("–") for row in rows[1:]))
    page = visit(DISTRICT_ANALYST).get(f"{BASE}/ranks?indicator=AWARE&level=community")
    assert "没有明显差别的地区" in page.text
    assert len(table(visit, "ranks?indicator=AWARE&level=community", 1)) == 13


def test_ranks_within_a_class_of_areas_are_of_its_areas_only(demo_app: Flask, visit: Visit) -> None:
    old_town = ["990101001001", "990101001002", "990101002001"]
    with storage_of(demo_app).write() as session:
        for code in old_town:
            session.execute(text("UPDATE area SET area_group = '老城区' WHERE code = :code"), {"code": code})
    answered(demo_app, Question(QuestionKind.RANKS))
    address = "ranks?indicator=AWARE&level=community"
    rows = table(visit, f"{address}&class=老城区")
    assert len(rows) == 4
    assert {row[1].split("–")[1] for row in rows[1:]} <= {"1", "2", "3"}
    assert len(table(visit, address)) == 13
    page = visit(DISTRICT_ANALYST).get(f"{BASE}/{address}&class=老城区")
    assert "只在“老城区”一类的 3 个地区之间比较" in page.text
    picture = visit(DISTRICT_ANALYST).client.get(f"{BASE}/{address}&class=老城区&as=png").get_data()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5_000, "drawn, with Chinese names"
    with storage_of(demo_app).write() as session:
        session.execute(text("UPDATE area SET area_group = '' WHERE code = :a"), {"a": old_town[0]})
    assert "请重新计算本轮结果" in visit(DISTRICT_ANALYST).get(f"{BASE}/{address}&class=老城区").text


def test_other_rules_stand_beside_the_own_one_which_is_the_published_one(demo_app: Flask, visit: Visit) -> None:
    answered(demo_app, Question(QuestionKind.RULES))
    answered(demo_app, Question(QuestionKind.MODES))
    rows = {row[0]: row for row in table(visit, "rules")}
    published = {row[0]: row for row in table(visit, "table?by=district")}
    for label, row in list(rows.items())[1:]:
        if published[label][3]:
            assert float(row[1]) == pytest.approx(float(published[label][3]), abs=1e-9), label
            assert float(row[3]) >= float(row[2]) >= float(row[4]), "wide, top, top with don't-knows in the base"
    assert "不能事后挑选" in visit(DISTRICT_ANALYST).get(f"{BASE}/rules").text
    modes = table(visit, "rules", 2)
    assert {row[1] for row in modes[1:]} == {"自己填写 − 入户访问"}, "the other modes have fewer than 30 answers"
    assert all(float(row[5]) <= float(row[6]) for row in modes[1:])


def test_question_is_kept_with_its_plan_and_a_failure_with_its_reason(demo_app: Flask) -> None:
    storage, run = storage_of(demo_app), run_id(demo_app)
    answer = answered(demo_app, CROSSED)
    assert answer["same_data"] is True
    with storage.read() as session:
        row = load_question(session, WAVE, run, CROSSED)
    assert row is not None
    plan = Plan.model_validate(yaml.safe_load(row.plan))
    assert (plan.crosstabs[0].row, plan.crosstabs[0].column) == ("a4", "f2")
    assert json.loads(row.result)["rows"] == answer["rows"]
    wrong = Question(QuestionKind.CROSSTAB, "a4", "nothing")
    with pytest.raises(ValueError, match="expected one of"):
        answer_question(storage, WAVE, run, wrong, Path("nowhere"), datetime.now(UTC))
    found = read_question(storage, WAVE, run, wrong)
    assert found.result is None
    assert found.asked is not None
    assert found.asked.status == "failed"
    with pytest.raises(AnalysisFailedError, match="expected a finished analysis"):
        answer_question(storage, WAVE, "no-run", CROSSED, None, datetime.now(UTC))


def add_earlier_wave(app: Flask) -> None:
    """The same answers a year before, except that those who felt very safe then did not, and one rule was another."""
    with storage_of(app).write() as session:
        for table, over in (
            ("wave", {"id": "'earlier'", "name_zh_hans": "'上一轮'", "opened_at": "'2025-11-01 00:00:00.000000'"}),
            ("wave_indicator", {"wave": "'earlier'"}),
            ("margin", {"wave": "'earlier'"}),
            ("response", {"wave": "'earlier'", "answers": """replace(answers, '"b2":"5"', '"b2":"2"')"""}),
            ("analysis_run", {"wave": "'earlier'"}),
        ):
            columns = [row[1] for row in session.execute(text(f"PRAGMA table_info({table})"))]
            chosen = ", ".join(over.get(name, name) for name in columns)
            key = "id" if table == "wave" else "wave"
            session.execute(
                text(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} WHERE {key} = :wave"),
                {"wave": WAVE},
            )
        row = session.get_one(WaveIndicatorRow, ("earlier", "ENV"))
        definition = json.loads(row.definition)
        definition["indicator"]["counted"] = definition["indicator"]["counted"][:1]
        row.definition = json.dumps(definition)


def test_trend_has_the_figures_of_each_wave_and_breaks_where_the_rule_changed(demo_app: Flask, visit: Visit) -> None:
    assert "还没有可以比较的前一轮" in visit(DISTRICT_ANALYST).get(f"{BASE}/trend").text
    add_earlier_wave(demo_app)
    answered(demo_app, Question(QuestionKind.TREND))
    published = {row[0]: row for row in table(visit, "table?by=district")}
    rows = table(visit, "trend")
    for row in rows[1:]:
        if row[1] == published_name(visit) and row[3]:
            assert float(row[3]) == pytest.approx(float(published[row[0]][3]), abs=1e-9), row[0]
    told = {row[0]: row[2] for row in rows[1:] if row[2] != ""}
    assert told["城市环保满意率"] == "计算规则改了"
    assert told["群众安全感"] == "可比"
    changes = {row[0]: row for row in table(visit, "trend", 1)}
    assert "城市环保满意率" not in changes, "nothing is compared across a break"
    assert float(changes["创建知晓率"][2]) == pytest.approx(0, abs=1e-9), "the same answers of the same communities"
    assert float(changes["群众安全感"][2]) > 0.1
    assert float(changes["群众安全感"][4]) < 0.001
    page = visit(DISTRICT_ANALYST).get(f"{BASE}/trend?indicator=ENV")
    assert "变化只从最近一次改变算起" in page.text


def published_name(visit: Visit) -> str:
    return visit(DISTRICT_ANALYST).get(BASE).one("h1").text.strip()
