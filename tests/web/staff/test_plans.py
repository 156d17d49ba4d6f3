"""The office plans a wave page by page: gaps are named, nothing wrong is stored, what is opened is the file's wave."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from survey.accounts.account import Role
from survey.actions.programme.change_wave import change_wave, show_versions
from survey.actions.programme.create_wave import create_wave
from survey.actions.programme.open_wave import open_wave
from survey.actions.programme.plan_wave import save_plan
from survey.actions.upkeep.verify_storage import verify_storage
from survey.programme.arrangement import Way
from survey.programme.margin import AGE_BANDS, SEXES
from survey.programme.recording_plan import RecordingPlan
from survey.programme.target import Operator
from survey.programme.wave import Wave, WaveNotReadyError, WaveStatus
from survey.programme.wave_indicator import read_wave_indicator
from survey.programme.wave_version import PlanChangedError, WaveChangeError
from survey.settings import PROJECT
from survey.storage import Storage
from survey.storage.wave_plans import load_plan
from survey.storage.waves import load_indicators, load_margins, load_wave, save_wave
from tests.factories import KEY, NOW, STREET
from tests.published import store_real_wave
from tests.web.conftest import make_account, open_session, storage_of
from tests.web.page import WebPage, inspect

QUESTIONNAIRES = PROJECT / "questionnaires"
NEW, PLAN = "/staff/plans/new", "/staff/plans/wave-2026-2"
TABLE = "area,sex,age_band,total\n" + "".join(f"{STREET},{sex},{band},100\n" for sex in SEXES for band in AGE_BANDS)
BASICS = {
    "name": "2026年第二轮",
    "name_en": "Second wave 2026",
    "from": "2026-12-01",
    "until": "2027-01-31",
    "organiser": "云溪区创建办",
    "organiser_en": "Yunxi creation office",
    "phone": "0990-0000001",
}
HEADER = {
    "form_number": "云创测2表",
    "authority": "云溪区创建办",
    "approved_by": "云溪区统计局",
    "approval_number": "云统制〔2026〕2号",
    "valid_until": "2027-12-31",
}
STEPS: dict[str, dict[str, object]] = {
    "basics": {**BASICS},
    "population": {"population": "residents", "areas": [STREET]},
    "questionnaire": {"questionnaire": "resident@1"},
    "header": {**HEADER},
    "ways": {"ways": ["poster", "letter"]},
    "indicators": {
        "target_profile": "plan-s2",
        "operator_AWARE": ">=",
        "value_AWARE": "80",
        "unit_AWARE": "rate",
        "source_AWARE": "区创建办2026年1号文",
    },
    "margins": {"table": "margins.csv", "margins_source": "云溪区统计年鉴", "margins_date": "2025-12-31"},
    "quotas": {"go": "here", "label": "扫码女性", "limit": "50", "source": "qr", "answer": "f1=2"},
    "recording": {"position_metres": "200", "photo": "1", "recording_days": "20"},
    "protection": {"browser_token": "1", "many_per_address": "30", "keep_days": "30"},
}


class Officer:
    """Somebody of the office in front of the pages."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.status = 200

    def get(self, address: str) -> WebPage:
        answer = self.client.get(address, follow_redirects=True)
        self.status = answer.status_code
        return inspect(answer.get_data(as_text=True))

    def send(self, address: str, fields: dict[str, object], seen: WebPage | None = None) -> WebPage:
        page = seen or self.get(address)
        hidden = {e.attributes["name"]: e.attributes["value"] for e in page.all("input", type="hidden")}
        data: dict[str, object] = {"csrf_token": hidden["csrf_token"], **fields}
        if "edition" in hidden:
            data.setdefault("edition", hidden["edition"])
        if "table" in fields:
            data["table"] = (io.BytesIO(TABLE.encode()), str(fields["table"]))
        answer = self.client.post(address, data=data, follow_redirects=True, content_type="multipart/form-data")
        self.status = answer.status_code
        return inspect(answer.get_data(as_text=True))

    def fill(self, *steps: str) -> WebPage:
        for step in steps:
            page = self.send(f"{PLAN}/{step}", STEPS[step])
            assert self.status == 200, f"{step}: {page.text}"
        return page


