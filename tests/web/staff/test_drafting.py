"""Questionnaires written in the browser, as somebody of the office does it; without any script."""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.actions.instrument.read_draft import drafts, read_draft
from survey.exchange.xlsform.reading import read_xlsform
from survey.instrument.compile import compile_questionnaire
from survey.instrument.drafting.draft import Keys, find_item, items_of
from tests.unit.instrument.tiny import REAL
from tests.web.conftest import storage_of
from tests.web.page import WebPage, inspect
from tests.web.staff.own_questionnaires import app, office, token_of

__all__ = ["app", "office"]  # fixtures

LIBRARY = "/staff/questionnaires/"
NEW = f"{LIBRARY}drafts/new"
TEXT = """公园满意度小问卷
1. 您最近一年去过本区的公园吗？（单选）
A. 去过
B. 没有去过
2. 您对公园的环境卫生满意吗？
□非常满意 □满意 □一般 □不满意 □非常不满意 □不了解／说不清
3. 您去公园做什么？（多选，最多选2项）
A. 散步
B. 锻炼
C. 带孩子
4. 您还有什么建议？
"""


class Editor:
    """One person of the office at the editor; every page is inspected."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        self.client = client
        self.address = address

    def page(self, part: str = "", status: int = 200) -> WebPage:
        answer = self.client.get(self.address + part)
        assert answer.status_code == status, f"{part}: {answer.status_code}"
        return inspect(answer.get_data(as_text=True))

    def send(self, part: str, status: int = 200, revision: str | None = None, **fields: str) -> WebPage:
        """Send a form of the page at `part` with its token and the state that it was made from."""
        shown = self.page(part if self.client.get(self.address + part).status_code == 200 else "")
        carried = str(shown.all("input", name="revision")[0].attributes["value"])
        data = {"csrf_token": token_of(shown), "revision": revision or carried, **fields}
        answer = self.client.post(self.address + part, data=data, follow_redirects=True)
        assert answer.status_code == status, f"{part}: {answer.status_code}"
        return inspect(answer.get_data(as_text=True))


def begin(office: FlaskClient, **fields: str) -> TestResponse:
    token = token_of(inspect(office.get(NEW).get_data(as_text=True)))
    values = {"csrf_token": token, "name": "parks", "population": "residents", **fields}
    return office.post(NEW, data=values)


@pytest.fixture
def editor(office: FlaskClient) -> Editor:
    """At the draft of the pasted text."""
    answer = begin(office, text=TEXT, title="公园满意度小问卷", go="take")
    assert answer.status_code == 303
    return Editor(office, answer.location)


def data_of(app: Flask, editor: Editor) -> Keys:
    read = read_draft(storage_of(app), editor.address.rstrip("/").rsplit("/", 1)[1])
    assert read is not None
    return read.state.data


def test_pasted_text_is_shown_before_it_is_kept(app: Flask, office: FlaskClient) -> None:
    page = inspect(begin(office, text=TEXT + "谢谢您！").get_data(as_text=True))
    assert "公园满意度小问卷" in page.text
    assert "选项与量表 SAT5 完全一样，用量表。" in page.text
    assert "第 12 行：谢谢您！" in page.text
    assert drafts(storage_of(app)) == []


def test_from_pasted_text_to_a_published_version(app: Flask, editor: Editor, tmp_path: Path) -> None:
    assert [item["type"] for item in items_of(data_of(app, editor))] == [
        "select_one",
        "select_one SAT5",
        "select_multiple",
        "text",
    ]
    item = find_item(data_of(app, editor), "q2")
    editor.send("items/q2", label_zh_Hans="x", name="q2", kind="select_one", status=422)  # no such language: no text
    fields = {"label_zh-Hans": item["label"]["zh-Hans"], "name": "clean", "kind": "select_one", "scale": "SAT5"}
    editor.send("items/q2", **fields, how0="is", what0="q1=1", join="all")
    assert find_item(data_of(app, editor), "clean")["relevant"] == "${q1} = '1'"
    page = editor.page("preview")
    assert "只有第 1 题选了“去过”，才需要回答这一题。" in page.text
    assert "没有问年龄段，结果不能按年龄加权。" in editor.page().text
    assert "已发布 parks 第 1 版。" in editor.send("publish").text
    published = compile_questionnaire(tmp_path / "questionnaires", "parks", 1)
    assert [found.name for found in published.items] == ["q1", "clean", "q3", "q4"]
    editor.page(status=404)


def test_items_are_moved_copied_removed_and_every_step_is_undone(app: Flask, editor: Editor) -> None:
    start = data_of(app, editor)
    steps = ("down:q1", "copy:q2", "remove:q4", "add_section:", "up:q3")
    for step in steps:
        editor.send("", do=step)
    assert [item["name"] for item in items_of(data_of(app, editor))] == ["q2", "q2_1", "q3", "q1"]
    for _ in steps:
        editor.send("undo")
    assert data_of(app, editor) == start
    assert "没有可以撤销的了。" in editor.send("undo").text
    history = editor.page().text
    assert "删了 q4" in history
    assert "撤销" in history


def test_two_people_do_not_overwrite_each_other(app: Flask, editor: Editor) -> None:
    editor.send("", do="down:q1")
    page = editor.send("", do="remove:q3", revision="1")
    assert "这份草稿刚被别人（或您的另一个页面）改过，这次没有保存。" in page.text
    assert [item["name"] for item in items_of(data_of(app, editor))] == ["q2", "q1", "q3", "q4"]


def test_an_item_that_others_look_at_is_not_removed(app: Flask, editor: Editor) -> None:
    item = find_item(data_of(app, editor), "q4")
    fields = {"label_zh-Hans": item["label"]["zh-Hans"], "name": "q4", "kind": "text"}
    editor.send("items/q4", **fields, relevant="selected(${q3}, '2')")
    assert "不能删除：q4 的显示条件用到这道题。" in editor.send("", do="remove:q3").text
    assert len(list(items_of(data_of(app, editor)))) == 4


def test_bad_input_is_named_and_what_was_typed_is_still_there(app: Flask, editor: Editor) -> None:
    choices = {"c0_code": "1", "c0_label_zh-Hans": "是", "c1_code": "1", "c1_label_zh-Hans": "否", "c2_code": "x"}
    fields = {"label_zh-Hans": "新的一题？", "name": "Q 5", "kind": "select_one", **choices, "relevant": "${q1} ="}
    page = editor.send("sections/part1/add", 422, **fields, c0_coefficient="120")
    for words in (
        "代号用小写字母开头",
        "选项代码 1 用了两次。",
        "选项代码应为一到三位数字，实为“x”。",
        "选项 x 没有中文文字。",
        "选项 1 的系数应为 0 到 100 的数。",
        "条件 ${q1} = 第 8 个字符处看不懂",
    ):
        assert words in page.text, words
    assert "新的一题？" in page.text
    assert len(list(items_of(data_of(app, editor)))) == 4
    more = editor.send("sections/part1/add", **fields, go="rows")
    assert len(more.all("input", name="c5_code")) == 1


def test_faults_and_what_can_never_be_asked_keep_a_draft_from_being_published(app: Flask, editor: Editor) -> None:
    fields = {"label_zh-Hans": "一道题？", "name": "q5", "kind": "text"}
    editor.send("sections/part1/add", **fields, relevant="${q1} = '1' and ${q1} = '2'")
    assert "这道题永远不会出现" in editor.page().text
    assert "还有错误，不能发布。" in editor.page("publish").text
    editor.send("items/q5", **fields, relevant="${nothing} = '1'")
    assert "条件用到的题 'nothing' 不在问卷里。" in editor.page().text
    assert "这里显示的是最近一个没有错误的样子" in editor.page("preview").text
    assert editor.client.get(editor.address + "questionnaire.xlsx").status_code == 303


def test_languages_settings_and_sections(app: Flask, editor: Editor) -> None:
    editor.send("", do="add_section:")
    editor.send("sections/part2", **{"label_zh-Hans": "关于您"}, audience="respondent")
    head = {"title_zh-Hans": "公园", "title_en": "Parks", "name": "parks", "version": "1", "population": "residents"}
    assert "版本应为 1 到 9999 的整数。" in editor.send("head", 422, **{**head, "version": "0"}).text
    editor.send("head", **head, english="yes")
    data = data_of(app, editor)
    assert data["languages"] == ["zh-Hans", "zh-Hant", "en"]
    assert data["sections"][1]["label"] == {"zh-Hans": "关于您"}
    assert "缺英文文字。" in editor.page().text


def test_a_published_version_is_gone_on_with_and_compared(app: Flask, office: FlaskClient, tmp_path: Path) -> None:
    from survey.actions.instrument.publish_questionnaire import publish_questionnaire
    from survey.web.i18n import current_time

    folder = tmp_path / "questionnaires"
    publish_questionnaire(storage_of(app), folder, "merchant", 1, now=current_time(), actor="tests")
    token = token_of(inspect(office.get(LIBRARY).get_data(as_text=True)))
    answer = office.post(f"{LIBRARY}drafts/copy/merchant/v1", data={"csrf_token": token, "name": "merchant"})
    editor = Editor(office, answer.location)
    data = data_of(app, editor)
    assert (data["name"], data["version"]) == ("merchant", "2")
    item = next(item for item in items_of(data) if item.get("indicator") and " " in item["type"])
    kind, scale = item["type"].split(" ")
    fields = {f"label_{tag}": text for tag, text in item["label"].items()}
    fields |= {"name": item["name"], "kind": kind, "scale": scale, "indicator": item["indicator"]}
    editor.send(f"items/{item['name']}", **{**fields, "label_zh-Hans": "总的来说，您满意吗？"})
    draft = editor.address.rstrip("/").rsplit("/", 1)[1]
    page = inspect(office.get(f"{LIBRARY}drafts/compare?before=merchant/v1&after={draft}").get_data(as_text=True))
    assert f"这些指标不能直接接着比较{item['indicator']}" in page.text.replace("\n", "").replace(" ", "")
    assert "改为“总的来说，您满意吗？”" in page.text
    workbook = tmp_path / "draft.xlsx"
    workbook.write_bytes(office.get(editor.address + "questionnaire.xlsx").data)
    assert read_xlsform(workbook, folder).questionnaire.version == 2
    assert office.get(editor.address + "questionnaire.yaml").get_data(as_text=True).startswith("name: merchant\n")
    gone = office.post(f"{LIBRARY}drafts/copy/merchant/v9", data={"csrf_token": token})
    assert gone.status_code == 404


def test_a_workbook_becomes_a_draft(app: Flask, office: FlaskClient) -> None:
    from survey.exchange.xlsform.sheets import sheets_of
    from survey.exchange.xlsform.workbook import workbook_bytes

    content = workbook_bytes(sheets_of(compile_questionnaire(REAL, "pulse", 1)))
    token = token_of(inspect(office.get(LIBRARY).get_data(as_text=True)))
    checked = office.post(LIBRARY, data={"csrf_token": token, "workbook": (io.BytesIO(content), "pulse.xlsx")})
    text = str(inspect(checked.get_data(as_text=True)).all("input", name="text")[0].attributes["value"])
    answer = office.post(f"{LIBRARY}start-draft", data={"csrf_token": token, "text": text})
    assert "pulse" in Editor(office, answer.location).page().text
    assert office.post(f"{LIBRARY}start-draft", data={"csrf_token": token, "text": "[1, 2"}).status_code == 400


def test_a_draft_is_discarded_after_asking(app: Flask, editor: Editor) -> None:
    assert "不能恢复" in editor.page("discard").text
    assert "草稿已丢弃。" in editor.send("discard").text
    assert drafts(storage_of(app)) == []


def test_only_our_own_page_may_frame_the_preview(editor: Editor) -> None:
    policies = [editor.client.get(editor.address + part).headers["Content-Security-Policy"] for part in ("", "preview")]
    assert "frame-src 'self'" in policies[0]
    assert "frame-ancestors 'none'" in policies[0]
    assert "frame-ancestors 'self'" in policies[1]
    assert not re.search(r"unsafe|https?:", " ".join(policies))
