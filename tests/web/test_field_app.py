"""The worker's app as the server gives it out, what a device may ask for, and the office's page of devices."""

import io
import json
import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.accounts.account import Role
from survey.actions.fieldwork.enrol_device import Enrolment, enrol_device
from survey.actions.fieldwork.import_device_file import FORMAT
from survey.fieldwork.disposition import VISIT_OUTCOMES
from survey.storage.devices import KeptRecordRow
from tests.fieldwork import Field, answer_record, body_of, store_field, visit_record
from tests.published import store_real_wave
from tests.web.conftest import make_account, open_session, storage_of
from tests.web.page import WebPage, inspect, read_page

KEY = "of the tests"  # the SECRET_KEY of the application under test


@pytest.fixture
def field(app: Flask) -> Field:
    storage = storage_of(app)
    return store_field(storage, store_real_wave(storage, "doorstep"))


@pytest.fixture
def device(app: Flask, field: Field) -> Enrolment:
    return enrol_device(storage_of(app), KEY, field.account, "红色手机", datetime.now(UTC))


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def contact(phone: FlaskClient, device: Enrolment, **changed: object) -> int:
    told = {"device_clock": datetime.now(UTC).isoformat(), "app_version": "abc", "issued": 2, "unsent": 2} | changed
    return phone.post("/field/contact", json=told, headers=bearer(device.deliver_token)).status_code


@pytest.mark.parametrize("address", ["/field/", "/field/zh-Hant/", "/field/en/"])
def test_the_app_is_one_page_for_everybody_with_nothing_inline_and_no_cookie(phone: FlaskClient, address: str) -> None:
    answer = phone.get(address)
    assert "Set-Cookie" not in answer.headers
    page = inspect(answer.text)
    assert page.heading
    assert len(page.all("template")) > 12
    words = {one.attributes["data-word"] for one in page.elements if "data-word" in one.attributes}
    assert len(words) > 60
    assert {f"outcome-{one.value}" for one in VISIT_OUTCOMES} <= words, "an earlier visit may have any outcome"


def test_every_file_of_the_app_is_named_in_the_service_worker_and_is_there(phone: FlaskClient) -> None:
    worker = phone.get("/field/sw.js")
    assert worker.mimetype == "text/javascript"
    found = re.search(r"FILES = (\[.*\]);", worker.text)
    assert found is not None
    files = json.loads(found[1])
    assert len(files) == len(set(files))
    for name in files:
        answer = phone.get(name)
        assert answer.status_code == 200, name
        for imported in re.findall(r'from "\./(\w+\.js)"', answer.text if name.endswith(".js") else ""):
            assert any(other.endswith(f"/{imported}") for other in files), f"{name} imports {imported}"


def test_the_app_can_be_installed(phone: FlaskClient) -> None:
    manifest = phone.get("/field/manifest.webmanifest").get_json(force=True)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/field/", "/field/", "standalone")
    assert phone.get(manifest["icons"][0]["src"]).status_code == 200


def test_the_day_s_work_holds_cases_places_and_the_questionnaire(
    phone: FlaskClient, field: Field, device: Enrolment
) -> None:
    work = phone.get("/field/work", headers=bearer(device.work_token)).get_json()
    assert [case["address"] for case in work["cases"]] == ["云溪路1号", "云溪路2号", "云溪路3号"]
    assert "base_weight" not in json.dumps(work)
    [wave] = work["waves"]
    assert wave["definition"]["name"] == "doorstep"
    address = f"/field/form/{wave['id']}/doorstep/1/en"
    form = read_page(phone.get(address, headers=bearer(device.work_token)).text)
    shown = {one.attributes["data-block"] for one in form.elements if "data-block" in one.attributes}
    items = {item["name"] for section in wave["definition"]["sections"] for item in section["items"]}
    assert shown == items


@pytest.mark.parametrize("version", ["0", "99999999", "one"])
def test_a_form_that_was_never_published_is_not_there(
    phone: FlaskClient, field: Field, device: Enrolment, version: str
) -> None:
    wave = field.stored.wave.id
    address = f"/field/form/{wave}/doorstep/{version}/en"
    assert phone.get(address, headers=bearer(device.work_token)).status_code == 404


def test_a_token_opens_only_what_it_is_for(phone: FlaskClient, device: Enrolment) -> None:
    assert phone.get("/field/work", headers=bearer(device.deliver_token)).status_code == 403
    assert phone.post("/field/records/1", data=b"{}", headers=bearer(device.work_token)).status_code == 403
    assert phone.get("/field/work").status_code == 403


@pytest.mark.parametrize("changed", [{"issued": -1}, {"unsent": "2"}, {"device_clock": "noon"}, {"device_clock": 5}])
def test_a_contact_that_no_app_makes_is_a_bad_request(
    phone: FlaskClient, device: Enrolment, changed: dict[str, object]
) -> None:
    assert contact(phone, device, **changed) == 400


