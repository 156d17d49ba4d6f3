"""The page of the devices with ODK Collect: one is set up by its code, seen with its counts, revoked."""

import re

from survey.accounts.account import Role
from tests.web.conftest import SignIn, make_account
from tests.web.page import inspect


def test_a_device_is_set_up_listed_and_revoked(sign_in: SignIn) -> None:
    client = sign_in(Role.SUPERVISOR)
    empty = inspect(client.get("/staff/devices/").get_data(as_text=True))
    assert "还没有登记的设备" in empty.text
    assert "本地区还没有访问员账号" in empty.text
    make_account(client.application, Role.INTERVIEWER, email="fy-07@office.example")
    page = inspect(client.get("/staff/devices/").get_data(as_text=True))
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    fields = {"csrf_token": token, "interviewer": "fy-07"}
    refused = client.post("/staff/collect/", data={**fields, "label": " "})
    assert refused.status_code == 422
    issued = client.post("/staff/collect/", data={**fields, "label": "3 号手机"})
    shown = issued.get_data(as_text=True)
    inspect(shown)
    [address] = re.findall(r"http://localhost(/openrosa/[\w-]{32})", shown)
    assert issued.headers["Cache-Control"] == "no-store"
    assert client.application.test_client().get(f"{address}/formList").status_code == 200
    listed = client.get("/staff/devices/").get_data(as_text=True)
    assert "3 号手机" in inspect(listed).text
    assert address.rsplit("/", 1)[1] not in listed, "the token is shown once"
    [revoke] = re.findall(r'href="(/staff/collect/[0-9a-f-]{36}/revoke)"', listed)
    assert "停用不能撤销" in inspect(client.get(revoke).get_data(as_text=True)).text
    client.post(revoke, data={"csrf_token": token})
    assert client.application.test_client().get(f"{address}/formList").status_code == 403
    assert "已停用" in inspect(client.get("/staff/devices/").get_data(as_text=True)).text


def test_devices_of_another_area_are_neither_seen_nor_revoked(sign_in: SignIn) -> None:
    office, elsewhere = sign_in(Role.OFFICE), sign_in(Role.SUPERVISOR, "990101002")
    make_account(office.application, Role.INTERVIEWER, "990101001", "fy-08@office.example")
    page = inspect(office.get("/staff/devices/").get_data(as_text=True))
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    office.post("/staff/collect/", data={"csrf_token": token, "interviewer": "fy-08", "label": "东街手机"})
    [revoke] = re.findall(r"/staff/collect/[0-9a-f-]{36}/revoke", office.get("/staff/devices/").get_data(as_text=True))
    assert "东街手机" not in elsewhere.get("/staff/devices/").get_data(as_text=True)
    assert elsewhere.get(revoke).status_code == 404


def test_a_device_reads_in_its_own_language_why_it_gets_nothing(sign_in: SignIn) -> None:
    client = sign_in(Role.OFFICE)
    answer = client.application.test_client().get("/openrosa/unknown/formList", headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["Content-Language"] == "en"
    assert "not registered or out of use" in answer.get_data(as_text=True)
