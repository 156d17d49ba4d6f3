"""What the office and the analyst see of quotas and of marks: numbers, and the figures with and without them."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from survey.instrument.text import Text
from survey.programme.protection import Protection
from survey.programme.quota import Quota
from survey.response.response import Source
from survey.storage.analyses import AnalysisRunRow
from survey.storage.marks import MarkRow
from survey.storage.quotas import save_quotas
from survey.storage.responses import ResponseRow
from survey.storage.waves import require_wave, save_wave
from tests.demonstration import DISTRICT_ANALYST, OFFICE, WAVE
from tests.web.conftest import storage_of
from tests.web.staff.conftest import Visit

LAYERS = Protection(browser_token=True, address_hash=True, keep_days=21)


@pytest.fixture
def marked(demo_app: Flask) -> Flask:
    """The demonstration with two layers, one quota, seven marks, and an analysis that knows of them."""
    with storage_of(demo_app).write() as session:
        save_wave(session, replace(require_wave(session, WAVE), protection=LAYERS))
        save_quotas(session, WAVE, [Quota("young", Text("青年", "young people"), 30, sources=("qr",))])
        query = select(ResponseRow.response_id).where(ResponseRow.wave == WAVE, ResponseRow.source == Source.QR.value)
        for number, one in enumerate(session.scalars(query.limit(7)).all()):
            signs, score = ("same_browser", 0.6) if number < 4 else ("same_address", 0.3)
            session.add(MarkRow(wave=WAVE, response_id=one, signs=signs, score=score, over_quota=""))
        run = session.scalars(select(AnalysisRunRow).where(AnalysisRunRow.status == "done")).one()
        result = json.loads(run.result)
        everybody = [one for one in result["qr"]["estimates"] if not one["domain"]]
        result["qr"]["estimates"] += [one | {"domain": {"for_review": "0"}, "n_base": 123} for one in everybody]
        run.result = json.dumps(result)
    return demo_app


@pytest.mark.usefixtures("marked")
def test_office_sees_layers_signs_and_quotas_of_its_wave(visit: Visit) -> None:
    text = "".join(visit(OFFICE).get(f"/staff/waves/{WAVE}").text.split())
    assert "浏览器编号、网络地址摘要" in text
    assert "单向摘要保存21天" in text
    assert "同一个浏览器在本轮交过0.64" in text
    assert "同一个网络当天交得比平常多0.33" in text
    assert "待人工核对≥0.54" in text
    assert "青年3000还差30份" in text


@pytest.mark.usefixtures("marked")
def test_analyst_of_the_whole_district_sees_every_figure_without_the_marked_responses(visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(f"/staff/results/{WAVE}")
    assert "去掉待核对" in page.text
    assert "123" in [cell.text for cell in page.all("td", class_="n")], "the sample without them"


def test_a_wave_without_marks_says_nothing_about_them(visit: Visit) -> None:
    assert "没有打开防止重复答题的办法" in visit(OFFICE).get(f"/staff/waves/{WAVE}").text
    assert "去掉待核对" not in visit(DISTRICT_ANALYST).get(f"/staff/results/{WAVE}").text
