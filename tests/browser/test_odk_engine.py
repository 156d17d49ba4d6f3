"""Every questionnaire filled and sent with other people's program: the engine of ODK Web Forms in Chromium."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from survey.actions.fieldwork.collect_devices import issue_collect_device
from survey.instrument.answers import AnswerValue, as_expression_text
from survey.instrument.compile import compile_questionnaire
from survey.instrument.evaluate import evaluate
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.storage import Storage
from survey.storage.fieldwork import save_cases
from survey.storage.responses import ResponseRow
from tests.factories import COMMUNITY, DISTRICT, make_wave
from tests.live_server import LiveServer
from tests.published import FOLDER, store_real_wave
from tests.web.openrosa.collect_client import CollectClient
from tests.web.openrosa.field import make_case, make_interviewer

ENGINE = Path(__file__).parent.parent / "vendor" / "xforms-engine" / "index.js.gz"
SCRIPT = (Path(__file__).parent / "fill_form.js").read_text(encoding="utf-8")
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/v1.yaml"))


@pytest.fixture(scope="module")
def station(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Storage, CollectClient]]:
    """A server with a wave for every questionnaire, each with two dwellings of one interviewer."""
    var = tmp_path_factory.mktemp("engine")
    shutil.copy(sqlite_template, var / "survey.db")
    url = f"sqlite:///{var / 'survey.db'}"
    storage = Storage(url)
    waves = [store_real_wave(storage, name, make_wave(f"door-{name}", questionnaire=name)) for name in NAMES]
    account = make_interviewer(storage)
    with storage.write() as session:
        save_cases(session, [make_case(account, number, one.wave.id) for one in waves for number in range(2)])
    now = datetime.now(UTC)
    device = issue_collect_device(storage, account.interviewer_code, "1 号手机", area=DISTRICT, now=now, actor="test")
    with LiveServer(url, var) as server:
        yield storage, CollectClient(f"{server.url}/openrosa/{device.token}")
    storage.close()


@pytest.fixture
def engine(open_page: Callable[..., Page]) -> Page:
    """An empty page from which the engine can be imported; it reaches no network."""
    page, program = open_page(), gzip.decompress(ENGINE.read_bytes())

    def answer(route: Route) -> None:
        if route.request.url.endswith("/engine.js"):
            route.fulfill(body=program, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>engine</title>", content_type="text/html")

    page.route("**/*", answer)
    page.goto("https://engine.invalid/")
    return page


def answers_to(questionnaire: Questionnaire, choose: int) -> dict[str, AnswerValue]:
    """What a person says who always takes the choice in place `choose` (of those that stand alone, none)."""
    answers: dict[str, AnswerValue] = {}
    known = {value.name: "home" for value in questionnaire.context}
    for item in questionnaire.asked_items:
        if item.relevant and not evaluate(item.relevant.tree, known):
            continue
        codes = [choice.code for choice in item.choices if not choice.exclusive]
        value: AnswerValue = None
        if item.minimum_age:
            stop = item.minimum_age.stop.tree
            value = next(code for code in codes if not evaluate(stop, known, code))
        elif item.type is ItemType.SELECT_ONE:
            value = codes[choose % len(codes)]
        elif item.type is ItemType.SELECT_MULTIPLE:
            value = codes[choose % len(codes) :][: min(2, item.maximum_choices or 2)]
        elif item.type is ItemType.INTEGER:
            value = 3
        elif item.type is ItemType.TEXT:
            value = "路灯很亮 <&>"
        elif item.type is ItemType.AREA:
            value = COMMUNITY
        answers[item.name] = value
        known[item.name] = as_expression_text(value)
    return answers


def fill(page: Page, xform: bytes, cases: bytes, given: dict[str, list[str]], **spoil: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = page.evaluate(
        SCRIPT, {"xform": xform.decode(), "cases": cases.decode(), "given": given, "spoil": spoil}
    )
    assert "error" not in made, made
    return made


def visit_to(cases: bytes, number: int, outcome: str) -> dict[str, list[str]]:
    case = cases.decode().splitlines()[number + 1].split(",")[0]
    return {"visit_case": [case], "visit_outcome": [outcome], "visit_eligible": ["2"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_questionnaire_is_filled_and_sent_and_stored_as_it_was_filled(
    station: tuple[Storage, CollectClient], engine: Page, name: str
) -> None:
    storage, client = station
    questionnaire = compile_questionnaire(FOLDER, name, 1)
    [form] = client.form_list(formID=f"door-{name}")
    xform, files = client.download(form)
    for number, choose in enumerate((0, 3)):  # two persons, one dwelling each
        said = answers_to(questionnaire, choose)
        given = {item: as_expression_text(value).split() for item, value in said.items() if value is not None}
        given |= {item.name: ["路灯很亮 <&>"] for item in questionnaire.items if item.type is ItemType.TEXT}
        made = fill(engine, xform, files["cases.csv"], given | visit_to(files["cases.csv"], number, "110"))
        assert (made["status"], made["left"]) == ("ready", [])
        asked = set(made["asked"]) & questionnaire.answer_names
        assert asked == said.keys(), "the engine asks other questions than our interpreter"
        reply = client.send(made["xml"].encode())
        assert reply.message.startswith("已收到，回执 "), reply.message
        with storage.read() as session:
            rows = session.query(ResponseRow).filter_by(wave=f"door-{name}")
            assert said in [json.loads(row.answers) for row in rows]
    assert made["languages"] == ["中文 (zh)", "繁體中文 (zh-Hant)", "English (en)"]


def test_a_visit_without_interview_asks_nothing_and_limits_are_said_at_the_door(
    station: tuple[Storage, CollectClient], engine: Page
) -> None:
    _, client = station
    [form] = client.form_list(formID="door-doorstep")
    xform, _ = client.download(form)
    cases = b"name,label,area\nx-1,\xe4\xba\x91\xe6\xba\xaa\xe8\xb7\xaf9\xe5\x8f\xb7,990101001001\n"
    closed = fill(engine, xform, cases, visit_to(cases, 0, "224"))
    assert closed["status"] == "ready"
    assert closed["dwellings"] == ["云溪路9号"]
    assert "a1" not in closed["asked"]
    assert "visit_again" in closed["asked"]
    assert "<a1" not in closed["xml"]
    young = fill(engine, xform, cases, {**visit_to(cases, 0, "110"), "age_confirmed": ["2"]})
    assert "age_confirmed_stop" in young["asked"]
    assert "a1" not in young["asked"]
    spoilt = fill(
        engine,
        xform,
        cases,
        {**visit_to(cases, 0, "110"), "age_confirmed": ["1"], "a3": ["1"]},
        a3=["1", "99"],
        e3=["字" * 301],
        visit_eligible=["31"],
    )
    assert spoilt["violations"] == {"a3": "constraint", "e3": "constraint", "visit_eligible": "constraint"}
