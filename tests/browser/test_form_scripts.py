"""What scripts add to the form: it survives a network that drops, hides, counts, warns, unticks, reads aloud."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from survey.opinion.personal_data import PATTERNS, holds_personal_data
from survey.storage.responses import ConflictRow, ResponseRow
from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, PHONE, SMALL_PHONE, Site
from tests.browser.navigation import follow

OpenPage = Callable[..., Page]
SEND = "button.button[value=send]"
NEXT = "button.button[value=next]"


def rows(site: Site, table: type[ResponseRow] | type[ConflictRow]) -> int:
    with site.storage.read() as session:
        wave = site.waves["resident"].wave.id
        return session.scalar(select(func.count()).select_from(table).where(table.wave == wave)) or 0


def whole_form(site: Site, page: Page, look: str = "zh-hans") -> Page:
    page.goto(site.address(look=look))
    follow(page.locator(".button.quiet"))
    page.locator("input[name=age_confirmed][value='1']").check()
    return page


def test_network_that_drops_while_sending_loses_nothing_and_stores_once(site: Site, open_page: OpenPage) -> None:
    before = rows(site, ResponseRow)
    page = whole_form(site, open_page(SMALL_PHONE, bypass_csp=True))
    page.locator("input[name=a1][value='2']").check()
    page.context.set_offline(True)
    page.locator(SEND).click()
    expect(page.locator("[role=status]")).to_contain_text("没有网络，答案还在这页上")
    assert page.locator("input[name=a1][value='2']").is_checked()
    assert violations(page) == []
    page.locator("[role=status] button", has_text="先改一改").click()
    page.locator("input[name=a1][value='1']").check()
    page.locator(SEND).click()
    expect(page.locator("[role=status]")).to_contain_text("没有网络")
    page.context.set_offline(False)
    page.wait_for_url("**/r/**")
    assert rows(site, ResponseRow) == before + 1


def test_reply_that_is_lost_after_the_answer_was_stored_is_asked_for_again(site: Site, open_page: OpenPage) -> None:
    """The commonest fault of survey programs: committed, the reply lost, counted twice."""
    before = rows(site, ResponseRow)
    page = whole_form(site, open_page(PHONE))
    swallowed: list[int] = []

    def swallow(route: object) -> None:
        request = route.request  # type: ignore[attr-defined]
        if request.method == "POST" and len(swallowed) < 2:
            swallowed.append(route.fetch(max_redirects=0).status)  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/all", swallow)
    page.locator(SEND).click()
    page.wait_for_url("**/r/**")
    assert swallowed == [200, 200], "stored twice over the wire"
    assert rows(site, ResponseRow) == before + 1
    assert rows(site, ConflictRow) == 0


def test_server_that_is_stopped_and_started_again_gets_the_answer(site: Site, open_page: OpenPage) -> None:
    before = rows(site, ResponseRow)
    page = open_page(PHONE)
    page.goto(site.address())
    follow(page.locator(".buttons .button").first)
    page.locator("input[name=age_confirmed][value='1']").check()
    site.server.stop()
    try:
        page.locator(NEXT).click()
        expect(page.locator("[role=status]")).to_contain_text("没有网络")
        assert page.locator("input[name=age_confirmed][value='1']").is_checked()
    finally:
        site.server.start()
    page.wait_for_url("**/ask/a1")
    page.goto(page.url.replace("/ask/a1", "/review"))
    page.locator(SEND).first.dblclick()
    page.wait_for_url("**/r/**")
    assert rows(site, ResponseRow) == before + 1


def test_page_that_is_left_in_the_middle_is_found_again_as_it_was(site: Site, open_page: OpenPage) -> None:
    page = whole_form(site, open_page(PHONE))
    page.locator("textarea").first.fill("巷口的灯不亮")
    address = page.url
    page.goto(site.url)
    for _ in range(50):  # the browser sends what is kept beside the next page: it may come a moment later
        page.goto(address)
        if page.locator("textarea").first.input_value():
            break
    assert page.locator("textarea").first.input_value() == "巷口的灯不亮"


def test_questions_that_do_not_apply_are_hidden_and_come_back(site: Site, open_page: OpenPage) -> None:
    page = whole_form(site, open_page(PHONE))
    window = page.locator("[data-item=c3]")  # asked of those who went to a window
    expect(window).to_be_visible()
    page.locator("input[name=c3_window][value='7']").check()
    expect(window).to_be_hidden()
    page.locator("input[name=c3_window]").first.check()
    expect(window).to_be_visible()
    obstacle = page.locator("[data-relevant*=count-selected]")  # asked of those who took part in something
    expect(obstacle).to_be_hidden()
    page.locator("input[name=e1]").first.check()
    expect(obstacle).to_be_visible()
    page.locator("input[name=e1]").first.uncheck()
    expect(obstacle).to_be_hidden()
    follow(page.locator(SEND))
    assert page.locator(".receipt").count() == 1


def test_choice_that_stands_alone_unticks_the_others_and_too_many_are_told(site: Site, open_page: OpenPage) -> None:
    page = whole_form(site, open_page(PHONE))
    a3 = page.locator("fieldset[data-item=a3]")
    a3.locator("input").nth(0).check()
    a3.locator("input[data-exclusive]").check()
    assert not a3.locator("input").nth(0).is_checked()
    a3.locator("input").nth(1).check()
    assert not a3.locator("input[data-exclusive]").is_checked()
    limited = page.locator("fieldset[data-maximum]").first
    most = int(limited.get_attribute("data-maximum") or 0)
    boxes = limited.locator("input:not([data-exclusive])")
    for number in range(most + 1):
        boxes.nth(number).check()
    expect(page.locator("[role=status]")).to_have_text(f"最多选 {most} 项。")
    boxes.nth(0).uncheck()
    expect(page.locator("[role=status]")).to_be_empty()


def test_text_is_counted_and_numbers_of_people_are_warned_of_by_the_rule_of_the_server(
    site: Site, open_page: OpenPage
) -> None:
    page = whole_form(site, open_page(PHONE))
    field, note = page.locator("textarea").first, page.locator(".counter").first
    field.fill("灯不亮")
    assert note.inner_text() == "还可以写 297 字。"
    texts = [
        "请打 13900000000",
        "打 139 0000 0000 也行",
        "１３９００００００００",
        "+86 13900000000",
        "0990-0000001",
        "身份证 11010119900101001X",
        "订单 4139000000001",
        "路灯12盏",
        "x110101199001010011",
        "2026年5月18日",
    ]
    shown = []
    for text in texts:
        field.fill(text)
        shown.append("warns" in (note.get_attribute("class") or ""))
    assert shown == [holds_personal_data(text) for text in texts]
    assert set(shown) == {True, False}
    assert len(PATTERNS) == len(json.loads(note.get_attribute("data-personal") or "[]"))


VOICES = """
  const spoken = window.spoken = [];
  const synthesis = new EventTarget();
  synthesis.getVoices = () => LANGUAGES.map((lang) => ({ lang }));
  synthesis.speak = (said) => { spoken.push([said.lang, said.text]); synthesis.speaking = true; };
  synthesis.cancel = () => { synthesis.speaking = false; };
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


