"""Somebody of the office writes a questionnaire from pasted text, adds a condition, previews it and publishes it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, SMALL_PHONE
from tests.browser.navigation import follow
from tests.browser.staff_site import OpenPage, StaffSite, looks_right
from tests.demonstration import OFFICE, Demonstration
from tests.live_server import LiveServer
from tests.unit.instrument.tiny import REAL

LIBRARY = "/staff/questionnaires/"
TEXT = """公园小问卷
1. 您年满16周岁了吗？
A. 已满16周岁
B. 未满16周岁
2. 过去12个月您去过本区的公园吗？（单选）
A. 去过
B. 没有去过
3. 您对公园的环境卫生满意吗？
□非常满意 □满意 □一般 □不满意 □非常不满意 □不了解／说不清
4. 您去公园做什么？（多选，最多选2项）
A. 散步
B. 锻炼
5. 您还有什么建议？
"""


@pytest.fixture(scope="module")
def own_site(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffSite]:
    """The demonstration with a questionnaires folder of its own, because publishing writes there."""
    var = tmp_path_factory.mktemp("drafting-site")
    shutil.copytree(REAL, var / "questionnaires")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "SURVEY_QUESTIONNAIRES", str(var / "questionnaires"))
        with LiveServer(demonstration.copy_to(var), var) as server:
            yield StaffSite(server.url, demonstration)


@pytest.mark.parametrize("script", [True, False])
def test_from_pasted_text_to_a_published_questionnaire(own_site: StaffSite, open_page: OpenPage, script: bool) -> None:
    page = open_page(DESKTOP if script else SMALL_PHONE, script=script, locale="zh-CN")
    name = "parks" if script else "gardens"
    own_site.sign_in(page, OFFICE)
    page.goto(own_site.url + LIBRARY)
    follow(page.get_by_role("link", name="新建问卷"))
    page.fill("#name", name)
    page.fill("#text", TEXT)
    follow(page.get_by_role("button", name="继续"))
    expect(page.get_by_text("选项与量表 SAT5 完全一样，用量表。")).to_be_visible()
    follow(page.get_by_role("button", name="保存为草稿"))
    if script:
        looks_right(page)

    # The satisfied or not are asked only of those who went there.
    follow(page.get_by_role("link", name="3. 您对公园的环境卫生满意吗？"))
    page.locator("[name=what0]").select_option(label="去过")
    if script:
        expect(page.get_by_text("最多选几项（多选题）")).to_be_hidden()
        looks_right(page)
    follow(page.get_by_role("button", name="保存", exact=True))

    follow(page.get_by_role("button", name="复制：您还有什么建议？"))
    follow(page.get_by_role("button", name="撤销上一步"))
    expect(page.get_by_role("link", name="5. 您还有什么建议？")).to_be_visible()

    if script:
        phone = page.frame_locator("iframe")
        asked = phone.get_by_text("3. 您对公园的环境卫生满意吗？")
        expect(asked).to_be_hidden()
        phone.get_by_label("去过", exact=True).check()
        expect(asked).to_be_visible()
    follow(page.get_by_role("link", name="发布……"))
    follow(page.get_by_role("button", name="发布", exact=True))
    expect(page.get_by_text(f"已发布 {name} 第 1 版。")).to_be_visible()
    if script:
        looks_right(page)
