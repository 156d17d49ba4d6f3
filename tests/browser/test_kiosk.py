"""A shared tablet in a real browser: an answer, the first page again, and a form that somebody walked away from."""

from collections.abc import Callable

from playwright.sync_api import Page
from sqlalchemy import func, select

from survey.storage.responses import DraftRow
from tests.browser.accessibility import violations
from tests.browser.conftest import Site
from tests.browser.navigation import follow

OpenPage = Callable[..., Page]
TABLET = (800, 1280)
PRIMARY = ".buttons .button:not(.quiet)"


def open_tablet(site: Site, page: Page) -> str:
    start = f"{site.url}/k/{site.waves['pulse'].posters[0].code}/zh-hans-kiosk"
    page.goto(start)
    return start


def test_after_an_answer_the_next_person_finds_the_first_page_and_no_trace(site: Site, open_page: OpenPage) -> None:
    page = open_page(TABLET)
    start = open_tablet(site, page)
    assert violations(page) == []
    follow(page.locator(PRIMARY).first)
    assert violations(page) == []
    while not page.url.endswith("/review"):
        fields = page.locator("input[type=radio], input[type=checkbox]")
        if fields.count():
            fields.first.check()
        follow(page.locator("button.button[value=next]"))
    follow(page.locator("button[value=send]").first)
    page.locator(".receipt").wait_for()
    assert violations(page) == []
    follow(page.locator(PRIMARY))
    assert page.url == start
    page.go_back()
    page.go_back()
    assert page.locator("input:checked").count() == 0
    assert page.locator(".review").count() == 0


def test_three_minutes_without_a_touch_forget_the_form(site: Site, open_page: OpenPage) -> None:
    page = open_page(TABLET)
    page.clock.install()
    start = open_tablet(site, page)
    follow(page.locator(PRIMARY).first)
    page.locator("input").nth(0).check()
    follow(page.locator("button.button[value=next]"))
    page.clock.run_for(170_000)
    page.locator("h1, legend").first.click()
    page.clock.run_for(170_000)
    assert page.url != start, "a touch begins the three minutes anew"
    page.clock.run_for(11_000)
    page.wait_for_url(start)
    with site.storage.read() as session:
        assert session.scalar(select(func.count()).select_from(DraftRow)) == 0
