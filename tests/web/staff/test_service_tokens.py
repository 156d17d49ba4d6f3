"""The administrator issues a token, hands it over, and revokes it after a question."""

import re

from flask import Flask

from tests.web.staff.conftest import Visit

ADMINISTRATOR = "administrator@chunhe.example"
FIELDS = {"name": "市级看板", "scope": "results:read", "area": "990101", "valid_until": "2030-06-30"}


def test_a_token_is_shown_once_opens_the_api_and_is_revoked(demo_app: Flask, visit: Visit) -> None:
    administrator = visit(ADMINISTRATOR)
    page = administrator.get("/staff/tokens")
    assert "还没有令牌" in page.text
    issued = administrator.send("/staff/tokens", page, **FIELDS)
    text = re.search(r"minyi_[0-9a-f]{12}_[\w-]{43}", issued.text)
    assert text
    asked = {"Authorization": f"Bearer {text.group()}"}
    assert demo_app.test_client().get("/api/v1/waves", headers=asked).status_code == 200
    again = administrator.get("/staff/tokens")
    assert text.group() not in again.text, "shown once"
    assert FIELDS["name"] in again.text
    question = administrator.get(f"/staff/tokens/{text.group().split('_')[1]}/revoke")
    done = administrator.send(f"/staff/tokens/{text.group().split('_')[1]}/revoke", question)
    assert "已撤销" in done.text
    assert demo_app.test_client().get("/api/v1/waves", headers=asked).status_code == 401


def test_a_form_with_faults_keeps_what_was_filled_in(visit: Visit) -> None:
    administrator = visit(ADMINISTRATOR)
    page = administrator.get("/staff/tokens")
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    for wrong, words in (
        ({"name": ""}, "请填写用途"),
        ({"scope": "everything"}, "请至少选一项"),
        ({"valid_until": "2020-01-01"}, "不早于今天"),
        ({"valid_until": "soon"}, "不早于今天"),
        ({"area": "110000"}, "请选择地区"),
    ):
        answer = administrator.client.post("/staff/tokens", data={"csrf_token": token, **FIELDS, **wrong})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
        assert wrong.get("name", FIELDS["name"]) in answer.get_data(as_text=True)
