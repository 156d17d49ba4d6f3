"""New users follow the manual: a wave from nothing to its first answer, and from the answers to the report in Word."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page

from survey.accounts.account import Role
from survey.actions.accounts.add_account import add_account
from survey.actions.demo.answers import Person, answer
from survey.actions.response.receive_response import receive_response
from survey.instrument.answers import read_answers
from survey.instrument.compile import compile_questionnaire
from survey.response.receipt import Outcome
from survey.response.response import Mode
from survey.storage import Storage
from survey.storage.invitations import list_invitations
from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, SMALL_PHONE, Site
from tests.browser.navigation import follow
from tests.browser.pictures import Pictures
from tests.browser.test_resident import answer_everything, fits_the_screen, receipt
from tests.factories import COMMUNITY, DISTRICT, KEY, make_submission
from tests.published import FOLDER as QUESTIONNAIRE_FOLDER

EMAIL, ANALYST, PASSWORD = "new@office.example", "new@analyst.example", "four dull grey bicycles"
NAME = "2026年第二轮居民满意度调查"
NEIGHBOURS = 79
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
    """The site with accounts of two who have never made a wave nor read a result."""
    for email, role in ((EMAIL, Role.OFFICE), (ANALYST, Role.ANALYST)):
        add_account(
            site.storage,
            email=email,
            name="新来的同事",
            role=role,
            area=DISTRICT,
            password=PASSWORD,
            now=datetime.now(UTC),
            actor="test",
        )
    return site


def sign_in(site: Site, page: Page, language: str = "zh-Hans", email: str = EMAIL) -> None:
    page.goto(f"{site.url}/staff/sign-in?language={language}")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    follow(page.locator("main button.button"))


def looks_right(page: Page) -> None:
    assert fits_the_screen(page), page.url
    assert violations(page) == [], page.url


def next_step(page: Page, pictures: Pictures, name: str) -> None:
    pictures.take(page, name, looks_right)
    follow(page.get_by_role("button", name="保存，下一步"))
    assert page.locator(".summary").count() == 0, page.locator(".summary").inner_text()


def test_from_nothing_to_the_first_answer_and_from_the_answers_to_the_report(
    newcomer: Site, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(DESKTOP, accept_downloads=True, locale="zh-CN")
    pictures = Pictures("new-wave")
    wave = open_a_wave(newcomer, page, pictures)
    code = print_a_poster(page, pictures, tmp_path)
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
    pictures.tell_times()

    neighbours_answer(newcomer.storage, wave)
    follow(page.get_by_role("link", name="结束调查……"))
    follow(page.get_by_role("button", name="确认结束"))
    pictures = Pictures("results")
    analyst = open_page(DESKTOP, accept_downloads=True, locale="zh-CN")
    sign_in(newcomer, analyst, email=ANALYST)
    compute(analyst, pictures)
    review(analyst, pictures)
    paragraphs = write_the_report(analyst, pictures, tmp_path)
    pictures.tell_times()
    assert paragraphs[0] == f"{NAME}专报"
    assert any("云统制〔2026〕2号" in each for each in paragraphs)
    assert any("没有抽样答卷" in each for each in paragraphs), "people who scanned speak for nobody else"
    assert not any("代表云溪区全体调查对象" in each and "不能" not in each for each in paragraphs)
    assert any("定稿" in each for each in paragraphs), "the wave is over and computed after its end"


def open_a_wave(site: Site, page: Page, pictures: Pictures) -> str:
    """Chapter 1, steps 1 to 3. Returns the wave's name in addresses."""
    sign_in(site, page)
    pictures.take(page, "waves")
    follow(page.get_by_role("link", name="新建一轮调查"))
    page.fill("#name", NAME)
    pictures.take(page, "new", looks_right)
    follow(page.get_by_role("button", name="开始填写"))
    pictures.take(page, "checklist-empty", looks_right)
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
    pictures.take(page, "checklist-whole", looks_right)
    follow(page.get_by_role("link", name="核对，开始调查……"))
    page.get_by_label("我核对过了").check()
    pictures.take(page, "open", looks_right)
    follow(page.get_by_role("button", name="开始调查"))
    assert "本轮调查已经开始" in page.locator(".box.good").inner_text()
    pictures.take(page, "opened")
    return page.url.rsplit("/", 1)[-1]


def print_a_poster(page: Page, pictures: Pictures, folder: Path) -> str:
    """Chapter 1, step 4. Returns the path that the poster's QR code leads to."""
    follow(page.get_by_role("link", name="打印海报、桌卡、标签，发放新编码"))
    page.select_option("#area", "990101001001")
    page.fill("#place", "社区服务中心")
    pictures.take(page, "poster-place")
    follow(page.locator("form.narrow").first.get_by_role("button", name="发放编码"))
    pictures.take(page, "posters")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载A4 海报").click()
    download.value.save_as(folder / "poster.pdf")
    assert (folder / "poster.pdf").read_bytes().startswith(b"%PDF")
    follow(page.locator(".crumbs a").last)
    return str(page.locator("table.posters td a").first.get_attribute("href"))


def neighbours_answer(storage: Storage, wave: str) -> None:
    """Many others answer; how they do it is another test's matter."""
    rng = random.Random(20261122)
    questionnaire = compile_questionnaire(QUESTIONNAIRE_FOLDER, "resident", 1)
    with storage.read() as session:
        (poster,) = list_invitations(session, wave)
    for _ in range(NEIGHBOURS):
        person = Person(rng.choice("12"), rng.choice("23456"), COMMUNITY, Mode.SELF, scanned=True)
        raw = answer(person, rng)
        sent = make_submission(wave=wave, code=poster.code, answers=dict(read_answers(questionnaire, raw).answers))
        assert receive_response(storage, KEY, sent, datetime.now(UTC)).outcome is Outcome.ACCEPTED


def compute(page: Page, pictures: Pictures) -> None:
    """Chapter 3, step 1."""
    follow(page.get_by_role("link", name=NAME))
    pictures.take(page, "before", looks_right)
    follow(page.get_by_role("button", name="开始计算"))
    page.wait_for_selector("text=正在计算", state="detached")
    assert page.locator(".box.error").count() == 0
    pictures.take(page, "figures", looks_right)


def review(page: Page, pictures: Pictures) -> None:
    """Chapter 3, step 2."""
    address = page.url
    follow(page.get_by_role("link", name="数据核查：有疑点的答卷和对结果的影响"))
    assert "上次核查" in page.locator("main").inner_text(), "each computation looks for findings too"
    pictures.take(page, "review", looks_right)
    page.goto(address)


def write_the_report(page: Page, pictures: Pictures, folder: Path) -> list[str]:
    """Chapter 3, step 3. Returns what the report in Word says, paragraph by paragraph."""
    page.select_option("#what", "report-docx")
    pictures.take(page, "make")
    follow(page.get_by_role("button", name="在后台生成"))
    link = page.get_by_role("link", name="下载")
    link.wait_for()
    pictures.take(page, "made", looks_right)
    with page.expect_download() as download:
        link.click()
    download.value.save_as(folder / "report.docx")
    document = Document(str(folder / "report.docx"))
    (table,) = document.tables  # of the answers by QR code; nothing of a sample that was not drawn
    assert len(table.rows) > 10
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text]


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
