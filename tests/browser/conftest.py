"""Fixtures for tests in a real browser: Chromium and a live server with waves to answer."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from survey.storage import Storage
from tests.factories import StoredWave
from tests.live_server import LiveServer
from tests.published import store_real_wave

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
)
SMALL_PHONE, PHONE, DESKTOP = (360, 640), (412, 915), (1280, 800)
QUESTIONNAIRES = ("resident", "pulse", "merchant", "staff", "student")
PATIENCE = 60_000  # milliseconds that a page may take on a machine that does much else


@dataclass(frozen=True)
class Site:
    """A live server, its database, and the waves in it by questionnaire."""

    server: LiveServer
    storage: Storage
    waves: dict[str, StoredWave]

    @property
    def url(self) -> str:
        return self.server.url

    def address(self, questionnaire: str = "resident", look: str = "zh-hans", *, letter: int | None = None) -> str:
        """Where the QR code of a poster (or of a letter) leads."""
        wave = self.waves[questionnaire]
        code = wave.posters[0].code if letter is None else wave.letters[letter].code
        return f"{self.url}/q/{code}/{look}"


def chromium_program() -> str:
    """Chromium of the system; its absence is an error that names the remedy."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise FileNotFoundError("chromium: not found; install it with: make system-packages")
    return program


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = playwright.chromium.launch(executable_path=chromium_program(), args=list(FLAGS))
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One live server for the tests of a module, with an open wave for every questionnaire that residents answer."""
    var = tmp_path_factory.mktemp("site")
    shutil.copy(sqlite_template, var / "survey.db")
    url = f"sqlite:///{var / 'survey.db'}"
    storage = Storage(url)
    waves = {name: store_real_wave(storage, name) for name in QUESTIONNAIRES}
    with LiveServer(url, var) as server:
        yield Site(server, storage, waves)
    storage.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages: `open_page(size=PHONE, script=False, dark=True, …)`; all are closed at the end.

    What each page asked for and got is printed, so that a failed test shows where its pages stood.
    """
    contexts: list[BrowserContext] = []

    def make(size: tuple[int, int] = PHONE, *, script: bool = True, dark: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: print("asked", request.method, request.url))
        context.on("response", lambda response: print("got", response.status, response.url))
        context.on("requestfailed", lambda request: print("failed", request.failure, request.url))
        return context.new_page()

    yield make
    for page in (page for context in contexts for page in context.pages):
        print("at the end", page.url)
    for context in contexts:
        context.close()
