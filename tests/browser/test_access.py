"""Every page and state that a resident can meet, by axe-core (WCAG 2.2 AA): at 400 % zoom, dark, forced colours."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, abort
from playwright.sync_api import Page, Route
from sqlalchemy import update

from survey.actions.response.open_form import FormLibrary
from survey.app import create_app
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.invitations import InvitationRow
from survey.storage.waves import WaveRow
from survey.web.permissions import PUBLIC
from survey.web.services import services
from tests.browser.accessibility import contrast_violations, violations
from tests.browser.conftest import SMALL_PHONE
from tests.browser.navigation import follow
from tests.factories import KEY, StoredWave
from tests.published import store_real_wave

OpenPage = Callable[..., Page]
HOST = "http://minyi.test"
JUDGED_TWICE = {"start", "a3", "faults", "receipt", "stopped", "404"}
ZOOMED = (320, 256)  # 1280 by 1024 at 400 %


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application in this process, so that a test can close its wave and take its database away."""
    monkeypatch.setattr("survey.web.permissions.PUBLIC", PUBLIC | {"broken", "crowded"})
    made = create_app(
        read_settings(
            {"DATABASE_URL": sqlite_url, "SECRET_KEY": KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
        )
    )
    made.add_url_rule("/broken/<look:look>", "broken", lambda look: abort(500))
    made.add_url_rule("/crowded/<look:look>", "crowded", lambda look: abort(429))
    with made.app_context():
        vars(services())["forms"] = FormLibrary(services().storage, fresh_seconds=0)
    yield made
    with made.app_context():
        services().storage.close()


@pytest.fixture
def wave(app: Flask) -> StoredWave:
    with app.app_context():
        return store_real_wave(services().storage)


def serve(app: Flask, page: Page) -> Page:
    """The page asks the application directly, without a server in between, which also follows redirects for it."""
    client = app.test_client(use_cookies=False)

    def answer(route: Route) -> None:
        asked = route.request
        headers = {name: value for name, value in asked.headers.items() if name.lower() != "accept-encoding"}
        if asked.method == "POST":  # not told of what a script sends
            headers["content-type"] = "application/x-www-form-urlencoded"
        address = asked.url.removeprefix(HOST)
        reply = client.open(
            address, method=asked.method, data=asked.post_data_buffer, headers=headers, follow_redirects=True
        )
        route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.data)

    page.route("**/*", answer)
    return page


def storage_of(app: Flask) -> Storage:
    with app.app_context():
        return services().storage


@pytest.mark.parametrize(
    ("look", "size", "options"),
    [
        ("zh-hans", SMALL_PHONE, {}),
        ("en-large-contrast", ZOOMED, {"forced_colors": "active", "reduced_motion": "reduce", "contrast": "more"}),
    ],
)
def test_no_page_of_a_resident_has_an_obstacle(
    app: Flask, wave: StoredWave, open_page: OpenPage, look: str, size: tuple[int, int], options: dict[str, object]
) -> None:
    page = serve(app, open_page(size, bypass_csp=True, **options))
    found: dict[str, list[str]] = {}
    titles: list[str] = []

    def look_at(name: str, address: str = "") -> None:
        if address:
            page.goto(HOST + address)
        # The rules see the same elements in every look: in the second one they judge what differs, on a few pages.
        found[name] = violations(page) if look == "zh-hans" or name in JUDGED_TWICE else []
        if look == "zh-hans":
            page.emulate_media(color_scheme="dark")
            found[name] += [f"dark: {wrong}" for wrong in contrast_violations(page)]
            page.emulate_media(color_scheme="light")
        if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            found[name].append("scrolls sideways")
        if "large" in look and not page.evaluate("document.documentElement.classList.contains('large')"):
            found[name].append("not in the elder edition")
        titles.append(page.title())

    poster, letter = wave.posters[0].code, wave.letters[0].code
    look_at("home", f"/{look}")
    look_at("start", f"/q/{poster}/{look}")
    follow(page.locator(".buttons .button").first)
    look_at("one")
    first = page.url.removeprefix(HOST)
    form = first.partition("/ask/")[0]
    for item in ("a1", "a3", "e3", "f4"):
        look_at(item, f"{form}/ask/{item}")
    look_at("review", f"{form}/review")
    look_at("resume", f"{form}/resume")
    look_at("resume entry", f"/c/{look}")
    page.locator("#code").fill("3467")
    follow(page.locator("main .button"))
    look_at("resume unknown")
    look_at("all", f"{form}/all")
    follow(page.locator("button.button[value=send]"))
    look_at("faults")
    assert page.evaluate("document.activeElement.className") == "summary"
    page.locator("input[name=age_confirmed][value='1']").check()
    follow(page.locator("button.button[value=send]"))
    look_at("receipt")
    receipt = re.sub(r"[^A-Z0-9]", "", page.locator(".receipt").inner_text())
    page.locator(".receipt").evaluate("element => { element.textContent = 'WWWW-MWMW-WWWW' }")
    look_at("receipt of wide letters")
    look_at("change", f"/r/{receipt}/{look}/change")
    look_at("changing", page.locator("main a.button").first.get_attribute("href") or "")
    look_at("withdraw", f"/r/{receipt}/{look}/withdraw")
    follow(page.locator("main .button"))
    look_at("withdrawn")
    look_at("receipt unknown", f"/r/3467-9ACD-EFGH/{look}")
    look_at("young", f"/q/{letter}/{look}")
    follow(page.locator(".buttons .button").first)
    page.locator("input[name=age_confirmed][value='2']").check()
    follow(page.locator("button.button[value=next]"))
    look_at("stopped")
    look_at("opinion", f"/w/{wave.wave.id}/opinion/{look}")
    look_at("slip", f"/w/{wave.wave.id}/slip/{look}")
    look_at("kiosk", f"/k/{poster}/{look}")
    look_at("unknown code", f"/q/XXXXXXXXX/{look}")
    look_at("404", f"/nothing/{look}")
    look_at("429", f"/crowded/{look}")
    look_at("500", f"/broken/{look}")
    with storage_of(app).write() as session:
        session.execute(update(InvitationRow).where(InvitationRow.code == poster).values(retired_at=datetime.now(UTC)))
    look_at("retired code", f"/q/{poster}/{look}")
    with storage_of(app).write() as session:
        session.execute(update(WaveRow).values(status="closed", closed_at=datetime.now(UTC)))
    look_at("closed wave", f"/q/{letter}/{look}")
    path = Path(storage_of(app).engine.url.database or "")
    storage_of(app).close()
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    look_at("outage", f"{form}/review")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) == len(titles) > 25
    assert len(set(titles)) > 20, "each page says in its title where one is"
