"""Areas and units by hand: codes are checked, nothing is deleted, what was done is told, an end can be taken back."""

import pytest
from flask.testing import FlaskClient

from survey.accounts.account import Role
from survey.actions.programme.import_programme import show_programme
from survey.programme.area import Area, AreaLevel
from survey.programme.unit import UnitRole
from tests.factories import COMMUNITY, DISTRICT, STREET
from tests.web.conftest import SignIn, storage_of
from tests.web.page import WebPage, inspect
from tests.web.staff.test_opinions import opened
from tests.web.staff.test_programme import send

PAGE = "/staff/programme"


def fill(client: FlaskClient, address: str, **fields: str) -> tuple[int, WebPage]:
    token = opened(client, f"{PAGE}/areas/new").all("input", name="csrf_token")[0].attributes["value"]
    answer = client.post(address, data={"csrf_token": token, **fields}, follow_redirects=True)
    return answer.status_code, inspect(answer.get_data(as_text=True))


def areas(client: FlaskClient) -> dict[str, Area]:
    return show_programme(storage_of(client.application)).areas.by_code


def test_an_area_is_added_renamed_classed_ended_and_taken_back_with_its_history(sign_in: SignIn) -> None:
    office = sign_in(Role.OFFICE)
    fill(office, f"{PAGE}/areas/new", code="990101003000", name="桥头街道", name_en="Bridge Street")
    fill(office, f"{PAGE}/areas/new", code="990101003001", name="桥东社区", group="老城区")
    added = areas(office)["990101003001"]
    assert (added.level, added.parent, added.name.zh_hant) == (AreaLevel.COMMUNITY, "990101003", "橋東社區")
    address = f"{PAGE}/areas/990101003001"
    _, page = fill(office, address, name="桥东新村社区", group="新区")
    assert "桥东社区 [老城区] → 桥东新村社区 [新区]" in page.text
    status, page = fill(office, f"{PAGE}/areas/990101003", go="end")
    assert (status, "里面还有没停用的地区" in page.text) == (422, True)
    fill(office, address, go="end")
    fill(office, f"{PAGE}/areas/990101003", go="end")
    assert areas(office)["990101003001"].ended_on is not None
    status, page = fill(office, address, go="reopen")
    assert (status, "已经停用" in page.text) == (422, True)
    fill(office, f"{PAGE}/areas/990101003", go="reopen")
    _, page = fill(office, address, go="reopen")
    assert areas(office)["990101003001"].ended_on is None
    assert [step.text.split("：")[1].split()[0] for step in page.all("li") if "@" in step.text] == [
        *("恢复", "停用", "更改", "登记")
    ]
    send(office, "areas", "write", "code,name\n990101003001,桥东\n")
    assert areas(office)["990101003001"].group == "新区", "a table that tells no class changes none"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "9901010030", "name": "一"}, "6、9、12 或 15 位"),
        ({"code": STREET, "name": "一"}, "没有登记过"),
        ({"code": "990101009001", "name": "一"}, "上级地区还没有登记"),
        ({"code": "990101009", "name": ""}, "请填名称"),
        ({"code": "990101009", "name": "一", "group": "类" * 41}, "类别最多 40 个字"),
    ],
)
def test_an_area_that_does_not_fit_is_told_and_not_written(sign_in: SignIn, fields: dict[str, str], words: str) -> None:
    office = sign_in(Role.OFFICE)
    before = areas(office)
    status, page = fill(office, f"{PAGE}/areas/new", **fields)
    assert (status, words in page.text) == (422, True)
    assert areas(office) == before


def test_an_ended_area_is_offered_for_no_poster_and_stays_in_the_list(sign_in: SignIn) -> None:
    office = sign_in(Role.OFFICE)
    fill(office, f"{PAGE}/areas/{COMMUNITY}", go="end")
    offered = opened(office, "/staff/waves/wave-2026-1/posters").all("option", value=COMMUNITY)
    assert offered == []
    page = opened(office, f"{PAGE}/areas?state=ended")
    assert page.all("a", href=f"{PAGE}/areas/{COMMUNITY}")
    assert not page.all("a", href=f"{PAGE}/areas/{DISTRICT}")


def test_a_unit_is_added_gets_indicators_ends_and_comes_back(sign_in: SignIn) -> None:
    office = sign_in(Role.OFFICE)
    fields = {"code": "water", "name": "水务局", "role_ENV": "lead", "role_BUS": "cooperating", "role_NONE": "lead"}
    _, page = fill(office, f"{PAGE}/units/new", **fields)
    assert page.heading == "水务局"
    units = {unit.code: unit for unit in show_programme(storage_of(office.application)).units}
    assert units["water"].roles == (("BUS", UnitRole.COOPERATING), ("ENV", UnitRole.LEAD))
    status, _ = fill(office, f"{PAGE}/units/new", code="water", name="另一个")
    assert status == 422
    status, _ = fill(office, f"{PAGE}/units/new", code="", name="没有代码")
    assert status == 422
    _, page = fill(office, f"{PAGE}/units/water", name="水利局", role_ENV="lead")
    assert "水务局 [ENV] [BUS] → 水利局 [ENV] []" in page.text
    _, page = fill(office, f"{PAGE}/units/water", go="end")
    assert "起停用" in page.text
    send(office, "units", "write", "code,name,lead,cooperating\nwater,水利局,ENV,\n")
    assert "起停用" in opened(office, f"{PAGE}/units/water").text, "a table does not take an end back"
    _, page = fill(office, f"{PAGE}/units/water", go="reopen")
    assert "使用中" in page.text


def test_a_street_reads_an_area_and_changes_nothing(sign_in: SignIn) -> None:
    office = sign_in(Role.OFFICE, STREET)
    page = opened(office, f"{PAGE}/areas/{STREET}")
    assert not page.all("input", name="name")
    token = opened(office, "/staff/password").all("input", name="csrf_token")[0].attributes["value"]
    for address in (f"{PAGE}/areas/{STREET}", f"{PAGE}/areas/new", f"{PAGE}/units/transport"):
        assert office.post(address, data={"csrf_token": token, "name": "一"}).status_code == 403
