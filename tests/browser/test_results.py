"""Released results and the forms after the answer in a real browser: fit, axe, the framed chart, paper."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from survey.actions.results.release_results import release_results
from survey.storage import Storage
from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, SMALL_PHONE
from tests.browser.navigation import follow
from tests.factories import WAVE
from tests.live_server import LiveServer
from tests.released import CLOSED, SUMMARY, store_closed_wave

OpenPage = Callable[..., Page]
LANGUAGES = ("zh-hans", "zh-hant", "en")


@pytest.fixture(scope="module")
def released(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a live server with one wave whose results are released."""
    var = tmp_path_factory.mktemp("released")
    shutil.copy(sqlite_template, var / "survey.db")
    url = f"sqlite:///{var / 'survey.db'}"
    storage = Storage(url)
    store_closed_wave(storage)
    release_results(storage, WAVE, SUMMARY, CLOSED + timedelta(days=3), "office@office.example")
    with LiveServer(url, var) as server:
        yield server.url
    storage.close()


def fits_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("language", "size"), list(product(LANGUAGES, (SMALL_PHONE, DESKTOP))))
def test_results_fit_and_axe_finds_nothing(
    released: str, open_page: OpenPage, language: str, size: tuple[int, int]
) -> None:
    page = open_page(size, bypass_csp=True, dark=language == "zh-hant")
    found = {}
    for path in ("/results/", f"/results/{WAVE}", f"/results/{WAVE}/areas/990101002"):
        page.goto(f"{released}/{language}{path}")
        assert fits_the_screen(page), path
        found[path] = violations(page)
    assert {path: rules for path, rules in found.items() if rules} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_after_the_answer_are_sent_and_axe_finds_nothing(
    released: str, open_page: OpenPage, language: str
) -> None:
    page = open_page(SMALL_PHONE, bypass_csp=True)
    found = {}

    def look_at(name: str) -> None:
        assert fits_the_screen(page), name
        found[name] = violations(page)

    page.goto(f"{released}/w/{WAVE}/opinion/{language}")
    look_at("opinion")
    follow(page.locator("button[value=send].button"))
    look_at("faults")
    page.locator("input[name=topic]").first.check()
    page.locator("textarea[name=text]").fill("路灯不亮")
    follow(page.locator(".switches button").last)  # the large edition keeps what was filled in
    assert page.locator("textarea[name=text]").input_value() == "路灯不亮"
    follow(page.locator("button[value=send].button"))
    page.wait_for_url("**/o/**")
    look_at("state")
    page.goto(f"{released}/w/{WAVE}/slip/{language}")
    page.locator("input[name=contact]").fill("someone@example.org")
    follow(page.locator("button[value=send].button"))
    look_at("no consent")
    page.locator("input[name=consent]").check()
    follow(page.locator("button[value=send].button"))
    page.wait_for_url("**/slip-sent/**")
    look_at("slip sent")
    assert {name: rules for name, rules in found.items() if rules} == {}


@pytest.fixture
def other_site(released: str, tmp_path: Path) -> Iterator[str]:
    """Another origin, with one page that frames the chart and one that frames the page of results."""
    for name, path in (("chart", "/chart.svg"), ("page", "")):
        frame = f'<iframe src="{released}/en/results/{WAVE}{path}" width="100%" height="400"></iframe>'
        (tmp_path / f"{name}.html").write_text(f"<!doctype html><title>other</title>{frame}")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_chart_is_shown_in_a_frame_of_another_site_and_a_page_is_not(other_site: str, open_page: OpenPage) -> None:
    page = open_page(DESKTOP)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{other_site}/chart.html")
    heading = page.frame_locator("iframe").locator("text.heading").first
    heading.wait_for()
    assert heading.evaluate("e => getComputedStyle(e).fontWeight") == "700", "the style inside is applied"
    assert [text for text in refused if "Policy" in text] == []
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{other_site}/page.html")


def test_results_print_their_figures_without_links_to_downloads(released: str, open_page: OpenPage) -> None:
    page = open_page(DESKTOP)
    page.goto(f"{released}/en/results/{WAVE}")
    page.emulate_media(media="print")
    assert page.locator(".finding .rate").first.is_visible()
    assert page.locator("svg.chart").is_visible()
    assert not page.locator(".downloads").is_visible()
    assert not page.locator(".switches").is_visible()
    assert len(page.pdf()) > 10_000
