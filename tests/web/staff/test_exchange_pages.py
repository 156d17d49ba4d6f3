"""What comes in and goes out, through the pages: imports of other tools, administrative figures, material, webhooks."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.accounts.account import Role
from survey.actions.jobs.run_jobs import run_next_job
from survey.app import create_app
from survey.instrument.load import to_definition
from survey.settings import read_settings
from survey.storage.response_imports import ResponseImportRow
from survey.storage.responses import stream_responses
from survey.web.services import Services
from tests.factories import COMMUNITY, DISTRICT, STREET, WAVE, store_wave
from tests.unit.exchange.samples import QUESTIONNAIRE
from tests.web.conftest import make_account, open_session, storage_of
from tests.web.page import WebPage, inspect

WJX = """序号,提交答卷时间,所用时间,来自IP,1、总体满意吗？,2、参加过哪些？
1,2026/5/20 10:00:00,60秒,10.0.0.9,非常满意,志愿服务┋捐款
2,2026/5/20 10:05:00,60秒,10.0.0.9,挺好,都没有
"""
FIGURES = "indicator,name,unit,operator,target,period,value\nADM_GREEN,建成区绿地率,%,>,36,2026,37\n"


@pytest.fixture
def app(sqlite_url: str, tmp_path: object) -> Iterator[Flask]:
    """As the other tests of pages have it, with one origin that webhooks may go to, and a wave with real questions."""
    values = {"SURVEY_ENV": "test", "SECRET_KEY": "of the tests", "DATABASE_URL": sqlite_url}
    values |= {"SURVEY_VAR": str(tmp_path), "WEBHOOK_ORIGINS": "http://127.0.0.1:9"}
    made = create_app(read_settings(values))
    store_wave(storage_of(made), definition=to_definition(QUESTIONNAIRE))
    yield made
    storage_of(made).close()


class Person:
    """Somebody of the office, signed in."""

    def __init__(self, app: Flask, role: Role, name: str = "one", area: str = DISTRICT) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        open_session(app, self.client, make_account(app, role, area, f"{name}-{role.value}@office.example"))

    def get(self, address: str) -> WebPage:
        answer = self.client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return inspect(answer.get_data(as_text=True))

    def send(self, address: str, page: WebPage, status: int = 200, **fields: object) -> WebPage:
        token = page.all("input", name="csrf_token")[0].attributes["value"]
        data = {"csrf_token": token, **fields}
        answer = self.client.post(address, data=data, content_type="multipart/form-data", follow_redirects=True)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        return inspect(answer.get_data(as_text=True))

    def work(self) -> None:
        services: Services = self.app.extensions["minyi"]
        while run_next_job(services.storage, services.settings, lambda: datetime.now(UTC)):
            pass


def csv(text: str, name: str = "问卷星.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name


def chosen(page: WebPage) -> dict[str, str]:
    """Every select of the page with what is chosen in it."""
    found = {}
    for option in page.all("option"):
        select = next(parent for parent in option.inside if parent.tag == "select")
        if "selected" in option.attributes or select.attributes["name"] not in found:
            found[select.attributes["name"]] = option.attributes["value"]
    return found


def test_a_file_of_another_tool_is_mapped_checked_imported_and_withdrawn_on_its_pages(app: Flask) -> None:
    office, place = Person(app, Role.OFFICE), f"/staff/imports/{WAVE}"
    page = office.send(place, office.get(place), table=csv(WJX))
    address = f"{place}/{_only_import(app)}"
    assert "问卷星" in page.text and "挺好 ×1" in " ".join(page.text.split())
    fields = chosen(page)
    assert (fields["t0"], fields["t3"], fields["t4"], fields["v4-0"], fields["v4-1"]) == ("id", "", "item:a4", "5", "")
    fields |= {"area": COMMUNITY}
    office.send(address, page, go="check", **fields)
    office.work()
    page = office.get(address)
    assert "检查发现 1 处错误" in page.text and "第 3 行 1、总体满意吗？" in page.text
    office.send(address, page, go="store", **fields | {"v4-1": "4"})
    office.work()
    page = office.get(address)
    assert "共 2 行：新增 2，以前已收到 0" in page.text
    assert _answers(app) == ["4", "5"]
    office.send(f"{address}/withdraw", page, reason="选错了文件")
    office.work()
    assert "选错了文件" in office.get(address).text and _answers(app) == []
    assert "已撤回" in office.get(place).text
    street = Person(app, Role.ANALYST, "street", STREET)
    assert street.client.get(place).status_code == 403


def test_a_file_that_is_no_table_is_told_on_the_page(app: Flask) -> None:
    office, place = Person(app, Role.OFFICE), f"/staff/imports/{WAVE}"
    page = office.send(place, office.get(place), 422, table=csv("", "empty.csv"))
    assert "请检查" in page.text
    assert "还没有导入过答卷" in page.text


def test_a_figure_counts_after_another_person_has_checked_it(app: Flask) -> None:
    first, second = Person(app, Role.OFFICE), Person(app, Role.ANALYST, "two")
    page = first.send("/staff/figures/", first.get("/staff/figures/"), table=csv(FIGURES, "f.csv"))
    assert "已导入：指标 1 个，数值 1 个" in page.text
    one = "/staff/figures/ADM_GREEN"
    page = first.get(one)
    assert "请另一个人复核" in page.text and not [b for b in page.all("button") if "复核无误" in b.text]
    first.send(f"{one}/2026/1/check", page, 422, go="accept")
    page = second.send(f"{one}/2026/1/check", second.get(one), go="accept")
    told = " ".join(page.text.split())
    assert "已复核" in told and "✓ 达到" in told and "＞ 36%" in told
    page = first.send(one, first.get(one), 422, go="enter", period="2026-13", value="1")
    assert "期间请写成" in page.text
    page = first.send(
        one, page, go="evidence", period="2026", kind="document", file=(io.BytesIO(b"%PDF-1.4"), "据.pdf")
    )
    assert "据.pdf" in page.text and "已上传。" in page.text
    assert "建成区绿地率 · 2026" in " ".join(first.get("/staff/materials/").text.split())
    with zipfile.ZipFile(io.BytesIO(first.client.get("/staff/materials/materials.zip").data)) as package:
        assert "ADM_GREEN@2026 建成区绿地率 2026/1正式发文/001 据.pdf" in package.namelist()
    page = first.send(one, page, go="enter", period="2025", value="35")
    assert "已录入，等第二人复核。" in page.text
    assert "37" in first.client.get("/staff/figures/figures.csv").get_data(as_text=True)


def test_indicators_are_chosen_from_a_plan_and_looked_up_in_the_list(app: Flask) -> None:
    office, place = Person(app, Role.OFFICE), "/staff/figures/ready/plan-s2"
    assert "还没有行政指标" in office.get("/staff/figures/").text
    assert "请至少勾选一个指标。" in office.send(place, office.get(place), 422).text
    page = office.send(place, office.get(place), indicator=["ADM_AIR", "ADM_ENGEL", "ADM_NET_GROUP"])
    assert "已加入 3 个指标。" in page.text and "空气质量优良天数比例" in page.text
    assert "已登记" in office.get(place).text
    found = office.get("/staff/figures/?q=空气").text
    assert "空气质量优良天数比例" in found and "恩格尔系数" not in found
    plan = inspect(office.client.get("/staff/figures/ADM_AIR").get_data(as_text=True))
    assert "创建方案" in plan.text, "the plan that sets the target stands by its title"
    assert office.client.get("/staff/figures/ready/plan-none").status_code == 404


def test_material_is_uploaded_listed_packed_and_removed(app: Flask) -> None:
    office, place = Person(app, Role.OFFICE), "/staff/materials/"
    office.send("/staff/figures/", office.get("/staff/figures/"), table=csv(FIGURES, "f.csv"))
    facts = {"subject": "ADM_GREEN", "unit": "", "kind": "document"}
    page = office.send(place, office.get(place), 422, **facts, file=(io.BytesIO(b"<svg/>"), "a.svg"))
    assert "请选择指标和文件" in page.text
    page = office.send(place, page, **facts, file=(io.BytesIO(b"%PDF-1.4"), "通知.pdf"))
    assert "通知.pdf" in page.text
    assert office.client.get(f"{place}materials.zip?subject=ADM_GREEN").data.startswith(b"PK")
    assert "没有符合条件的。" in office.get(f"{place}?kind=picture").text
    link = next(a.attributes["href"] for a in page.all("a") if a.attributes["href"].endswith("/remove"))
    page = office.send(link, office.get(link))
    assert "这里还没有材料" in page.text


def test_webhooks_are_registered_tried_and_stopped_by_the_administrator(app: Flask) -> None:
    administrator, place = Person(app, Role.ADMINISTRATOR), "/staff/webhooks/"
    page = administrator.get(place)
    page = administrator.send(place, page, 422, url="https://elsewhere.example/", event="analysis.ready")
    assert "地址不在允许的范围内" in page.text
    page = administrator.send(place, page, url="http://127.0.0.1:9/in", event="analysis.ready")
    assert "whsec_" in page.text
    ping = next(f.attributes["action"] for f in page.all("form") if f.attributes.get("action", "").endswith("/ping"))
    administrator.send(ping, page)
    administrator.work()
    page = administrator.get(place)
    assert "ConnectionRefusedError" in page.text and "等待中" in page.text
    page = administrator.send(ping.replace("/ping", "/stop"), page)
    assert "还没有登记地址" in page.text


def _only_import(app: Flask) -> str:
    with storage_of(app).read() as session:
        [row] = session.scalars(select(ResponseImportRow))
        return row.import_id


def _answers(app: Flask) -> list[object]:
    with storage_of(app).read() as session:
        return sorted(json.dumps(one.answers["a4"]).strip('"') for one in stream_responses(session, WAVE))
