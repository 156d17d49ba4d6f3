"""Integrity review: from the list over the evidence and the effect on every figure to a decision and a second look."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey.actions.results.analyse_wave import analyse_wave
from survey.actions.results.list_findings import list_found_answers
from survey.response.integrity import FindingKind
from survey.response.review import ReviewDecision
from survey.storage.analyses import newest_run
from survey.storage.events import EventRow
from survey.storage.responses import count_responses
from tests.demonstration import DISTRICT_ANALYST, OFFICE, STREET_ANALYST, WAVE
from tests.web.conftest import storage_of
from tests.web.page import WebPage
from tests.web.staff.conftest import Visit

PAGE = f"/staff/results/{WAVE}/integrity"


@pytest.fixture
def found(demo_app: Flask) -> dict[FindingKind, list[str]]:
    """The answers with findings in the demonstration, by kind."""
    answers = list_found_answers(storage_of(demo_app), WAVE, "990101").answers
    return {kind: [one.response for one in answers if kind in one.kinds] for kind in FindingKind}


def test_list_tells_what_was_looked_for_and_narrows_by_address(
    visit: Visit, found: dict[FindingKind, list[str]]
) -> None:
    analyst = visit(DISTRICT_ANALYST)
    page = analyst.get(PAGE)
    assert "规则第 1 版" in page.text
    assert found[FindingKind.ALIKE], "the demonstration has a worker who copies interviews"
    alike = analyst.get(f"{PAGE}?kind=alike")
    shown = {box.attributes["value"] for box in alike.all("input", name="response")}
    assert shown == set(found[FindingKind.ALIKE][:50]) or len(shown) == 50
    one = found[FindingKind.ALIKE][0]
    searched = analyst.get(f"{PAGE}?q={one}")
    assert [box.attributes["value"] for box in searched.all("input", name="response")] == [one]
    assert "没有符合条件的" in analyst.get(f"{PAGE}?q=nobody-has-this").text


def test_evidence_names_the_agreeing_questions_and_no_answer(visit: Visit, found: dict[FindingKind, list[str]]) -> None:
    page = visit(DISTRICT_ANALYST).get(f"{PAGE}/{found[FindingKind.ALIKE][0]}")
    text = re.sub(r"\s+", "", page.text)
    assert re.search(r"\d+道量表题里有\d+道相同", text)
    assert "哪些题相同" in text
    assert "界限" in text
    assert not re.search(r"非常满意|比较满意|不满意", text), "which questions agree, not what was chosen"


def test_effect_on_every_figure_comes_before_a_decision_that_can_be_undone_and_looked_at_again(
    demo_app: Flask, visit: Visit, found: dict[FindingKind, list[str]]
) -> None:
    storage, one = storage_of(demo_app), found[FindingKind.ALIKE][0]
    with storage.read() as session:
        before = count_responses(session, WAVE)
    analyst = visit(DISTRICT_ANALYST)
    effect = analyst.get(f"{PAGE}/effect?response={one}")
    assert "相差" in effect.text
    assert len(effect.all("tr")) > 10
    refused = analyst.client.post(
        f"{PAGE}/effect",
        data={"csrf_token": effect.all("input", name="csrf_token")[0].attributes["value"], "response": one}
        | {"decision": "rejected", "reason": " "},
    )
    assert refused.status_code == 422
    assert (
        "已处理 1 份答卷"
        in analyst.send(f"{PAGE}/effect", effect, response=one, decision="rejected", reason="回访说没有来过").text
    )
    with storage.read() as session:
        assert count_responses(session, WAVE) == before - 1
    page = analyst.get(f"{PAGE}/{one}")
    assert "请另一位同事复看" in page.text
    office = visit(OFFICE)
    office.send(f"{PAGE}/{one}", office.get(f"{PAGE}/{one}"), agrees="0", note="再问一次住户")
    with storage.read() as session:
        assert count_responses(session, WAVE) == before, "a held answer counts until it is settled"
    told = re.sub(r"\s+", "", analyst.get(f"{PAGE}/{one}").text)
    assert "剔除：回访说没有来过" in told
    assert "复看不同意：再问一次住户" in told
    analyst.send(f"{PAGE}/effect", effect, response=one, decision="open", reason="复看以后重新决定")
    with storage.read() as session:
        logged = list(session.scalars(select(EventRow.detail).where(EventRow.action == "review_answer")))
    assert sum(detail.startswith(one) for detail in logged) == 3


def test_a_whole_kind_is_decided_at_once_and_the_next_check_keeps_the_decisions(
    demo_app: Flask, visit: Visit, found: dict[FindingKind, list[str]]
) -> None:
    analyst = visit(DISTRICT_ANALYST)
    effect = analyst.get(f"{PAGE}/effect?kind=alike")
    stale = {"kind": "alike", "decision": "approved", "reason": "已电话核实", "number": "1"}
    stale["csrf_token"] = effect.all("input", name="csrf_token")[0].attributes["value"]
    assert analyst.client.post(f"{PAGE}/effect", data=stale).status_code == 422, "another group than was looked at"
    unsure = stale | {"number": str(len(found[FindingKind.ALIKE]))}
    assert analyst.client.post(f"{PAGE}/effect", data=unsure).status_code == 422, "many at once have to be confirmed"
    done = analyst.send(f"{PAGE}/effect", effect, kind="alike", decision="approved", reason="已电话核实", sure="1")
    assert f"已处理 {len(found[FindingKind.ALIKE])} 份答卷" in done.text
    again = analyst.send(PAGE, done)
    assert "已核查" in again.text
    answers = list_found_answers(storage_of(demo_app), WAVE, "990101").answers
    kept = {one.response for one in answers if one.review and one.review.reason == "已电话核实"}
    assert kept == set(found[FindingKind.ALIKE])
    assert "没有勾选答卷，或者都已有决定" in analyst.get(f"{PAGE}/effect?kind=alike").text


def test_undecided_answers_follow_one_another_and_a_group_is_taken_back_as_it_was_decided(
    demo_app: Flask, visit: Visit, found: dict[FindingKind, list[str]]
) -> None:
    analyst, alike = visit(DISTRICT_ANALYST), len(found[FindingKind.ALIKE])
    listed = analyst.get(f"{PAGE}?kind=alike")
    assert f"已决定 0 份，共 {alike} 份；待决定 {alike} 份" in listed.text
    first = link(listed, "逐份查看待决定的")
    answer = analyst.get(first)
    assert f"第 1 份，共 {alike} 份" in answer.text
    assert "上一份" not in [one.text.strip("← ") for one in answer.all("a")]
    assert "第 2 份" in analyst.get(link(answer, "下一份 →")).text
    effect = analyst.get(link(answer, "看影响，作决定"))
    fields = {one.attributes["name"]: one.attributes["value"] for one in effect.all("input", type="hidden")}
    following = analyst.send(f"{PAGE}/effect", effect, **fields, decision="rejected", reason="没有来过")
    assert f"第 2 份，共 {alike} 份；待决定 {alike - 1} 份" in following.text
    assert link(following, "撤回……") == f"{PAGE}/effect?response={fields['response']}"

    group = analyst.get(f"{PAGE}/effect?matching=1&kind=alike&decision=open")
    assert f"符合条件的全部 {alike - 1} 份" in group.text
    sent = {"number": str(alike - 1), "decision": "rejected", "reason": "同一人所填", "sure": "1"}
    done = analyst.send(f"{PAGE}/effect?matching=1&kind=alike&decision=open", group, **sent)
    back = analyst.get(link(done, "撤回……"))
    assert f"符合条件的全部 {alike - 1} 份" in back.text, "those of this reason, without the one decided before"
    action = next(
        one.attributes["action"] for one in back.all("form") if "matching" in one.attributes.get("action", "")
    )
    undone = {"number": str(alike - 1), "decision": "open", "reason": "查清了", "sure": "1"}
    assert f"已处理 {alike - 1} 份" in analyst.send(action, back, **undone).text
    answers = list_found_answers(storage_of(demo_app), WAVE, "990101").answers
    assert [one.response for one in answers if one.decision is ReviewDecision.REJECTED] == [fields["response"]]

    log = analyst.get(f"{PAGE}-log")
    assert log.text.count("查清了") == alike - 1
    assert "没有来过" in log.text
    assert "没有来过" not in analyst.get(f"{PAGE}-log?done=open").text
    elsewhere = visit(STREET_ANALYST).get(f"{PAGE}-log").text
    assert "没有来过" not in elsewhere, "the log of a street is of its own answers"


def link(page: WebPage, words: str) -> str:
    """Where the one link with these words leads."""
    (found,) = {one.attributes["href"] for one in page.all("a") if one.text.strip() == words}
    return found


def test_an_account_of_a_street_sees_and_decides_only_its_own_answers(
    demo_app: Flask, visit: Visit, found: dict[FindingKind, list[str]]
) -> None:
    inside = list_found_answers(storage_of(demo_app), WAVE, "990101001").answers
    elsewhere = sorted({one for ids in found.values() for one in ids} - {one.response for one in inside})[0]
    street = visit(STREET_ANALYST)
    assert elsewhere[:8] not in street.get(PAGE).text
    street.get(f"{PAGE}/{elsewhere}", 404)
    assert "没有勾选答卷" in street.get(f"{PAGE}/effect?response={elsewhere}").text


def test_excluded_answers_change_the_computed_figures_and_undone_they_are_the_same_to_the_last_digit(
    demo_app: Flask, visit: Visit, found: dict[FindingKind, list[str]], tmp_path: Path
) -> None:
    storage, analyst = storage_of(demo_app), visit(DISTRICT_ANALYST)

    def figures() -> dict[str, Any]:
        """The estimates of both samples as they are kept with the newest run."""
        with storage.read() as session:
            run = newest_run(session, WAVE, "done")
        assert run is not None
        result = json.loads(run.result)
        return {source: result[source]["estimates"] for source in ("prob", "qr")}

    def decide(decision: str, reason: str, group: str) -> None:
        address = f"{PAGE}/effect?matching=1&{group}"
        page = analyst.get(address)
        number = str(len(found[FindingKind.ALIKE]))
        sent = analyst.send(address, page, decision=decision, reason=reason, number=number, sure="1")
        assert f"已处理 {number} 份" in sent.text
        assert f"审核改变 {number} 份" in analyst.get(f"/staff/results/{WAVE}").text, "the page asks for a computation"
        analyse_wave(storage, WAVE, tmp_path / decision, datetime.now(UTC))

    before = figures()
    decide("rejected", "回访证实是抄的", "kind=alike")
    without = figures()
    assert without["prob"] != before["prob"]
    assert without["qr"] == before["qr"], "all were interviews of the drawn sample"
    whole = [next(one for one in told["prob"] if one["domain"] == {}) for told in (before, without)]
    assert whole[0]["n_base"] - whole[1]["n_base"] == len(found[FindingKind.ALIKE])
    decide("open", "查错了人", "kind=alike&decision=rejected")
    assert figures() == before


def test_results_stand_side_by_side_with_and_without_doubted_answers(visit: Visit) -> None:
    assert "去掉有疑点" in visit(DISTRICT_ANALYST).get(f"/staff/results/{WAVE}").text
