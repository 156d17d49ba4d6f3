"""Staff in a real browser, on the demonstration: from the sign-in to a download, and to a retired code."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import DESKTOP, SMALL_PHONE
from tests.browser.navigation import follow
from tests.browser.staff_site import OpenPage, StaffSite, looks_right
from tests.demonstration import DISTRICT_ANALYST, OFFICE, SUPERVISOR, UNIT, WAVE, Demonstration
from tests.live_server import LiveServer

SIZES = (SMALL_PHONE, DESKTOP)
# Both sizes by day and in the dark, and every language; not their whole product, which takes twice as long.
LOOKS = (
    (SMALL_PHONE, False, "zh-Hans"),
    (DESKTOP, False, "zh-Hant"),
    (SMALL_PHONE, True, "en"),
    (DESKTOP, True, "zh-Hans"),
)
RESULTS, CODES = f"/staff/results/{WAVE}", f"/staff/waves/{WAVE}"


@pytest.fixture(scope="module")
def staff_site(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffSite]:
    var = tmp_path_factory.mktemp("staff-site")
    with LiveServer(demonstration.copy_to(var), var) as server:
        yield StaffSite(server.url, demonstration)


@pytest.mark.parametrize("size", SIZES)
def test_an_analyst_signs_in_reads_a_wave_and_downloads_its_answers(
    staff_site: StaffSite, open_page: OpenPage, size: tuple[int, int], tmp_path: Path
) -> None:
    page = open_page(size, accept_downloads=True, locale="zh-CN")
    page.goto(f"{staff_site.url}{RESULTS}")
    assert "/staff/sign-in" in page.url, "nobody reads results without signing in"
    looks_right(page)
    page.fill("#email", DISTRICT_ANALYST)
    page.fill("#password", staff_site.demonstration.passwords[DISTRICT_ANALYST])
    page.click("main button.button")
    page.wait_for_url(f"**{RESULTS}")
    assert page.locator("svg.chart").count() == 1
    looks_right(page)

    page.select_option("#area", "990101001")
    page.click(".filter button")
    page.wait_for_url("**area=990101001")
    assert "澄和街道" in page.locator("h2").first.inner_text()
    looks_right(page)

    page.click("table.results tbody th a >> nth=0")
    page.wait_for_url("**/indicators/*")
    assert page.locator("table.results tbody tr").count() > 10
    looks_right(page)

    page.goto(f"{staff_site.url}{RESULTS}")
    with page.expect_download() as download:
        page.click("a[href$='responses.zip']")
    download.value.save_as(tmp_path / "responses.zip")
    with zipfile.ZipFile(tmp_path / "responses.zip") as archive:
        assert archive.testzip() is None
        assert len(archive.read(f"{WAVE}.csv").splitlines()) > 300


def test_a_computation_is_started_and_its_page_refreshes_itself_without_script(
    staff_site: StaffSite, open_page: OpenPage
) -> None:
    page = open_page(DESKTOP, script=False)
    staff_site.sign_in(page, DISTRICT_ANALYST)
    page.goto(f"{staff_site.url}{RESULTS}")
    before = re.search(r"计算时间 [\d :-]+", page.locator("main").inner_text())
    follow(page.get_by_role("button", name="重新计算"))
    assert page.locator("text=正在计算").count() == 1
    assert page.locator("meta[http-equiv=refresh]").count() == 1
    page.wait_for_selector("text=正在计算", state="detached", timeout=120_000)
    assert page.locator(".box.error").count() == 0
    after = re.search(r"计算时间 [\d :-]+", page.locator("main").inner_text())
    assert before and after and before.group() != after.group()


@pytest.mark.parametrize("size", SIZES)
def test_an_analyst_goes_from_a_finding_over_its_effect_to_a_decision_and_takes_it_back(
    staff_site: StaffSite, open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_page(size)
    staff_site.sign_in(page, DISTRICT_ANALYST)
    page.goto(f"{staff_site.url}{RESULTS}")
    follow(page.get_by_role("link", name="数据核查：有疑点的答卷和对结果的影响"))
    follow(page.locator("a[href*='kind=alike']").first)
    looks_right(page)
    follow(page.locator("tbody a[href*='/integrity/'] code").first)
    page.get_by_text("哪些题相同").first.click()
    looks_right(page)
    follow(page.get_by_role("link", name="看影响，作决定"))
    assert page.locator("tbody tr").count() > 10
    looks_right(page)
    page.fill("#reason", "回访说没有来过")
    follow(page.get_by_role("button", name="剔除"))
    assert "已处理 1 份答卷" in page.locator(".box.good").inner_text()
    assert "第 2 份，" in page.locator(".list-pages").inner_text(), "the next undecided one follows"
    follow(page.get_by_role("link", name="数据核查", exact=True))
    page.select_option("#list-decision", "rejected")
    follow(page.locator(".list-search button"))
    follow(page.locator("tbody a[href*='/integrity/'] code").first)
    assert "剔除：回访说没有来过" in page.locator("main").inner_text()
    follow(page.get_by_role("link", name="看影响，作决定"))
    page.fill("#reason", "住户来电更正")
    follow(page.get_by_role("button", name="撤回决定"))
    page.goto(f"{staff_site.url}{RESULTS}/integrity?decision=rejected")
    assert "没有符合条件的" in page.locator("main").inner_text()


@pytest.mark.parametrize(("size", "dark", "language"), LOOKS)
def test_pages_of_the_staff_are_accessible_in_every_look(
    staff_site: StaffSite, open_page: OpenPage, size: tuple[int, int], dark: bool, language: str
) -> None:
    pages = {
        DISTRICT_ANALYST: (
            "/staff/results/",
            RESULTS,
            f"{RESULTS}/indicators/SAFE",
            "/staff/password",
        ),
        OFFICE: (
            "/staff/questionnaires/",
            "/staff/devices/",
            "/staff/waves/",
            CODES,
            f"{CODES}/codes/{staff_site.demonstration.poster}/retire",
        ),
        SUPERVISOR: ("/staff/assignments/", "/staff/second-factor"),
        UNIT: ("/staff/unit/",),
        "administrator@chunhe.example": ("/staff/accounts",),
    }
    for email, addresses in pages.items():
        page = open_page(size, dark=dark)
        staff_site.sign_in(page, email, language)
        for address in addresses:
            page.goto(f"{staff_site.url}{address}")
            assert page.locator("html").get_attribute("lang") == language
            looks_right(page)


def test_the_office_retires_a_poster_after_a_question(staff_site: StaffSite, open_page: OpenPage) -> None:
    page = open_page(DESKTOP)
    staff_site.sign_in(page, OFFICE)
    page.goto(f"{staff_site.url}{CODES}")
    picture = page.locator("td.code img").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    follow(page.locator("text=停用…… >> nth=-1"))
    follow(page.locator("text=确认停用"))
    page.wait_for_url(f"**{CODES}")
    assert "已停用" in page.locator(".box.good").inner_text()
    looks_right(page)


def test_a_table_is_scrolled_by_keyboard_and_the_page_is_not(staff_site: StaffSite, open_page: OpenPage) -> None:
    page = open_page(SMALL_PHONE)
    staff_site.sign_in(page, DISTRICT_ANALYST)
    page.goto(f"{staff_site.url}{RESULTS}")
    table = page.locator(".scroll").first
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("box => box.scrollLeft > 0", arg=table.element_handle())
    assert page.evaluate("window.scrollX") == 0


@pytest.mark.parametrize("size", SIZES)
def test_an_analyst_studies_a_wave_from_arrivals_to_a_cross_table(
    staff_site: StaffSite, open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_page(size, locale="zh-CN")
    staff_site.sign_in(page, DISTRICT_ANALYST)
    page.goto(f"{staff_site.url}{RESULTS}")
    follow(page.get_by_role("link", name="收集进度", exact=True))
    assert page.locator("svg.bars").count() == 2
    looks_right(page)
    follow(page.get_by_role("link", name="结果表", exact=True))
    page.select_option("#decision", "not_met")
    follow(page.locator(".filter button"))
    assert set(page.locator("td .decision").all_inner_texts()) == {"✗ 未达标"}
    looks_right(page)
    for view in ("排名", "不同算法"):
        follow(page.get_by_role("link", name=view, exact=True))
        assert page.get_by_role("button", name="开始计算").first.is_visible()
        looks_right(page)
    follow(page.get_by_role("link", name="交叉表", exact=True))
    page.select_option("#row", "a4")
    page.select_option("#column", "f1")
    follow(page.locator(".filter button"))
    if size == SIZES[0]:  # the second time the answer is there
        follow(page.get_by_role("button", name="开始计算"))
        page.get_by_role("heading", name="有没有关系").wait_for()
    assert "Rao–Scott" in page.locator("main").inner_text()
    looks_right(page)


def test_texts_are_coded_with_the_keyboard_alone_and_the_last_one_comes_back(
    staff_site: StaffSite, open_page: OpenPage
) -> None:
    page = open_page(DESKTOP, locale="zh-CN")
    staff_site.sign_in(page, DISTRICT_ANALYST)
    page.goto(f"{staff_site.url}{RESULTS}/texts/e3/categories")
    for name in ("停车", "卫生"):
        page.fill("#label", name)
        follow(page.get_by_role("button", name="添加"))
    page.goto(f"{staff_site.url}{RESULTS}/texts/e3/code")
    looks_right(page)
    text, boxes, told = page.locator("blockquote"), page.locator("[data-key]"), page.locator("label[for=progress]")
    first, before = text.inner_text(), told.inner_text()

    def press(key: str) -> None:
        with page.expect_navigation():
            page.keyboard.press(key)

    for key in ("1", "2", "1"):
        page.keyboard.press(key)
    assert [box.is_checked() for box in boxes.all()] == [False, True], "a digit ticks, and again takes it back"
    page.locator("nav a").first.focus()
    page.keyboard.press("2")
    assert boxes.nth(1).is_checked(), "keys are for whoever is in the form"
    text.click()
    press("Enter")
    assert "我已编码 1 份" in told.inner_text()
    second = text.inner_text()
    assert not any(box.is_checked() for box in boxes.all()), "another text"
    press("n")
    assert "我已编码 2 份" in told.inner_text()
    press("z")
    assert text.inner_text() == second
    press("z")
    assert (text.inner_text(), told.inner_text()) == (first, before)