@pytest.fixture
def installation(app: Flask) -> Flask:
    """A district with an open wave that asks the real questionnaire."""
    store_real_wave(storage_of(app))
    return app


@pytest.fixture
def storage(installation: Flask) -> Iterator[Storage]:
    yield storage_of(installation)


@pytest.fixture
def officer(installation: Flask) -> Officer:
    client = installation.test_client()
    open_session(installation, client, make_account(installation, Role.OFFICE))
    begun = Officer(client)
    begun.send(NEW, {"name": "别的一轮"})
    begun.send(NEW, {"name": "2026年第二轮"})
    return begun


def stored_wave(storage: Storage, wave_id: str = "wave-2026-2") -> Wave | None:
    with storage.read() as session:
        return load_wave(session, wave_id)


def test_a_wave_is_planned_from_nothing_to_open_and_every_gap_is_named_on_the_way(
    officer: Officer, storage: Storage
) -> None:
    page = officer.get(f"{PLAN}/")
    assert page.heading.startswith("2026年第二轮")
    for words in ("组织单位：还没有填", "调查对象：还没有填", "问卷：还没有填", "指标：还没有填", "表头：还没有填"):
        assert words in page.text
    assert "还差" in officer.get(f"{PLAN}/open").text, "a wave with gaps does not open"
    officer.fill("basics", "population", "questionnaire", "header", "ways")
    page = officer.get(f"{PLAN}/")
    assert "还差 1 处" in page.text
    assert stored_wave(storage) is None
    officer.fill("indicators")
    assert officer.get(f"{PLAN}/").one("a", href=f"{PLAN}/open")
    page = officer.fill("margins", "quotas", "recording", "protection")
    page = officer.get(f"{PLAN}/open")
    for words in ("居民", "第001街道", "扫码女性", "浏览器编号", "云统制〔2026〕2号", "不低于80%", "高于75%"):
        assert words in page.text
    officer.send(f"{PLAN}/open", {})
    assert officer.status == 422, "the tick is asked for"
    page = officer.send(f"{PLAN}/open", {"sure": "1"}, officer.get(f"{PLAN}/open"))
    assert "本轮调查已经开始" in page.text
    with storage.read() as session:
        wave = load_wave(session, "wave-2026-2")
        rows = [read_wave_indicator(text) for _, text in load_indicators(session, "wave-2026-2")]
        assert len(load_margins(session, "wave-2026-2")) == 10
        assert load_plan(session, "wave-2026-2") is None
    assert wave is not None
    assert wave.status is WaveStatus.OPEN
    assert wave.arrangement.ways == (Way.POSTER, Way.LETTER)
    assert wave.arrangement.covers(["990101", STREET])
    assert not wave.arrangement.covers(["990101", "990101002"])
    assert wave.protection.layers == ("browser_token",)
    assert wave.recording == RecordingPlan(200, photo=True, keep_days=20)
    target = next(one.target for one in rows if one.indicator.id == "AWARE")
    assert target is not None
    assert (target.operator, target.value, target.source) == (Operator.AT_LEAST, 0.8, "区创建办2026年1号文")
    assert any(one.target and one.target.source == "O01" for one in rows), "the others keep those of the plan"


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("basics", {**BASICS, "until": "2026-01-01"}, "结束日期：应为不早于开始日期"),
        ("header", {**HEADER, "valid_until": "明年"}, "有效期：应为日期"),
        ("population", {"population": "nobody"}, "调查对象：应为"),
        ("population", {"population": "residents", "areas": ["990199"]}, "地区：应为已登记的地区代码"),
        ("questionnaire", {"questionnaire": "resident@9"}, "问卷：应为已发布的版本"),
        ("questionnaire", {"questionnaire": "merchant@1"}, "问卷：应为已发布的版本"),
        ("indicators", {"target_profile": "plan-s9"}, "目标方案：应为"),
        (
            "indicators",
            {"target_profile": "plan-s2", "value_AWARE": "180", "operator_AWARE": ">=", "unit_AWARE": "rate"},
            "本轮的目标 1：应为",
        ),
        ("quotas", {"go": "here", "label": "太少", "limit": "0"}, "配额 1：应为"),
        ("quotas", {"go": "next", "label": "忘了份数", "limit": ""}, "配额 1：还没有填"),
        ("protection", {"keep_days": "999"}, "保存天数：应为"),
        ("recording", {"position_metres": "7", "recording_days": "30"}, "位置取整到多少米：应为"),
        ("ways", {"ways": ["pigeon"]}, "怎样调查 1：应为"),
    ],
)
def test_what_does_not_fit_is_told_and_not_stored(
    officer: Officer, storage: Storage, step: str, fields: dict[str, object], words: str
) -> None:
    officer.fill("population", "questionnaire")
    with storage.read() as session:
        before = load_plan(session, "wave-2026-2")
    page = officer.send(f"{PLAN}/{step}", fields)
    assert officer.status == 422
    assert words in page.text
    with storage.read() as session:
        assert load_plan(session, "wave-2026-2") == before


