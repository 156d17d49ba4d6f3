"""One person, one voice in a real browser: the telephone computes, gets its number, and is never told anything."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from survey.programme.protection import Protection
from survey.storage.marks import MarkRow
from survey.storage.waves import save_wave
from tests.browser.accessibility import violations
from tests.browser.conftest import SMALL_PHONE, Site

OpenPage = Callable[..., Page]
LAYERS = Protection(browser_token=True, proof_of_work=True)


@pytest.fixture(scope="module")
def protected(site: Site) -> Site:
    """The site with a wave of the pulse that has two layers on."""
    with site.storage.write() as session:
        save_wave(session, replace(site.waves["pulse"].wave, protection=LAYERS))
    return site


def signs(site: Site) -> list[str]:
    with site.storage.read() as session:
        return sorted(session.scalars(select(MarkRow.signs)))


def answer(page: Page, site: Site, *, computes: bool) -> str:
    """From the code to the receipt on one page; the words of the receipt's page without its code."""
    page.goto(site.address("pulse"))
    with page.expect_navigation():
        page.get_by_role("link", name="全部题目在一页上").click()
    if computes:
        page.locator('input[name="proof-of-work"]').wait_for(state="attached", timeout=60_000)
    page.locator('input[name="age_confirmed"][value="1"]').check()
    with page.expect_navigation():
        page.get_by_role("button", name="提交").click()
    return page.locator("h1").inner_text()


def test_telephone_computes_gets_its_number_once_and_a_second_answer_looks_like_the_first(
    protected: Site, open_page: OpenPage
) -> None:
    page = open_page(SMALL_PHONE)
    page.goto(protected.address("pulse"))
    assert "防止重复" in page.locator("main").inner_text()
    assert violations(page) == []
    first = answer(page, protected, computes=True)
    assert signs(protected) == []
    [cookie] = page.context.cookies([f"{protected.url}/a/"])
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("voice-wave-pulse", True, "Strict")
    assert answer(page, protected, computes=True) == first
    assert signs(protected) == ["same_browser"]
    assert page.context.cookies([f"{protected.url}/a/"])[0]["value"] == cookie["value"]
    without = open_page(SMALL_PHONE, script=False)
    assert answer(without, protected, computes=False) == first
    assert signs(protected) == ["no_proof", "same_browser"]
