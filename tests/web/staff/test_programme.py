"""The office registers areas and units by tables: changes are shown first, faults are told, a part changes nothing."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from survey.accounts.account import Role
from survey.actions.programme.import_programme import show_programme
from survey.programme.unit import UnitRole
from tests.factories import STREET
from tests.web.conftest import SignIn, storage_of
from tests.web.page import WebPage, inspect
from tests.web.staff.test_opinions import opened

PAGE = "/staff/programme/"
AREAS = """code,name,name_en
990101000000,云溪区,Yunxi District
990101003000,桥头街道,Bridge Street
990101003001,桥东社区,
"""
UNITS = "code,name,lead,cooperating\nwater,水务局,ENV BUS,SAFE\ntransport,交通运输局,,\n"


def send(client: FlaskClient, kind: str, go: str, table: str, name: str = "table.csv") -> tuple[int, WebPage]:
    token = opened(client, PAGE).all("input", name="csrf_token")[0].attributes["value"]
    data = {"csrf_token": token, "kind": kind, "go": go, "table": (io.BytesIO(table.encode()), name)}
    answer = client.post(PAGE, data=data, content_type="multipart/form-data", follow_redirects=True)
    return answer.status_code, inspect(answer.get_data(as_text=True))


def test_areas_are_shown_then_written_and_a_second_time_nothing_changes(sign_in: SignIn) -> None:
    office = sign_in(Role.OFFICE)
    storage = storage_of(office.application)
    before = show_programme(storage).areas
    _, page = send(office, "areas", "preview", AREAS)
    assert "新增 2，更改 0，相同 1；已登记而表里没有的 6 个保持不变。" in page.text
    assert show_programme(storage).areas == before, "a look writes nothing"
    _, page = send(office, "areas", "write", AREAS)
    assert "已写入：新增 2，更改 0。" in page.text
    after = show_programme(storage).areas.by_code
    assert after["990101003001"].parent == "990101003"
    assert after["990101003"].name.zh_hant == "橋頭街道"
    _, page = send(office, "areas", "preview", AREAS)
    assert "没有变化" in page.text


def test_units_get_the_roles_of_the_file(sign_in: SignIn) -> None:
    office = sign_in(Role.OFFICE)
    _, page = send(office, "units", "preview", UNITS)
    assert "新增 1，更改 1" in page.text
    send(office, "units", "write", UNITS)
    units = {unit.code: unit for unit in show_programme(storage_of(office.application)).units}
    assert dict(units["water"].roles) == {
        "ENV": UnitRole.LEAD,
        "BUS": UnitRole.LEAD,
        "SAFE": UnitRole.COOPERATING,
    }
    assert units["transport"].name.zh_hans == "交通运输局"


@pytest.mark.parametrize(
    ("kind", "table", "words"),
    [
        ("areas", "code,name\n9901,某地\n", "第 2 行 code"),
        ("areas", "code,name\n990101009001,孤立社区\n", "上级地区 990101009"),
        ("areas", "code,name\n990102,一\n990102000000,二\n", "每个编码一次"),
        ("areas", "code,name\n990103,\n", "第 2 行 name"),
        ("areas", "code,title\n990103,某地\n", "有一列 name"),
        ("areas", "code,name\n", "一个地区"),
        ("units", "code,name,lead\nwater,水务局,NOTHING\n", "NOTHING"),
        ("units", "code,name\n,水务局\n", "第 2 行 code：应为最多 40 个字符的代码"),
        ("units", "code,name,lead,cooperating\nwater,水务局,ENV,ENV\n", "只牵头或只配合"),
    ],
)
def test_every_fault_is_told_and_nothing_is_written(sign_in: SignIn, kind: str, table: str, words: str) -> None:
    office = sign_in(Role.OFFICE)
    before = show_programme(storage_of(office.application))
    status, page = send(office, kind, "write", table)
    assert status == 422
    assert words in page.text
    assert show_programme(storage_of(office.application)) == before


def test_a_street_reads_and_changes_nothing(sign_in: SignIn) -> None:
    office = sign_in(Role.OFFICE, STREET)
    page = opened(office, PAGE)
    assert not page.all("input", name="table")
    other = opened(office, "/staff/password").all("input", name="csrf_token")[0].attributes["value"]
    data = {"csrf_token": other, "kind": "areas", "go": "write", "table": (io.BytesIO(AREAS.encode()), "a.csv")}
    assert office.post(PAGE, data=data, content_type="multipart/form-data").status_code == 403


def test_the_command_shows_and_writes_on_an_installation_without_accounts(sign_in: SignIn, tmp_path: Path) -> None:
    app = sign_in(Role.OFFICE).application
    file = tmp_path / "areas.csv"
    file.write_text(AREAS)
    shown = app.test_cli_runner().invoke(args=["programme", "import-areas", str(file)])
    assert "2 new, 0 changed, 1 the same: nothing written" in shown.output
    written = app.test_cli_runner().invoke(args=["programme", "import-areas", str(file), "--write"])
    assert written.output.endswith("written\n")
    file.write_text("code,name\n1,x\n")
    refused = app.test_cli_runner().invoke(args=["programme", "import-areas", str(file), "--write"])
    assert refused.exit_code == 1
    assert "row 2, code: expected 6, 9, 12 or 15 digits" in refused.output