def test_a_table_of_margins_with_faults_is_refused_with_every_fault(officer: Officer) -> None:
    data = {"table": (io.BytesIO(f"area,sex,age_band,total\n990109,1,65+,3\n{STREET},3,65+,x\n".encode()), "t.csv")}
    page = officer.get(f"{PLAN}/margins")
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    answer = officer.client.post(f"{PLAN}/margins", data={"csrf_token": token, "edition": "1", **data})
    assert answer.status_code == 422
    text = inspect(answer.get_data(as_text=True)).text
    assert "990109" in text
    assert "第 3 行" in text


def test_two_people_at_once_do_not_overwrite_each_other_unseen(officer: Officer, storage: Storage) -> None:
    seen = officer.get(f"{PLAN}/header")
    officer.fill("basics")
    page = officer.send(f"{PLAN}/header", {**HEADER}, seen)
    assert officer.status == 409
    assert page.values("approval_number") == ["云统制〔2026〕2号"], "what was typed is still there"
    page = officer.send(f"{PLAN}/header", {**HEADER}, page)
    assert officer.status == 200
    with pytest.raises(PlanChangedError):
        save_plan(storage, QUESTIONNAIRES, "wave-2026-2", 1, {"areas": []}, NOW, "another")


def test_the_file_of_a_wave_makes_the_same_wave_on_the_command_line_and_by_upload(
    officer: Officer, storage: Storage, tmp_path: Path
) -> None:
    officer.fill(*STEPS)
    text = officer.client.get(f"{PLAN}/wave.yaml").get_data(as_text=True)
    tree = yaml.safe_load(text)
    assert (tree["id"], tree["ways"], len(tree["margins"])) == ("wave-2026-2", ["poster", "letter"], 10)
    path = tmp_path / "again.yaml"
    path.write_text(text.replace("id: wave-2026-2", "id: again"), encoding="utf-8")
    again = create_wave(storage, QUESTIONNAIRES, path, NOW, "test")
    with storage.read() as session:
        planned = load_wave(session, "wave-2026-2")
        assert load_indicators(session, "again") == load_indicators(session, "wave-2026-2")
        assert load_margins(session, "again") == load_margins(session, "wave-2026-2")
    assert planned is not None
    assert (again.header, again.arrangement, again.protection) == (
        planned.header,
        planned.arrangement,
        planned.protection,
    )
    token = officer.get(NEW).all("input", name="csrf_token")[0].attributes["value"]
    for written, status in ((text, 422), (text.replace("id: wave-2026-2\n", ""), 200), (text + "colour: red\n", 422)):
        upload = {"csrf_token": token, "file": (io.BytesIO(written.encode()), "wave.yaml")}
        answer = officer.client.post(NEW, data=upload, content_type="multipart/form-data", follow_redirects=True)
        assert answer.status_code == status
    assert stored_wave(storage, "wave-2026-3") is not None, "a whole file is a draft at once"


