"""A questionnaire whose blocks change places: each person has one order, which is stored and exported."""

import csv
import re
from pathlib import Path

import pytest

from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.instrument.compile import compile_questionnaire
from survey.instrument.load import to_definition
from survey.storage import Storage
from tests.factories import NOW, WAVE, StoredWave, make_wave, store_wave
from tests.web.page import WebPage
from tests.web.visitor import Visitor

TINY = Path(__file__).parents[2] / "questionnaires"
BLOCKS = {"公园": "parks", "公交": "buses", "商店": "shops"}


@pytest.fixture
def wave(app_storage: Storage) -> StoredWave:
    definition = to_definition(compile_questionnaire(TINY, "order", 1))
    return store_wave(app_storage, make_wave(questionnaire="order"), definition=definition)


def order_of(page: WebPage) -> str:
    return " ".join(BLOCKS[e.text] for e in page.all("h2") if e.text in BLOCKS)


def ways(visitor: Visitor, wave: StoredWave) -> tuple[str, str]:
    page = visitor.get(f"/q/{wave.posters[0].code}/zh-hans")
    one, everything = [e.attributes["href"] for e in page.all("a") if "/a/" in e.attributes.get("href", "")]
    return one, everything


def test_order_of_a_form_is_the_same_on_every_page_and_in_the_export(
    visitor: Visitor, app_storage: Storage, wave: StoredWave, tmp_path: Path
) -> None:
    shown = []
    for _ in range(8):
        one, everything = ways(visitor, wave)
        shown.append(order_of(visitor.get(everything)))
        assert order_of(visitor.get(everything.replace("zh-hans", "zh-hans-large"))) == shown[-1]
        asked = []
        visitor.post(one, {"go": "next", "out": "2"}, 303)
        while visitor.response is not None and "/ask/" in visitor.response.headers["Location"]:
            address = visitor.response.headers["Location"]
            asked.append(re.sub(".*/", "", address))
            visitor.post(address, {"go": "next"}, 303)
        assert asked == [name for name in shown[-1].split() if name != "parks"], (
            "who stays at home is not asked of parks"
        )
        visitor.post(everything, {"go": "send", "out": "1"}, 303)
    assert len(set(shown)) > 1
    path = tmp_path / "wave.csv"
    export_responses(app_storage, ExportRequest(WAVE, ExportFormat.CSV), path, NOW)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["block_order"] for row in rows) == sorted(shown)
    assert all(row["order_seed"].isdecimal() for row in rows)


def test_faults_are_numbered_as_the_person_sees_the_questions(visitor: Visitor, wave: StoredWave) -> None:
    _, everything = ways(visitor, wave)
    form = visitor.get(everything)
    page = visitor.post(everything, {"go": "send", "buses": "77"}, 422)
    legend = next(e.text for e in form.all("legend") if "公交" in e.text)
    assert f"第 {legend.split('.')[0].strip()} 题" in page.text
