"""From the box to the unit and back on the pages: the office writes a letter, the unit replies, the writer judges."""

import re
from datetime import date

from flask.testing import FlaskClient

from survey.accounts.account import Role
from survey.invitation.code import spaced
from tests.factories import COMMUNITY, STREET
from tests.web.conftest import SignIn
from tests.web.page import WebPage, inspect
from tests.web.staff.test_opinions import opened, write

LATER = "2099-12-31"


def only_code(client: FlaskClient) -> str:
    page = opened(client, "/staff/opinions/")
    (code,) = {
        found.group(1)
        for link in page.all("a")
        if (found := re.fullmatch(r"/staff/opinions/([0-9A-Z]{9,12})", link.attributes.get("href", "")))
    }
    return code


def sent(client: FlaskClient, address: str, status: int = 200, **fields: str) -> WebPage:
    token = opened(client, address).all("input", name="csrf_token")[0].attributes["value"]
    answer = client.post(address, data={"csrf_token": token, **fields}, follow_redirects=True)
    assert answer.status_code == status
    return inspect(answer.get_data(as_text=True))


def test_an_opinion_is_sent_answered_and_judged_on_the_pages(sign_in: SignIn) -> None:
    office, unit = sign_in(Role.OFFICE), sign_in(Role.UNIT)
    write(office, "路口红灯太长", COMMUNITY)
    code = only_code(office)
    address = f"/staff/opinions/{code}"
    assert "请选择责任单位" in sent(office, address, 422, unit="nobody", due_on=LATER).text
    assert "答复期限" in sent(office, address, 422, unit="transport", due_on="soon", note="急").text
    page = sent(office, address, unit="transport", due_on=LATER, note="请现场查看")
    assert f"督办〔{date.today().year}〕1号" in page.text
    letter = opened(office, f"{address}/letter")
    assert "路口红灯太长" in letter.text
    assert "请现场查看" in letter.text

    mine = f"/staff/unit/opinions/{code}"
    assert "路口红灯太长" in opened(unit, "/staff/unit/opinions").text
    assert sent(unit, mine, 422, go="reply", text=" ")
    assert "没有待答复的意见" in sent(unit, mine, go="reply", text="已调整为四十秒").text

    visitor = office.application.test_client()
    state = inspect(visitor.get(f"/o/{code}/zh-hans").get_data(as_text=True))
    assert "已调整为四十秒" in state.text
    answer = visitor.post(f"/o/{code}/zh-hans", data={"go": "open", "text": "早上还是太长"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "居民认为没有解决" in answer.get_data(as_text=True)
    assert "早上还是太长" in opened(office, address).text
    assert unit.get(mine).status_code == 404, "it is with the office again"


def test_an_opinion_of_another_area_or_unit_is_not_there(sign_in: SignIn) -> None:
    office, other = sign_in(Role.OFFICE), sign_in(Role.OFFICE, STREET)
    write(office, "盲道被挡住", "990101002001")
    code = only_code(office)
    assert other.get(f"/staff/opinions/{code}").status_code == 404
    assert other.get(f"/staff/opinions/{code}/letter").status_code == 404
    assert sign_in(Role.UNIT).get(f"/staff/unit/opinions/{code}").status_code == 404
    assert spaced(code) in opened(office, "/staff/opinions/?state=received").text
    assert "没有符合条件的。" in opened(office, "/staff/opinions/?state=handling").text