def test_a_copy_takes_everything_but_days_and_approval(officer: Officer) -> None:
    officer.fill(*STEPS)
    page = officer.send(NEW, {"name": "2026年第三轮", "like": "wave-2026-2"})
    assert "还差 2 处" in page.text
    assert "批准文号：还没有填" in page.text
    assert "有效期：还没有填" in page.text
    page = officer.send(NEW, {"name": "照着进行中的一轮", "like": "wave-resident"})
    assert officer.status == 200


def test_a_wave_brings_its_own_indicators(officer: Officer, storage: Storage) -> None:
    officer.fill("basics", "population", "questionnaire", "header")
    form = officer.get(f"{PLAN}/own-indicator?item=b3&rule=TOP")
    assert [e.attributes["value"] for e in form.all("input", name="count", checked="")] == ["5", "4"]
    wrong = officer.send(f"{PLAN}/own-indicator", {"item": "b3", "rule": "TOP", "label": "公交"}, form)
    assert officer.status == 422
    assert "指标 1" in wrong.text
    fields = {"item": "b3", "rule": "TOP", "label": "公交满意率", "count": ["5", "4"], "dont_know": "excluded"}
    target = {"base": "有评价者", "operator": ">", "value": "60", "source": "本轮方案"}
    page = officer.send(f"{PLAN}/own-indicator", {**fields, **target}, form)
    assert "高于60%" in page.text
    points = {"item": "a4", "rule": "INDEX", "label": "总分", "points_5": "100", "points_4": "80", "points_3": "60"}
    page = officer.send(f"{PLAN}/own-indicator?item=a4&rule=INDEX", {**points, "dont_know": "excluded", "base": "全部"})
    assert "满分100分" in page.text
    assert officer.get(f"{PLAN}/").one("a", href=f"{PLAN}/open")
    page = officer.send(f"{PLAN}/own-indicators", {"remove": "OWN1"}, officer.get(f"{PLAN}/indicators"))
    assert "公交满意率" not in page.text
    officer.send(f"{PLAN}/own-indicators", {"remove": "OWN2"}, page)
    officer.fill("indicators")
    adopted = officer.send(f"{PLAN}/own-indicators", {"go": "adopt"}, officer.get(f"{PLAN}/own-indicator"))
    assert "本轮用自己的指标" in adopted.text
    assert "不低于80%" in adopted.text
    opened = open_wave(storage, "wave-2026-2", NOW, "test", QUESTIONNAIRES)
    assert opened.target_profile == ""


def test_after_the_opening_changes_are_versions_and_rules_stay(officer: Officer, storage: Storage) -> None:
    officer.fill(*STEPS)
    open_wave(storage, "wave-2026-2", NOW, "office@yunxi.example", QUESTIONNAIRES)
    form = officer.get(f"{PLAN}/change")
    fields: dict[str, object] = {**BASICS, **HEADER, "browser_token": "1", "many_per_address": "30", "keep_days": "30"}
    fields["number"] = "1"
    officer.send(f"{PLAN}/change", {**fields, "phone": "0990-0000002"}, form)
    assert officer.status == 422, "a reason is asked for"
    officer.send(f"{PLAN}/change", {**fields, "reason": "没什么"}, form)
    assert officer.status == 422, "nothing was changed"
    page = officer.send(f"{PLAN}/change", {**fields, "phone": "0990-0000002", "reason": "电话换号"}, form)
    assert "第 2 版" in page.text
    assert "原因：电话换号" in page.text
    assert "0990-0000001" in page.text
    officer.send(f"{PLAN}/change", {**fields, "phone": "0990-0000003", "reason": "又换"}, form)
    assert officer.status == 409, "somebody else's version is newer"
    for key in ("target_profile", "questionnaire", "population", "quotas"):
        with pytest.raises(WaveChangeError):
            change_wave(storage, "wave-2026-2", 2, {key: "x"}, "why not", NOW, "office@yunxi.example")
    found = show_versions(storage, "wave-2026-2")
    assert found is not None
    wave, versions = found
    assert wave.organiser.phone == "0990-0000002"
    assert [(one.version.number, len(one.differences)) for one in versions] == [(2, 1), (1, 0)]
    page = officer.send(f"{PLAN}/close", {})
    assert "本轮调查已经结束" in page.text
    assert officer.get(f"{PLAN}/change").heading == "版本与改动"


