"""A new user makes a wave from nothing, opens it and prints a poster; a resident answers it on a small telephone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from survey.accounts.account import Role
from survey.actions.accounts.add_account import add_account
from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, SMALL_PHONE, Site
from tests.browser.navigation import follow
from tests.browser.pictures import Pictures
from tests.browser.test_resident import answer_everything, fits_the_screen, receipt
from tests.factories import DISTRICT

EMAIL, PASSWORD = "new@office.example", "four dull grey bicycles"
LOOKS = ((SMALL_PHONE, "zh-Hans"), (DESKTOP, "zh-Hant"), (SMALL_PHONE, "en"))
STEPS = (
    *("basics", "population", "questionnaire", "header", "ways"),
    *(
        "indicators",
        "margins",
        "quotas",
        "recording",
        "protection",
        "own-indicator",
        "own-indicator?item=b3&rule=INDEX",
    ),
)


@pytest.fixture(scope="module")
def newcomer(site: Site) -> Site:
    """The site with the account of somebody who has never made a wave."""
    add_account(
        site.storage,
        email=EMAIL,
        name="新来的同事",
        role=Role.OFFICE,
        area=DISTRICT,
        password=PASSWORD,
        now=datetime.now(UTC),
        actor="test",
    )
    return site


def sign_in(site: Site, page: Page, language: str = "zh-Hans") -> None:
    page.goto(f"{site.url}/staff/sign-in?language={language}")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    follow(page.locator("main button.button"))


def looks_right(page: Page) -> None:
    assert fits_the_screen(page), page.url
    assert violations(page) == [], page.url


def next_step(page: Page, pictures: Pictures, name: str) -> None:
    looks_right(page)
    pictures.take(page, name)
    follow(page.get_by_role("button", name="保存，下一步"))
    assert page.locator(".summary").count() == 0, page.locator(".summary").inner_text()


def test_from_nothing_to_the_first_answer(newcomer: Site, open_page: Callable[..., Page], tmp_path: Path) -> None:
    pictures = Pictures("new-wave")
    page = open_page(DESKTOP, accept_downloads=True, locale="zh-CN")
    sign_in(newcomer, page)
    pictures.take(page, "waves")
    follow(page.get_by_role("link", name="新建一轮调查"))
    page.fill("#name", "2026年第二轮居民满意度调查")
    looks_right(page)
    pictures.take(page, "new")
    follow(page.get_by_role("button", name="开始填写"))
    looks_right(page)
    pictures.take(page, "checklist-empty")
    follow(page.get_by_role("link", name="名称、日期、组织单位"))
    page.fill("#from", "2026-12-01")
    page.fill("#until", "2099-01-31")
    page.fill("#organiser", "云溪区创建办")
    page.fill("#phone", "0990-0000001")
    next_step(page, pictures, "basics")
    page.get_by_label("居民").check()
    next_step(page, pictures, "population")
    page.locator("input[name=questionnaire][value='resident@1']").check()
    next_step(page, pictures, "questionnaire")
    page.fill("#form_number", "云创测2表")
    page.fill("#authority", "云溪区创建办")
    page.fill("#approved_by", "云溪区统计局")
    page.fill("#approval_number", "云统制〔2026〕2号")
    page.fill("#valid_until", "2099-12-31")
    next_step(page, pictures, "header")
    page.get_by_label("张贴海报").check()
    next_step(page, pictures, "ways")
    page.locator("input[name=target_profile][value='plan-s2']").check()
    next_step(page, pictures, "indicators")
    for name in ("margins", "quotas", "recording"):
        next_step(page, pictures, name)
    pictures.take(page, "protection")
    follow(page.get_by_role("button", name="保存，回到清单"))
    looks_right(page)
    pictures.take(page, "checklist-whole")
    follow(page.get_by_role("link", name="核对，开始调查……"))
    looks_right(page)
    page.get_by_label("我核对过了").check()
    pictures.take(page, "open")
    follow(page.get_by_role("button", name="开始调查"))
    assert "本轮调查已经开始" in page.locator(".box.good").inner_text()
    pictures.take(page, "opened")
    follow(page.get_by_role("link", name="打印海报、桌卡、标签，发放新编码"))
    page.select_option("#area", "990101001001")
    page.fill("#place", "社区服务中心")
    pictures.take(page, "poster-place")
    follow(page.locator("form.narrow").first.get_by_role("button", name="发放编码"))
    pictures.take(page, "posters")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载A4 海报").click()
    download.value.save_as(tmp_path / "poster.pdf")
    assert (tmp_path / "poster.pdf").read_bytes().startswith(b"%PDF")
    follow(page.locator(".crumbs a").last)
    code = page.locator("table.posters td a").first.get_attribute("href")
    phone = open_page(SMALL_PHONE)
    phone.goto(f"{newcomer.url}{code}")
    pictures.take(phone, "resident-start")
    follow(phone.locator(".button.quiet"))
    answer_everything(phone)
    pictures.take(phone, "resident-form")
    follow(phone.locator("button.button[value=send]"))
    assert receipt(phone)
    pictures.take(phone, "resident-receipt")
    page.reload()
    assert page.locator("table.posters td.n.rate").inner_text() == "1"
    pictures.take(page, "first-answer")


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_pages_of_a_wave_and_lists_in_other_looks(
    newcomer: Site, open_page: Callable[..., Page], size: tuple[int, int], language: str
) -> None:
    page = open_page(size)
    sign_in(newcomer, page, language)
    page.goto(f"{newcomer.url}/staff/plans/new")
    page.fill("#name", f"看一看 {language}")
    page.select_option("#like", "wave-resident")
    follow(page.locator("form.narrow button.button").first)
    plan = page.url
    pictures = Pictures(f"wave-pages-{size[0]}-{language}")
    opened = f"{newcomer.url}/staff/plans/wave-resident"
    lists = (
        f"{newcomer.url}/staff/waves/",
        f"{newcomer.url}/staff/programme/areas",
        f"{newcomer.url}/staff/programme/",
    )
    pages = (plan, *(plan + step for step in STEPS), f"{plan}discard", f"{opened}/versions", f"{opened}/change", *lists)
    for number, address in enumerate(pages):
        page.goto(address)
        looks_right(page)
        pictures.take(page, f"{number}")
