"""Patterns of interviewers in a large wave: a job finds and keeps them, the page tells how old they are."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from survey.actions.jobs.run_jobs import run_next_job
from survey.actions.response.review_answers import decide_review
from survey.actions.results import search_patterns as searching
from survey.actions.results.find_patterns import find_patterns
from survey.response.review import ReviewDecision
from survey.storage.responses import stream_responses
from survey.web.services import services
from tests.demonstration import DISTRICT_ANALYST, OFFICE, STREET_ANALYST, WAVE
from tests.web.conftest import storage_of
from tests.web.staff.conftest import Visit

PAGE = f"/staff/results/{WAVE}/patterns"
DISTRICT = "990101"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration as a wave that is too large to be looked at while somebody waits."""
    monkeypatch.setattr(searching, "QUICK", 100)


def do_jobs(app: Flask) -> None:
    with app.app_context():
        found = services()
        while run_next_job(found.storage, found.settings, lambda: datetime.now(UTC)):
            pass


def tables(page: str) -> list[str]:
    return re.findall(r"<tbody>.*?</tbody>", page, flags=re.DOTALL)


@pytest.mark.usefixtures("large")
def test_large_wave_is_looked_at_by_a_job_that_can_be_cancelled_and_finds_the_same(
    demo_app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst, office = visit(DISTRICT_ANALYST), visit(OFFICE)
    first = analyst.get(PAGE)
    assert "要在后台逐份比较" in first.text and not first.all("table")
    waiting = analyst.send(PAGE, first)
    assert "等待中" in waiting.text and "重新计算" not in waiting.text
    assert "取消任务" not in office.get(PAGE).text  # who did not ask sees how far it is
    (cancel,) = (one.attributes["action"] for one in waiting.all("form") if "/cancel" in one.attributes["action"])
    assert "已取消" in analyst.send(cancel, waiting).text
    analyst.send(PAGE, analyst.get(PAGE))
    do_jobs(demo_app)
    kept = analyst.client.get(PAGE).get_data(as_text=True)
    assert "此后抽样答卷的份数没有变化" in kept
    monkeypatch.setattr(searching, "QUICK", 2000)
    assert tables(kept) == tables(analyst.client.get(PAGE).get_data(as_text=True)) != []


@pytest.mark.usefixtures("large")
def test_kept_patterns_say_when_answers_no_longer_count_and_belong_to_their_area(
    demo_app: Flask, visit: Visit, tmp_path: Path
) -> None:
    analyst, storage = visit(DISTRICT_ANALYST), storage_of(demo_app)
    analyst.send(PAGE, analyst.get(PAGE))
    do_jobs(demo_app)
    with storage.read() as session:
        answer = next(one for one in stream_responses(session, WAVE) if one.interviewer).response_id
    decide_review(
        storage, WAVE, [answer], ReviewDecision.REJECTED, "没有去过", DISTRICT, datetime.now(UTC), DISTRICT_ANALYST
    )
    page = analyst.get(PAGE)
    assert "此后有 1 份抽样答卷不再计入" in page.text and "重新计算" in page.text
    assert "下面是" not in visit(STREET_ANALYST).get(PAGE).text


def test_search_in_parts_keeps_every_interviewer_and_finds_the_copies(demo_app: Flask) -> None:
    whole = find_patterns(storage_of(demo_app), WAVE, DISTRICT)
    parts = find_patterns(storage_of(demo_app), WAVE, DISTRICT, at_once=130)
    assert (whole.parts, parts.parts) == (1, 2)
    assert parts.effects == whole.effects and parts.outliers == whole.outliers
    assert [one.interviewer for one in parts.copies] == [one.interviewer for one in whole.copies] == ["fy-03"]
    assert parts.copies[0].n == whole.copies[0].n