@pytest.mark.parametrize(
    ("look", "voices", "language"),
    [("zh-hans", ["en-US", "zh_CN"], "zh-CN"), ("zh-hant", ["zh-CN", "zh-TW"], "zh-TW"), ("en", ["zh-CN"], None)],
)
def test_question_is_read_aloud_where_there_is_a_voice_for_the_language(
    site: Site, open_page: OpenPage, look: str, voices: list[str], language: str | None
) -> None:
    """The browser of the tests has no voice: a list of voices stands in its place, the script is the real one."""
    page = open_page(SMALL_PHONE)
    page.add_init_script(VOICES.replace("LANGUAGES", json.dumps(voices)))
    page.goto(site.address(look=look))
    follow(page.locator(".buttons .button").first)
    button = page.locator("[data-aloud] button")
    if language is None:
        assert button.count() == 0
        return
    button.click()
    [[spoken_in, text]] = page.evaluate("window.spoken")
    assert spoken_in == language
    assert page.locator("h1").inner_text() in text
    assert page.locator("label.option").last.inner_text() in text
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert button.get_attribute("aria-pressed") == "false"


def test_nothing_jumps_while_the_page_comes_and_one_answers(site: Site, open_page: OpenPage) -> None:
    """Cumulative layout shift of what nobody asked for is nought; nothing moves by animation."""
    page = open_page(PHONE)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
        " if (!one.hadRecentInput) window.shift += one.value; }).observe({ type: 'layout-shift', buffered: true })"
    )
    whole_form(site, page)
    page.wait_for_function("document.querySelector('form.skips')")
    page.locator("input[name=a1][value='2']").check()
    assert page.evaluate("window.shift") < 0.01
    assert page.evaluate("document.getAnimations().length") == 0


def test_form_goes_on_on_another_phone_with_the_short_code(site: Site, open_page: OpenPage) -> None:
    first, second = open_page(PHONE), open_page(DESKTOP, script=False)
    whole_form(site, first)
    first.locator("input[name=a1][value='2']").check()
    follow(first.locator("button[value=resume]"))
    code = first.locator(".receipt").inner_text()
    second.goto(f"{site.url}/zh-hans")
    follow(second.locator("a[href='/c/zh-hans']"))
    second.locator("#code").fill(code.lower())
    follow(second.locator("main .button"))
    second.goto(re.sub(r"/ask/.*", "/all", second.url))
    assert second.locator("input[name=a1][value='2']").is_checked()


def test_two_tabs_with_one_form_end_in_one_answer(site: Site, open_page: OpenPage) -> None:
    before, conflicts = rows(site, ResponseRow), rows(site, ConflictRow)
    first = whole_form(site, open_page(PHONE))
    second = first.context.new_page()
    second.goto(first.url)
    second.locator("input[name=age_confirmed][value='1']").check()
    first.locator("input[name=a1][value='1']").check()
    second.locator("input[name=a1][value='2']").check()
    follow(first.locator(SEND))
    follow(second.locator(SEND))
    assert "等待核对" in second.locator("h1").inner_text()
    assert rows(site, ResponseRow) == before + 1
    assert rows(site, ConflictRow) == conflicts + 1
