"""Checks of answers, decisions with a reason, second looks: kept, logged, told in report and evidence."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from survey.actions.response.receive_response import receive_response
from survey.actions.results.check_integrity import check_integrity
from survey.actions.results.integrity_summary import integrity_summary
from survey.actions.results.list_findings import list_found_answers, show_found_answer, weigh
from survey.actions.results.settle_findings import look_again, settle_findings
from survey.exchange.plan.evidence_bundle import write_integrity
from survey.instrument.load import to_definition
from survey.programme.wave_indicator import dump_wave_indicator
from survey.response.integrity import FindingKind
from survey.response.response import Mode, Source
from survey.response.review import ReviewDecision, ReviewError
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.marks import MarkRow
from survey.storage.responses import count_responses
from survey.storage.waves import save_indicators
from tests.factories import DISTRICT, KEY, NOW, WAVE, make_submission, store_wave
from tests.storage.test_analyse_wave import INDICATORS
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE

ONE, OTHER = "first@yunxi.example", "second@yunxi.example"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def checked(storage: Storage) -> Storage:
    """Three answers: one with a strong sign of a second answer, one with officials present, one with nothing."""
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    with storage.write() as session:
        save_indicators(session, WAVE, [(one.indicator.id, dump_wave_indicator(one)) for one in INDICATORS])
    for name, present in (("r-1", None), ("r-2", ["1", "3"]), ("r-3", ["99"])):
        answers = FULL if present is None else {**FULL, "interview_present": present}
        sent = make_submission(response_id=name, answers=answers, source=Source.PROB, mode=Mode.INTERVIEWER)
        receive_response(storage, KEY, replace(sent, interviewer="fy-01"), NOW)
    with storage.write() as session:
        session.add(MarkRow(wave=WAVE, response_id="r-1", signs="same_browser", score=0.6, over_quota=""))
    check_integrity(storage, WAVE, NOW, ONE)
    return storage


def test_check_keeps_what_it_found_and_says_which_rules_it_could_not_use(checked: Storage) -> None:
    found = list_found_answers(checked, WAVE, DISTRICT)
    assert {one.response: one.kinds for one in found.answers} == {
        "r-1": (FindingKind.DEVICE,),
        "r-2": (FindingKind.WATCHED,),
    }
    assert found.check is not None
    assert found.check.answers == 3
    assert "30" in found.check.rules["fast"]["not_used"]
    assert not list_found_answers(checked, WAVE, "990101002").answers
    with checked.read() as session:
        assert session.scalars(select(EventRow.actor).where(EventRow.action == "check_integrity")).all() == [ONE]


def test_every_decision_wants_a_reason_and_counts_follow_it(checked: Storage) -> None:
    for decision in ReviewDecision:
        with pytest.raises(ReviewError, match="reason"):
            settle_findings(checked, WAVE, ["r-1"], decision, " ", DISTRICT, NOW, ONE)
    settle_findings(checked, WAVE, ["r-1"], ReviewDecision.REJECTED, "同一部手机", DISTRICT, NOW, ONE)
    with checked.read() as session:
        assert count_responses(session, WAVE) == 2
    assert len(list_found_answers(checked, WAVE, DISTRICT).answers) == 2, "an excluded answer stays in the list"
    settle_findings(checked, WAVE, ["r-1"], ReviewDecision.OPEN, "弄错了", DISTRICT, LATER, ONE)
    with checked.read() as session:
        assert count_responses(session, WAVE) == 3


def test_effect_is_the_weighted_share_with_and_without(checked: Storage) -> None:
    weighing = weigh(checked, WAVE, DISTRICT, ["r-1", "unknown"])
    assert [one.response for one in weighing.answers] == ["r-1"]
    assert weighing.effects
    assert {(one.n, one.n_without) for one in weighing.effects if one.n} == {(3, 2)}
    assert all(one.difference == pytest.approx(0.0) for one in weighing.effects if one.n), "three equal answers"


def test_second_look_is_another_persons_and_disagreement_holds_the_answer(checked: Storage) -> None:
    with pytest.raises(ReviewError, match="a decision to look at"):
        look_again(checked, WAVE, "r-1", True, "", DISTRICT, LATER, OTHER)
    settle_findings(checked, WAVE, ["r-1"], ReviewDecision.REJECTED, "同一部手机", DISTRICT, NOW, ONE)
    with pytest.raises(ReviewError, match="another person"):
        look_again(checked, WAVE, "r-1", True, "", DISTRICT, LATER, ONE)
    with pytest.raises(ReviewError, match="why not"):
        look_again(checked, WAVE, "r-1", False, " ", DISTRICT, LATER, OTHER)
    with pytest.raises(ReviewError, match="expected an answer of"):
        look_again(checked, WAVE, "r-1", True, "", "990101002", LATER, OTHER)
    look_again(checked, WAVE, "r-1", True, "", DISTRICT, LATER, OTHER)
    shown = show_found_answer(checked, WAVE, DISTRICT, "r-1")
    assert shown is not None and shown.answer.look is not None
    assert [(step.decision, step.agrees) for step in shown.history] == [(ReviewDecision.REJECTED, False), (None, True)]
    look_again(checked, WAVE, "r-1", False, "一家人", DISTRICT, LATER + timedelta(hours=1), OTHER)
    again = show_found_answer(checked, WAVE, DISTRICT, "r-1")
    assert again is not None
    assert again.answer.decision is ReviewDecision.HELD
    assert [step.text for step in again.history][-2:] == ["一家人", "一家人"]


def test_evidence_tells_rules_and_decisions_and_names_nobody(checked: Storage, tmp_path: Path) -> None:
    settle_findings(checked, WAVE, ["r-1"], ReviewDecision.REJECTED, "同一部手机", DISTRICT, NOW, ONE)
    look_again(checked, WAVE, "r-1", True, "", DISTRICT, LATER, OTHER)
    with checked.read() as session:
        summary = integrity_summary(session, WAVE)
    assert summary.reasons == {"同一部手机": 1}
    write_integrity(tmp_path, summary)
    text = (tmp_path / "integrity.json").read_text(encoding="utf-8")
    told = json.loads(text)
    assert told["findings"]["device"] == told["findings"]["watched"] == 1
    (decision,) = told["decisions"]
    assert decision["findings"] == ["device"]
    assert (decision["decision"], decision["reviewer"], decision["second_look"]) == ("rejected", 1, True)
    assert not any(name in text for name in (ONE, OTHER, "r-1", "fy-01"))
