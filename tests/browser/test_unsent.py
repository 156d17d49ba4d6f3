"""A tab that is killed without a network: what was typed stays in the browser until the server has it."""

import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect
from sqlalchemy import select

from survey.storage.responses import ResponseRow
from tests.browser.accessibility import violations
from tests.browser.conftest import FLAGS, PATIENCE, SMALL_PHONE, Site, chromium_program
from tests.browser.navigation import follow

OpenPage = Callable[..., Page]
SEND = "button.button[value=send]"
STATUS = "[data-status]"
RESTORED, FOUND = "已恢复这部手机上次没发出去的内容", "这部手机上有一份没能发出去的问卷"
# Read straight from the browser's database.
KEPT = """() => new Promise((resolve) => {
    const request = indexedDB.open("minyi");
    request.onsuccess = () => {
        const all = request.result.transaction("unsent").objectStore("unsent").getAll();
        all.onsuccess = () => { request.result.close(); resolve(all.result); };
    };
})"""
NOTHING_KEPT = f"() => ({KEPT})().then(all => all.length === 0)"
ONE_KEPT = f"() => ({KEPT})().then(all => all.length === 1)"
A_DAY_LATER = """() => new Promise((resolve) => {
    const request = indexedDB.open("minyi");
    request.onsuccess = () => {
        const transaction = request.result.transaction("unsent", "readwrite");
        const store = transaction.objectStore("unsent");
        store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
            if (!cursor) return;
            cursor.update({ ...cursor.value, at: cursor.value.at - 86400001 });
            cursor.continue();
        };
        transaction.oncomplete = () => { request.result.close(); resolve(); };
    };
})"""
NO_STORAGE = "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } })"


def whole_form(site: Site, page: Page) -> str:
    page.goto(site.address())
    follow(page.locator(".button.quiet"))
    page.locator("input[name=age_confirmed][value='1']").check()
    return page.url


def write_without_network(page: Page, text: str) -> None:
    page.context.set_offline(True)
    page.locator("textarea").first.fill(text)
    page.wait_for_function(f"() => ({KEPT})().then(all => all.some(one => one.content.includes('8')))")


def crash(page: Page) -> BrowserContext:
    """End the tab's process, as a phone does that needs the memory; its context stays."""
    context = page.context
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()
    context.set_offline(False)
    return context


def kept(page: Page) -> list[dict[str, object]]:
    found: list[dict[str, object]] = page.evaluate(KEPT)
    return found


def texts(site: Site) -> list[str]:
    with site.storage.read() as session:
        return list(session.scalars(select(ResponseRow.answers).where(ResponseRow.answers.contains("巷口"))))


def test_tab_that_is_killed_without_network_is_found_again_by_scanning_the_poster_again(
    site: Site, open_page: OpenPage
) -> None:
    page = open_page(SMALL_PHONE, bypass_csp=True)
    address = whole_form(site, page)
    page.locator("input[name=a3]").first.check()
    write_without_network(page, "巷口第8盏灯不亮")
    again = crash(page).new_page()
    again.goto(site.address(look="zh-hans-large"))
    expect(again.locator(STATUS)).to_contain_text(FOUND)
    assert violations(again) == []
    follow(again.locator(STATUS).get_by_role("button", name="接着填"))
    assert again.url == address
    expect(again.locator(STATUS)).to_contain_text(RESTORED)
    assert again.locator("textarea").first.input_value() == "巷口第8盏灯不亮"
    assert again.locator("input[name=age_confirmed][value='1']").is_checked()
    assert again.locator("input[name=a3]").first.is_checked()
    assert violations(again) == []
    follow(again.locator(SEND))
    assert again.locator(".receipt").count() == 1
    assert len(texts(site)) == 1
    assert kept(again) == []
    again.goto(site.address())
    expect(again.locator(STATUS)).to_be_empty()


def test_kept_is_thrown_away_on_demand_after_a_day_and_where_the_server_has_something_newer(
    site: Site, open_page: OpenPage
) -> None:
    page = open_page(SMALL_PHONE)
    address = whole_form(site, page)
    write_without_network(page, "8")
    again = crash(page).new_page()
    again.goto(address)
    again.locator(STATUS).get_by_role("button", name="不要了").click()
    assert again.locator("textarea").first.input_value() == ""
    assert not again.locator("input[name=age_confirmed]").first.is_checked()
    again.wait_for_function(NOTHING_KEPT)

    write_without_network(again, "8")
    page = crash(again).new_page()
    page.goto(site.url)
    page.evaluate(A_DAY_LATER)
    page.goto(address)
    page.wait_for_function(NOTHING_KEPT)
    assert page.locator("textarea").first.input_value() == ""

    write_without_network(page, "8")
    other = open_page(SMALL_PHONE, script=False)
    other.goto(address)
    other.locator("textarea").first.fill("在另一部手机上写的")
    follow(other.locator("button[value=one]"))
    again = crash(page).new_page()
    again.goto(address)
    again.wait_for_function(NOTHING_KEPT)
    assert again.locator("textarea").first.input_value() == "在另一部手机上写的"


def test_browser_that_is_killed_with_all_its_processes_still_has_it(
    site: Site, playwright: Playwright, tmp_path: Path
) -> None:
    """As Android ends WeChat with everything in it: nothing was shut down, nothing was flushed on purpose."""

    def start() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=chromium_program(), args=list(FLAGS), locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE)
        return context

    context = start()
    page = context.pages[0]
    page.goto(site.address())
    follow(page.locator(".buttons .button").first)
    page.locator("input[name=age_confirmed][value='1']").check()
    follow(page.locator("button.button[value=next]"))
    address = page.url
    context.set_offline(True)
    page.locator("input[name=a1][value='2']").check()
    page.wait_for_function(ONE_KEPT)
    kill_all_of(tmp_path / "profile")
    with suppress(Error):  # it is dead, which the context may know already or not
        context.close()
    context = start()
    page = context.pages[0]
    page.goto(address)
    expect(page.locator(STATUS)).to_contain_text(RESTORED)
    assert page.locator("input[name=a1][value='2']").is_checked()
    follow(page.locator("button.button[value=next]"))
    assert not page.url.endswith("/ask/a1")
    assert kept(page) == []
    context.close()


def kill_all_of(profile: Path) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"--user-data-dir={profile}" in (process / "cmdline").read_text():
                os.kill(int(process.name), signal.SIGKILL)
        except (OSError, UnicodeDecodeError):
            continue  # it has ended meanwhile


def test_browser_without_storage_and_a_shared_tablet_keep_nothing_and_work(site: Site, open_page: OpenPage) -> None:
    page = open_page(SMALL_PHONE)
    faults: list[Error] = []

    def note(fault: Error) -> None:
        faults.append(fault)

    page.on("pageerror", note)
    page.add_init_script(NO_STORAGE)
    whole_form(site, page)
    page.locator("textarea").first.fill("没有存储")
    follow(page.locator(SEND))
    assert page.locator(".receipt").count() == 1
    assert faults == []
    tablet = open_page((800, 1280))
    tablet.goto(f"{site.url}/k/{site.waves['pulse'].posters[0].code}/zh-hans-kiosk")
    assert "unsent" not in tablet.content()
    follow(tablet.locator(".buttons .button").first)
    tablet.locator("input").first.check()
    assert re.search("sending", tablet.content())
    assert "unsent" not in tablet.content()
    assert tablet.evaluate("indexedDB.databases()") == []