def test_the_office_sees_made_received_and_missing_and_stops_a_device(
    app: Flask, phone: FlaskClient, field: Field, device: Enrolment
) -> None:
    assert contact(phone, device, issued=3, unsent=1) == 200
    record = visit_record(field)
    phone.post(f"/field/records/{record['id']}", data=body_of(record, device), headers=bearer(device.deliver_token))
    office = app.test_client()
    open_session(app, office, make_account(app, Role.OFFICE))
    page = shown(office)
    made, unsent, missing, conflicts, kept = (cell.text.strip() for cell in page.all("td", class_="n")[:5])
    assert (made, unsent, missing, conflicts, kept) == ("3", "1", "1", "0", "0")
    assert page.one("td", class_="n rate").text == "1", "received"
    assert "红色手机" in page.text
    assert "fy-01" in page.text
    stop = f"/staff/devices/{device.device.id}/stop"
    asked = inspect(office.get(stop).text)
    token = asked.all("input", name="csrf_token")[-1].attributes["value"]
    assert "已停用" in inspect(office.post(stop, data={"csrf_token": token}, follow_redirects=True).text).text
    assert contact(phone, device) == 403
    assert phone.get("/field/work", headers=bearer(device.work_token)).get_json() == {"error": "stopped"}


def test_the_office_brings_in_an_exported_file_and_another_file_changes_nothing(
    app: Flask, field: Field, device: Enrolment
) -> None:
    office = app.test_client()
    open_session(app, office, make_account(app, Role.OFFICE))
    record = answer_record(
        field, KEY, answers={"age_confirmed": ["1"], "interview_how": ["1"], "interview_present": ["99"]}
    )
    entry = {"id": record["id"], "body": body_of(record, device).decode()}
    told = {"format": FORMAT, "version": 1, "device": device.device.id, "records": [entry]}
    assert "新收 1 条" in send_file(office, json.dumps(told).encode(), 200).text
    assert "以前收过 1 条" in send_file(office, json.dumps(told).encode(), 200).text
    assert "什么也没有导入" in send_file(office, b"PK not json", 422).text
    assert "请先选择文件" in send_file(office, None, 422).text


def test_a_record_that_waits_is_settled_with_a_note_stays_stored_and_waits_again(
    app: Flask, phone: FlaskClient, field: Field, device: Enrolment
) -> None:
    record = answer_record(field, KEY, place="made up")
    reply = phone.post(
        f"/field/records/{record['id']}", data=body_of(record, device), headers=bearer(device.deliver_token)
    )
    assert reply.get_json()["outcome"] == "kept"
    office = app.test_client()
    open_session(app, office, make_account(app, Role.OFFICE))
    assert shown(office).one("a", href="/staff/devices/kept").text == "待核对的记录（1 条）"
    page = inspect(office.get("/staff/devices/kept").text)
    assert "样本位置的签名对不上" in page.text
    [form] = [one for one in page.all("form") if "/kept/" in one.attributes.get("action", "")]
    token = page.all("input", name="csrf_token")[-1].attributes["value"]
    address = form.attributes["action"]
    assert office.post(address, data={"csrf_token": token, "done": " "}).status_code == 422
    settled = office.post(address, data={"csrf_token": token, "done": "已联系访问员"}, follow_redirects=True)
    assert "已联系访问员" in inspect(settled.text).text
    with storage_of(app).read() as session:
        [row] = session.scalars(select(KeptRecordRow))
        assert (row.decision, "a1" in row.content) == ("已联系访问员", True)
    again = {"csrf_token": token, "done": "记错了", "action": "reopen"}
    assert office.post(address, data=again).status_code == 303
    assert office.post(address, data=again).status_code == 422, "it waits already"
    with storage_of(app).read() as session:
        assert session.scalars(select(KeptRecordRow)).one().decided_at is None


def test_a_supervisor_of_another_street_sees_no_device_of_this_one(app: Flask, field: Field, device: Enrolment) -> None:
    other = app.test_client()
    open_session(app, other, make_account(app, Role.SUPERVISOR, "990101002"))
    assert "红色手机" not in shown(other).text
    assert other.get(f"/staff/devices/{device.device.id}/stop").status_code == 404


def shown(client: FlaskClient) -> WebPage:
    return inspect(client.get("/staff/devices/").text)


def send_file(client: FlaskClient, content: bytes | None, status: int) -> WebPage:
    token = shown(client).all("input", name="csrf_token")[-1].attributes["value"]
    data: dict[str, object] = {"csrf_token": token}
    if content is not None:
        data["file"] = (io.BytesIO(content), "export.json")
    answer = client.post("/staff/devices/import", data=data, follow_redirects=True)
    assert answer.status_code == status
    return inspect(answer.text)
