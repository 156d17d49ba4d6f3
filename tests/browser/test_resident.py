"""A resident with a real phone or desktop browser: sent twice, back, keyboard, large text, weight of the pages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import func, select

from survey.storage.responses import ResponseRow
from tests.browser.conftest import DESKTOP, PHONE, SMALL_PHONE, Site
from tests.browser.navigation import follow

OpenPage = Callable[..., Page]
PRIMARY = ".buttons .button:not(.quiet)"


def responses(site: Site, questionnaire: str = "resident") -> int:
    with site.storage.read() as session:
        wave = site.waves[questionnaire].wave.id
        return session.scalar(select(func.count()).select_from(ResponseRow).where(ResponseRow.wave == wave)) or 0


def receipt(page: Page) -> str:
    text = page.locator(".receipt").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    return text


def fits_the_screen(page: Page) -> bool:
    """Nothing makes the page scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def answer_everything(page: Page) -> None:
    """On the page with all questions: the first choice of each, and a text."""
    page.eval_on_selector_all("fieldset.item", "items => items.forEach(item => item.querySelector('input').click())")
    for area in page.locator("textarea").all():
        area.fill("路灯很亮，谢谢。")


def test_send_pressed_twice_back_and_sent_again_is_one_response(site: Site, open_page: OpenPage) -> None:
    before = responses(site)
    page = open_page(PHONE)
    page.goto(site.address())
    follow(page.locator(".button.quiet"))
    answer_everything(page)
    # Both presses on this page: the second of a slow double click may fall on the page that comes next.
    page.locator("button.button[value=send]").evaluate("button => { button.click(); button.click(); }")
    first = receipt(page)
    page.go_back()
    if page.locator("button.button[value=send]").count():  # the browser kept the page as it was
        follow(page.locator("button.button[value=send]"))
    assert receipt(page) == first
    page.reload()
    assert receipt(page) == first
    assert responses(site) == before + 1


def test_back_button_of_the_browser_keeps_the_answers(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE, script=False)
    page.goto(site.address())
    follow(page.locator(PRIMARY).first)
    page.locator("input[name=age_confirmed]").first.check()
    follow(page.locator("button.button[value=next]"))
    page.locator("input[name=a1][value='2']").check()
    follow(page.locator("button.button[value=next]"))
    page.go_back()
    page.reload()
    assert page.locator("input[name=a1][value='2']").is_checked()


def test_form_goes_on_in_a_second_browser_with_its_address(site: Site, open_page: OpenPage) -> None:
    first, second = open_page(PHONE), open_page(DESKTOP)
    first.goto(site.address())
    follow(first.locator(PRIMARY).first)
    first.locator("input[name=age_confirmed]").first.check()
    follow(first.locator("button.button[value=next]"))
    second.goto(first.url.replace("/ask/a1", "/all"))
    assert second.locator("input[name=age_confirmed]").first.is_checked()


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until `wanted` has the focus, which one sees wherever it is; a trap would never end."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "wanted => { const e = document.activeElement; const { outlineStyle } = getComputedStyle(e);"
            " return [e.matches(wanted), outlineStyle !== 'none' || e === document.body]; }",
            wanted,
        )
        assert focused[1], "one sees where one is"
        if focused[0]:
            return
    raise AssertionError(f"{wanted}: not reached by the Tab key at {page.url}")


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_keyboard_alone_leads_from_the_code_to_the_receipt(site: Site, open_page: OpenPage) -> None:
    """Tab, Space, arrows and Enter: one choice, several choices, a list, back, the review and the form all at once."""
    before = responses(site, "pulse")
    page = open_page(DESKTOP)
    page.goto(site.address("pulse"))
    tab_to(page, "a.button")
    press(page, "Enter")
    tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    press(page, "Enter")
    tab_to(page, "button[value=back]")
    press(page, "Enter")
    assert page.locator("input[type=radio]").first.is_checked()
    while not page.url.endswith("/review"):
        tab_to(page, "input[type=radio], select")
        # Down leads to the next choice; at the question about the age that would end the form.
        page.keyboard.press("Space" if page.url.endswith("/age_confirmed") else "ArrowDown")
        tab_to(page, "button.button[value=next]")
        press(page, "Enter")
    tab_to(page, "button.button[value=send]")
    press(page, "Enter")
    receipt(page)
    assert responses(site, "pulse") == before + 1


def test_error_summary_takes_the_focus_and_leads_to_the_field(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE, script=False)  # a script unticks what cannot stand together
    page.goto(site.address())
    follow(page.locator(".button.quiet"))
    for code in ("1", "99"):
        page.locator(f"input[name=a3][value='{code}']").check()
    follow(page.locator("button[value=send]"))
    assert page.evaluate("document.activeElement.className") == "summary"
    page.locator(".summary a[href='#a3']").click()
    top = page.evaluate("document.querySelector('#a3').getBoundingClientRect().top")
    assert top >= 0, "the field and its question are in sight"
    assert page.locator("input[name=a3][value='99']").is_checked()


@pytest.mark.parametrize(("look", "size"), [("zh-hans", 20), ("zh-hans-large", 24)])
def test_text_and_targets_are_large_enough(site: Site, open_page: OpenPage, look: str, size: int) -> None:
    page = open_page(SMALL_PHONE)
    page.goto(site.address(look=look))
    follow(page.locator(".button.quiet"))
    option = page.locator("label.option").first
    assert float(option.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= size
    heights = page.eval_on_selector_all(
        "label.option, .button, .field", "all => all.filter(e => e.offsetParent).map(e => e.offsetHeight)"
    )
    assert min(heights) >= 60
    switches = page.eval_on_selector_all(".switches button", "all => all.map(e => e.offsetHeight)")
    assert min(switches) >= 36
    option.click(position={"x": 300, "y": 30})
    assert option.locator("input").is_checked(), "the whole row is the label"


def test_page_still_fits_at_twice_the_text_size(site: Site, open_page: OpenPage) -> None:
    page = open_page(SMALL_PHONE)
    for look in ("zh-hans", "en"):
        page.goto(site.address(look=look))
        page.evaluate("document.documentElement.style.fontSize = '250%'")
        assert fits_the_screen(page)
        follow(page.locator(PRIMARY).first)
        page.evaluate("document.documentElement.style.fontSize = '250%'")
        assert fits_the_screen(page)


def test_first_page_and_whole_form_are_light(site: Site, open_page: OpenPage) -> None:
    """At most 14 KB for the first page and 30 KB for the form, as they travel, with the stylesheet and the icon."""
    page = open_page(PHONE)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(site.address(look="en"), wait_until="networkidle")
    first = sum(received)
    follow(page.locator(".button.quiet"))
    page.wait_for_load_state("networkidle")
    whole = sum(received)
    print(f"first page {first / 1000:.1f} KB, with the whole form {whole / 1000:.1f} KB, {len(addresses)} requests")
    assert first <= 14_000
    assert whole <= 30_000
    assert all(address.startswith(site.url) for address in addresses)
