"""The office's page of questionnaires: a workbook is checked, published and comes back as a workbook."""

import io
from pathlib import Path

from flask.testing import FlaskClient

from survey.exchange.xlsform.reading import read_xlsform
from survey.exchange.xlsform.sheets import sheets_of
from survey.exchange.xlsform.workbook import workbook_bytes
from survey.instrument.compile import compile_questionnaire
from tests.unit.exchange.workbooks import odd_workbook, write_workbook
from tests.unit.instrument.tiny import REAL
from tests.web.page import WebPage, inspect
from tests.web.staff.own_questionnaires import app, office, token_of

__all__ = ["app", "office"]  # fixtures

ADDRESS = "/staff/questionnaires/"


def upload(office: FlaskClient, content: bytes, name: str, status: int = 200) -> WebPage:
    token = token_of(inspect(office.get(ADDRESS).get_data(as_text=True)))
    answer = office.post(ADDRESS, data={"csrf_token": token, "workbook": (io.BytesIO(content), name)})
    assert answer.status_code == status
    return inspect(answer.get_data(as_text=True))


def publish(office: FlaskClient, page: WebPage) -> WebPage:
    text = page.all("input", name="text")[0].attributes["value"]
    answer = office.post(f"{ADDRESS}publish", data={"csrf_token": token_of(page), "text": text}, follow_redirects=True)
    return inspect(answer.get_data(as_text=True))


def test_a_workbook_of_elsewhere_is_checked_published_and_comes_back(office: FlaskClient, tmp_path: Path) -> None:
    page = upload(office, odd_workbook(tmp_path / "odd.xlsx").read_bytes(), "odd.xlsx")
    assert "survey 表第 13 行 Type" in page.text
    assert "重复组 person 连同里面的题都不要了。" in page.text
    assert "代码 yes, no 改为 1, 2。" in page.text
    assert "已发布 household_survey 第 1 版。" in publish(office, page).text
    workbook = tmp_path / "back.xlsx"
    workbook.write_bytes(office.get(f"{ADDRESS}household_survey/v1.xlsx").data)
    folder = tmp_path / "questionnaires"
    published = compile_questionnaire(folder, "household_survey", 1)
    assert read_xlsform(workbook, folder).questionnaire == published
    assert b'<data id="household_survey" version="1">' in office.get(f"{ADDRESS}household_survey/v1.xml").data
    for unknown in ("household_survey/v2.xml", "household_survey/latest.xml", "another/v1.xlsx"):
        assert office.get(f"{ADDRESS}{unknown}").status_code == 404


def test_a_version_that_is_there_is_not_written_again(office: FlaskClient, tmp_path: Path) -> None:
    workbook = workbook_bytes(sheets_of(compile_questionnaire(REAL, "pulse", 1)))
    page = upload(office, workbook, "pulse.xlsx")
    assert "全部保留。" in page.text
    assert "这一版已经有了。请把版本号加一。" in publish(office, page).text
    assert (tmp_path / "questionnaires/pulse/v1.yaml").read_bytes() == (REAL / "pulse/v1.yaml").read_bytes()


def test_faults_are_told_with_their_place_and_nothing_is_stored(office: FlaskClient, tmp_path: Path) -> None:
    survey = (("type", "name", "label"), ("select_one nowhere", "a", "甲"), ("text", "b", ""))
    path = write_workbook(tmp_path / "faulty.xlsx", survey=survey)
    page = upload(office, path.read_bytes(), "faulty.xlsx", 422)
    assert "survey 表第 2 行 type：应为choices 表里的一个选项组，实为 'nowhere'。" in page.text
    assert "survey 表第 3 行 label：应为题目文字，实为 空白。" in page.text
    assert "请先选择文件。" in upload(office, b"", "", 422).text
    assert "能打开的 XLSX 文件" in upload(office, b"no workbook", "../../x.xlsx", 422).text


def test_a_text_that_names_another_place_is_refused(office: FlaskClient, tmp_path: Path) -> None:
    token = token_of(inspect(office.get(ADDRESS).get_data(as_text=True)))
    for text in ("name: ../../elsewhere\nversion: 1\n", "[", "name: x\nversion: 1\n"):
        answer = office.post(f"{ADDRESS}publish", data={"csrf_token": token, "text": text})
        assert answer.status_code == 422
    assert not (tmp_path / "questionnaires" / "x").exists()