def test_verification_tells_a_wave_that_is_not_what_its_newest_version_says(officer: Officer, storage: Storage) -> None:
    officer.fill(*STEPS)
    opened = open_wave(storage, "wave-2026-2", NOW, "test", QUESTIONNAIRES)
    assert list(verify_storage(storage, KEY)) == []
    with storage.write() as session:
        save_wave(session, replace(opened, target_profile="", header=replace(opened.header, form_number="别的表")))
    assert [str(one) for one in verify_storage(storage, KEY)] == [
        "wave_version: wave wave-2026-2: versions: header: the newest version and the wave differ"
    ]


def test_a_wave_of_before_has_a_first_version_and_can_be_changed(officer: Officer, storage: Storage) -> None:
    assert "第 1 版" in officer.get("/staff/plans/wave-resident/versions").text
    form = officer.get("/staff/plans/wave-resident/change")
    values = {name: form.values(name)[0] for name in (*BASICS, *HEADER) if form.values(name)}
    sent = {
        **values,
        "phone": BASICS["phone"],
        "valid_until": "2028-01-31",
        "reason": "延期",
        "number": "1",
        "keep_days": "30",
    }
    dated = {e.attributes["name"]: e.attributes["value"] for e in form.all("input", type="date")}
    page = officer.send("/staff/plans/wave-resident/change", {**values, **dated, **sent}, form)
    assert "第 2 版" in page.text
    assert "第 1 版" in page.text


def test_a_draft_of_the_command_line_is_gone_on_with_in_the_browser(officer: Officer, storage: Storage) -> None:
    officer.fill(*STEPS)
    officer.send(f"{PLAN}/header", {**HEADER, "approval_number": ""})
    with pytest.raises(WaveNotReadyError, match="approval_number"):
        open_wave(storage, "wave-2026-2", NOW, "test", QUESTIONNAIRES)
    with pytest.raises(WaveNotReadyError, match="without gaps"):
        open_wave(storage, "wave-2026-2", NOW, "test")


def test_a_plan_is_taken_away_unless_codes_belong_to_it(officer: Officer, storage: Storage) -> None:
    officer.fill(*STEPS)
    issued = {"place": "社区中心", "area": "990101001001", "place_type": "service"}
    officer.send("/staff/waves/wave-2026-2/posters", issued)
    officer.send(f"{PLAN}/discard", {})
    assert officer.status == 422
    assert stored_wave(storage) is not None
    page = officer.send("/staff/plans/wave-2026-1/discard", {})
    assert "已删除" in page.text


def test_posters_are_issued_only_where_the_wave_has_them(officer: Officer) -> None:
    officer.fill(*STEPS)
    outside = {"place": "公园", "area": "990101002001", "place_type": "park"}
    page = officer.send("/staff/waves/wave-2026-2/posters", outside)
    assert officer.status == 422
    assert "不包括这个地区" in page.text
    officer.send(f"{PLAN}/ways", {"ways": ["letter"]})
    officer.send("/staff/waves/wave-2026-2/posters", {**outside, "area": "990101001001"})
    assert officer.status == 422


def test_a_part_of_the_district_plans_nothing(installation: Flask) -> None:
    client = installation.test_client()
    open_session(installation, client, make_account(installation, Role.OFFICE, STREET, "street@office.example"))
    assert client.get(NEW).status_code == 403
    assert client.get("/staff/waves/").status_code == 200
