"""A worker's day in a real browser: enrolled once, then without network, with everything that goes wrong on the way.

The server is really stopped, replies are really lost behind a committed record, and at the end the ledger is compared
with what the device made: nothing lost, nothing twice.
"""

import base64
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route
from sqlalchemy import select

from survey.actions.fieldwork.import_device_file import import_device_file
from survey.actions.fieldwork.list_devices import DeviceSummary, list_devices
from survey.actions.upkeep.verify_storage import verify_storage
from survey.fieldwork.device import RecordOutcome
from survey.programme.recording_plan import RecordingPlan
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.fieldwork import CaseRow
from survey.storage.recordings import VisitRecordingRow
from survey.storage.responses import LedgerRow, ResponseRow
from survey.storage.visits import VisitRow
from survey.storage.waves import save_wave
from tests.browser.accessibility import violations
from tests.browser.conftest import SMALL_PHONE
from tests.browser.contrast import faint_texts
from tests.factories import DISTRICT, KEY, NOW, StoredWave
from tests.fieldwork import PASSWORD, Field, store_field
from tests.live_server import LiveServer
from tests.published import store_real_wave

OpenPage = Callable[..., Page]
CASES = 40
NUMBERS = count(10)
PIN = "246810"
# A picture of one pixel.
DOOR = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

# A whole day in one call: the app's own modules close and queue the records, as its screens do.
A_DAY = """async ([folder, cases]) => {
    const { finish } = await import(`${folder}outbox.js`);
    const made = [];
    for (const [number, one] of cases.entries()) {
        const visit = { kind: "visit", id: crypto.randomUUID(), wave: one.wave, case: one.id,
            at: new Date(Date.now() - 60000).toISOString(), disposition: number % 4 ? "110" : "224", note: "",
            mode: number % 4 ? "R" : null, present: [], next_appointment: null };
        const answer = { kind: "answer", id: crypto.randomUUID(), wave: one.wave, questionnaire: "resident", version: 1,
            language: "zh-Hans", mode: "R", place: one.place, started: new Date(Date.now() - 600000).toISOString(),
            ended: new Date(Date.now() - 60000).toISOString(), sealed: null, eligible: 1,
            answers: { age_confirmed: ["1"], a1: [String(1 + number % 3)] } };
        const records = number % 4 ? [answer, visit] : [visit];
        await finish(records);
        made.push(...records.map(({ kind, id }) => [kind, id]));
    }
    return made;
}"""
SEND = "async folder => (await import(`${folder}sync.js`)).sendWaiting('test', { wait: true })"
# What the device has, read straight from its database.
ON_DEVICE = """store => new Promise((resolve, reject) => {
    const request = indexedDB.open("minyi-field");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
        const all = request.result.transaction(store).objectStore(store).getAllKeys();
        all.onsuccess = () => { request.result.close(); resolve(all.result); };
    };
})"""


@dataclass
class FieldSite:
    """A live server with one worker's cases; the server can be stopped and started at the same address."""

    server: LiveServer
    storage: Storage
    field: Field

    def open(self, page: Page, screen: str = "") -> None:
        page.goto(f"{self.server.url}/field/{screen}")

    def enrol(self, page: Page) -> None:
        """Sign in, choose a PIN, and land on the locked app with its files on the device."""
        page.goto(f"{self.server.url}/staff/assignments/device")
        page.fill("#email", self.field.account.email)
        page.fill("#password", PASSWORD)
        page.click("main button.button")
        page.fill("#label", "红色手机")
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.click("[data-enrol] button")
        screen(page, "lock")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    @property
    def worker(self) -> str:
        return self.field.account.interviewer_code

    def responses(self) -> list[ResponseRow]:
        with self.storage.read() as session:
            return list(session.scalars(select(ResponseRow).where(ResponseRow.interviewer == self.worker)))

    def visits(self) -> list[VisitRow]:
        with self.storage.read() as session:
            return list(session.scalars(select(VisitRow).where(VisitRow.interviewer == self.worker)))

    def ledger(self, made: Sequence[str]) -> Counter[str]:
        """How often the ledger was written for each of these answers."""
        with self.storage.read() as session:
            return Counter(session.scalars(select(LedgerRow.response_id).where(LedgerRow.response_id.in_(made))))

    def summary(self) -> DeviceSummary:
        [found] = [one for one in list_devices(self.storage, DISTRICT).devices if one.device.interviewer == self.worker]
        return found


@pytest.fixture(scope="module")
def live(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveServer, Storage, StoredWave]]:
    """One server and one wave for all; every test has a worker and cases of its own."""
    var = tmp_path_factory.mktemp("field")
    shutil.copy(sqlite_template, var / "survey.db")
    url = f"sqlite:///{var / 'survey.db'}"
    storage = Storage(url)
    stored = store_real_wave(storage, "resident")
    with LiveServer(url, var) as server:
        yield server, storage, stored
    storage.close()


@pytest.fixture
def field_site(live: tuple[LiveServer, Storage, StoredWave]) -> FieldSite:
    server, storage, stored = live
    field = store_field(storage, stored, CASES, f"fy-{next(NUMBERS)}@field.example")
    return FieldSite(server, storage, field)


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(SMALL_PHONE, locale="zh-CN", accept_downloads=True)


def screen(page: Page, name: str) -> None:
    page.locator(f"[data-app][data-screen={name}]").wait_for()


def unlock(page: Page, field: str = "#pin") -> None:
    page.fill(field, PIN)
    page.click("[data-go=unlock] button")


def open_and_unlock(site: FieldSite, page: Page) -> None:
    site.open(page)
    screen(page, "lock")
    unlock(page)
    screen(page, "today")


def begin_interview(page: Page, number: int, mode: str) -> None:
    page.locator("[data-fill=cases] a").nth(number).click()
    screen(page, "case")
    page.click("[data-fill=interview]")
    screen(page, "choose")
    page.fill("#eligible", "2")
    page.click(f"button[value={mode}]")


def close_interview(page: Page) -> None:
    screen(page, "ending")
    page.locator("[name=present]").last.check()
    page.click("[data-go=close] button.button")
    screen(page, "today")


def all_sent(page: Page) -> None:
    page.locator("[data-count]", has_text=re.compile("全部已上传|Everything|全部已上傳")).wait_for()


def folder(page: Page) -> str:
    """Where the modules of this version stand."""
    source = page.locator("script[type=module]").get_attribute("src")
    assert source is not None
    return source.removesuffix("app.js")


def cases_of(site: FieldSite, page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        "async folder => (await import(`${folder}session.js`)).work().cases", folder(page)
    )
    return found


def test_a_day_without_network_is_delivered_whole_though_replies_are_lost_and_the_server_restarts(
    field_site: FieldSite, phone: Page
) -> None:
    context = phone.context
    field_site.enrol(phone)
    field_site.server.stop()
    context.set_offline(True)
    open_and_unlock(field_site, phone)
    made = phone.evaluate(A_DAY, [folder(phone), cases_of(field_site, phone)])
    assert len(made) == CASES + 30
    assert "70" in phone.locator("[data-count]").inner_text()

    lose_replies(context, [4, 9, 10])
    field_site.server.start()
    context.set_offline(False)
    for _ in range(6):  # each lost reply ends an attempt, as a dropped connection does
        phone.evaluate(SEND, folder(phone))
        if not phone.evaluate(ON_DEVICE, "outbox"):
            break
    assert phone.evaluate(ON_DEVICE, "outbox") == []

    answers = [one for kind, one in made if kind == "answer"]
    assert field_site.ledger(answers) == Counter(answers), "each answer once in the ledger"
    assert sorted(row.response_id for row in field_site.responses()) == sorted(answers)
    assert sorted(row.visit_id for row in field_site.visits()) == sorted(one for kind, one in made if kind == "visit")
    assert sorted(phone.evaluate(ON_DEVICE, "receipts")) == sorted(one for _, one in made)
    summary = field_site.summary()
    assert (summary.received, summary.conflicts, summary.kept) == (70, 0, 0)
    assert list(verify_storage(field_site.storage, KEY)) == []


def lose_replies(context: BrowserContext, numbers: list[int]) -> None:
    """The server commits these deliveries, and its reply never arrives."""
    seen = 0

    def deliver(route: Route) -> None:
        nonlocal seen
        seen += 1
        if seen in numbers:
            assert route.fetch().status == 200
            route.abort("connectionreset")
        else:
            route.continue_()

    context.route("**/field/records/**", deliver)


def test_a_killed_tab_loses_nothing_and_the_finished_answer_opens_nowhere(field_site: FieldSite, phone: Page) -> None:
    field_site.enrol(phone)
    phone.context.set_offline(True)
    open_and_unlock(field_site, phone)
    begin_interview(phone, 0, "R")
    screen(phone, "interview")
    assert phone.locator("[data-block=a3] input").count() > 5, "the items are the residents' own partials"
    phone.check("#age_confirmed")
    phone.locator("[name=a1]").nth(1).check()
    phone.locator("[name=a2]").first.check()
    kill(phone)

    again = phone.context.new_page()
    open_and_unlock(field_site, again)
    again.click("[data-fill=drafts] a")
    screen(again, "interview")
    assert again.locator("[name=a1]:checked").get_attribute("value") == "2"
    again.click("[data-fill=finish]")
    screen(again, "ending")
    again.check("#ending-present")
    again.fill("#ending-note", "门口说的。")
    again.evaluate(NOTE_WRITTEN, folder(again))
    kill(again)

    last = phone.context.new_page()
    open_and_unlock(field_site, last)
    last.click("[data-fill=drafts] a")
    screen(last, "ending")
    assert (last.is_checked("#ending-present"), last.input_value("#ending-note")) == (True, "门口说的。")
    last.uncheck("#ending-present")
    close_interview(last)
    assert last.evaluate(ON_DEVICE, "drafts") == []
    assert last.evaluate(WRITE_TOO_LATE, folder(last)) == [], "nothing brings an ended draft back"
    kept = json.dumps(last.evaluate(READ_OUTBOX))
    assert "age_confirmed" not in kept
    assert "云溪路" not in kept
    last.context.set_offline(False)
    all_sent(last)
    [response] = field_site.responses()
    assert (json.loads(response.answers)["a1"], response.base_weight) == ("2", 80.0)
    [visit] = field_site.visits()
    assert visit.disposition == "120", "few of the questions were answered"


# Returns when the note of the last screen is on the device.
NOTE_WRITTEN = """async folder => {
    const { list } = await import(`${folder}drafts.js`);
    while (!(await list()).some(one => one.closing?.note)) await new Promise(done => { setTimeout(done, 20); });
}"""
# A draft is still being written when it ends, and once more afterwards; returns what is left of it.
WRITE_TOO_LATE = """async folder => {
    const { save } = await import(`${folder}drafts.js`);
    const { finish } = await import(`${folder}outbox.js`);
    const { keys } = await import(`${folder}database.js`);
    const draft = { id: crypto.randomUUID(), values: {} };
    await save(draft);
    const late = [save(draft), finish([], draft.id), save(draft)];
    await Promise.all([...late, save(draft)]);
    return keys("drafts");
}"""
READ_OUTBOX = """() => new Promise(resolve => {
    const request = indexedDB.open("minyi-field");
    request.onsuccess = () => {
        const all = request.result.transaction("outbox").objectStore("outbox").getAll();
        all.onsuccess = () => { request.result.close(); resolve(all.result); };
    };
})"""


def kill(page: Page) -> None:
    """End the tab's process without a chance to save: what it had not written is gone."""
    page.close(run_before_unload=False)


def test_a_respondent_fills_in_alone_and_the_worker_cannot_go_back(field_site: FieldSite, phone: Page) -> None:
    field_site.enrol(phone)
    phone.context.set_offline(True)
    open_and_unlock(field_site, phone)
    begin_interview(phone, 0, "S")
    screen(phone, "handover")
    phone.click("[data-go=begin]")
    screen(phone, "interview")
    assert not phone.locator(".brand").is_visible()
    phone.check("#age_confirmed")
    phone.locator("[name=a1]").first.check()
    phone.go_back()
    assert phone.locator("[data-app]").get_attribute("data-screen") == "interview", (
        "there is no way back for the worker"
    )
    phone.reload()
    screen(phone, "lock")
    unlock(phone)
    screen(phone, "handover")
    phone.click("[data-go=begin]")
    screen(phone, "interview")
    assert not phone.locator("[data-block=a1]").is_visible(), "what was filled in is not shown again"
    assert phone.locator("[data-block=a2]").is_visible()
    phone.click("[data-fill=finish]")
    screen(phone, "returned")
    phone.go_back()
    assert phone.locator("[data-app]").get_attribute("data-screen") == "returned"
    unlock(phone, "#pin-again")
    close_interview(phone)
    phone.context.set_offline(False)
    all_sent(phone)
    [response] = field_site.responses()
    assert (response.mode, json.loads(response.answers)["a1"]) == ("self", "3")


def test_below_the_minimum_age_nothing_stays_on_the_device(field_site: FieldSite, phone: Page) -> None:
    field_site.enrol(phone)
    open_and_unlock(field_site, phone)
    begin_interview(phone, 0, "R")
    screen(phone, "interview")
    phone.locator("[name=age_confirmed]").nth(1).check()
    assert not phone.locator("[data-block=a1]").is_visible()
    phone.click("[data-fill=finish]")
    screen(phone, "young")
    assert phone.evaluate(ON_DEVICE, "drafts") == phone.evaluate(ON_DEVICE, "outbox") == []


def test_two_tabs_on_one_draft_make_one_answer_or_two_but_never_one_of_two_minds(
    field_site: FieldSite, phone: Page
) -> None:
    field_site.enrol(phone)
    open_and_unlock(field_site, phone)
    begin_interview(phone, 0, "R")
    screen(phone, "interview")
    phone.check("#age_confirmed")
    other = phone.context.new_page()
    open_and_unlock(field_site, other)
    other.click("[data-fill=drafts] a")
    screen(other, "busy")
    other.click("[data-fill=fresh]")
    screen(other, "interview")
    for page, code in ((other, 2), (phone, 0)):
        page.check("#age_confirmed")
        page.locator("[name=a1]").nth(code).check()
        page.click("[data-fill=finish]")
        close_interview(page)
    all_sent(phone)
    found = sorted(json.loads(row.answers)["a1"] for row in field_site.responses())
    assert found == ["1", "3"], "each tab had an id of its own"


def test_a_wiped_phone_is_made_good_from_its_exported_file(
    field_site: FieldSite, phone: Page, open_page: OpenPage, tmp_path: Path
) -> None:
    field_site.enrol(phone)
    phone.context.set_offline(True)
    open_and_unlock(field_site, phone)
    made = phone.evaluate(A_DAY, [folder(phone), cases_of(field_site, phone)[:5]])
    phone.click("[data-waiting] a")
    screen(phone, "outbox")
    with phone.expect_download() as download:
        phone.click("[data-go=export]")
    file = tmp_path / "export.json"
    download.value.save_as(file)
    phone.context.close()  # everything the browser had is gone

    assert b"age_confirmed" not in file.read_bytes()
    outcomes = import_device_file(field_site.storage, KEY, file.read_bytes(), NOW, "test")
    assert outcomes == {RecordOutcome.ACCEPTED: len(made)}
    stored = [row.response_id for row in field_site.responses()] + [row.visit_id for row in field_site.visits()]
    assert sorted(stored) == sorted(one for _, one in made)


def test_a_clock_three_hours_ahead_is_noticed_and_a_false_receipt_deletes_nothing(
    field_site: FieldSite, phone: Page
) -> None:
    field_site.enrol(phone)
    phone.clock.install(time=datetime.now(UTC) + timedelta(hours=3))
    open_and_unlock(field_site, phone)
    context = phone.context
    context.route("**/field/records/**", answer_like_a_sign_in_page)
    phone.evaluate(A_DAY, [folder(phone), cases_of(field_site, phone)[:2]])
    phone.locator("[data-problem]", has_text="回执核对不上").wait_for()
    assert len(phone.evaluate(ON_DEVICE, "outbox")) == 3
    context.unroute("**/field/records/**")
    phone.click("[data-waiting] a")
    screen(phone, "outbox")
    phone.click("[data-go=send]")
    all_sent(phone)
    contact = field_site.summary().contact
    assert contact is not None
    assert abs(contact.skew - 3 * 3600) < 60


def answer_like_a_sign_in_page(route: Route) -> None:
    """What some network in between says: 200, the right shape, and not from our server."""
    name = route.request.url.rsplit("/", 1)[-1]
    told = {"id": name, "sha256": "0" * 64, "outcome": "accepted", "receipt": "34679ACDEFGH", "proof": "0" * 64}
    route.fulfill(status=200, json=told)


def test_a_case_that_went_to_somebody_else_meanwhile_is_kept_for_review(field_site: FieldSite, phone: Page) -> None:
    field_site.enrol(phone)
    phone.context.set_offline(True)
    open_and_unlock(field_site, phone)
    phone.locator("[data-fill=cases] a").first.click()
    phone.click("[data-fill=visit]")
    screen(phone, "visit")
    assert violations(phone) == []
    phone.check("input[value='2111']")
    phone.check("[name=reason] >> nth=0")
    phone.check("[name=present] >> nth=-1")
    phone.fill("[name=note]", "门口说的。")
    phone.click("[data-go=record] button.button")
    screen(phone, "today")
    with field_site.storage.write() as session:
        for row in session.scalars(select(CaseRow).where(CaseRow.interviewer == field_site.worker)):
            row.interviewer = "fy-02"
    phone.context.set_offline(False)
    all_sent(phone)
    summary = field_site.summary()
    assert (summary.received, summary.kept) == (1, 1)
    assert phone.evaluate(ON_DEVICE, "outbox") == []


def test_a_letter_that_was_left_is_a_visit_and_what_is_promised_for_today_comes_first(
    field_site: FieldSite, phone: Page
) -> None:
    phone.add_init_script("StorageManager.prototype.persist = async () => sessionStorage.setItem('asked', 'yes')")
    field_site.enrol(phone)
    assert phone.evaluate("sessionStorage.getItem('asked')") == "yes", "the browser is asked to keep the storage"
    noon = datetime.now(OFFICE_TIME).replace(hour=12)  # so that an hour later is the same day
    phone.clock.install(time=noon)
    open_and_unlock(field_site, phone)
    listed = phone.locator("[data-fill=cases] b")
    assert listed.all_inner_texts() == [f"云溪路{number}号" for number in range(1, CASES + 1)]
    begin_interview(phone, 2, "Q")
    screen(phone, "letter")
    phone.click("[data-fill=visit]")
    screen(phone, "visit")
    assert phone.locator("[name=disposition]:checked").get_attribute("value") == "225"
    phone.check("[name=present] >> nth=-1")
    phone.fill("#next", f"{noon + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    phone.click("[data-go=record] button.button")
    screen(phone, "today")
    assert listed.all_inner_texts()[:3] == ["云溪路3号", "云溪路1号", "云溪路2号"]
    all_sent(phone)
    [visit] = field_site.visits()
    assert (visit.disposition, visit.mode, visit.next_appointment is not None) == ("225", "Q", True)
    assert field_site.responses() == []


def test_the_screens_read_well_on_a_small_phone_in_three_languages(field_site: FieldSite, phone: Page) -> None:
    field_site.enrol(phone)
    for language in ("", "zh-Hant/", "en/"):
        field_site.open(phone, language)
        screen(phone, "lock")
        looks_right(phone, inspected=not language)
        unlock(phone)
        screen(phone, "today")
        looks_right(phone, inspected=not language)
        [key] = [address.split("/", 1)[1] for address in [phone.locator("[data-fill=cases] a").first.evaluate(HASH)]]
        for name in ("case", "choose", "outbox"):
            phone.evaluate("hash => { location.hash = hash; }", name if name == "outbox" else f"{name}/{key}")
            screen(phone, name)
            looks_right(phone, inspected=not language)


HASH = "link => new URL(link.href).hash"


def looks_right(page: Page, *, inspected: bool) -> None:
    """Nothing scrolls sideways; axe-core, which is slow, looks at the screens of one language."""
    assert not inspected or violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


# One screen with everything on it that may be hidden or empty, marks of faults included; `chosen`: options are ticked.
WHOLE_SCREEN = """async ([folder, name, chosen]) => {
    const { piece, show } = await import(`${folder}page.js`);
    const { readAll } = await import(`${folder}database.js`);
    const screen = show(name);
    const form = name === "interview" && (await readAll("forms")).find(one => typeof one === "string");
    if (form) screen.querySelector("[data-fill=form]").innerHTML = form;
    if (name === "today") screen.querySelector("[data-fill=cases]").append(piece("case-row"), piece("draft-row"));
    document.querySelectorAll("main [hidden], [data-waiting]").forEach(one => { one.hidden = false; });
    document.querySelector("[data-waiting]").classList.toggle("late", chosen);
    screen.querySelectorAll("details").forEach(one => { one.open = true; });
    screen.querySelectorAll("[data-fill], .summary ul, [data-go=record-audio]").forEach(one => {
        if (!one.children.length && !one.textContent.trim()) one.textContent = "云溪路1号";
    });
    screen.querySelectorAll("legend").forEach(one => one.insertAdjacentHTML("afterend", "<p class=message>请检查</p>"));
    screen.querySelectorAll("[type=radio], [type=checkbox]").forEach(one => { one.checked = chosen; });
}"""
SCREENS = "[...document.querySelectorAll('template[data-screen]')].map(one => one.dataset.screen)"


def test_every_text_of_the_app_stands_out_seven_to_one_in_the_ordinary_the_dark_and_the_sunlight_look(
    field_site: FieldSite, phone: Page
) -> None:
    field_site.enrol(phone)
    open_and_unlock(field_site, phone)
    screens = phone.evaluate(SCREENS)
    assert len(screens) > 14
    for look in ("light", "dark", "sunlight"):
        phone.emulate_media(color_scheme="light" if look == "light" else "dark")
        if look == "sunlight":
            phone.click("[data-look]")
        for number, name in enumerate(screens):
            phone.evaluate(WHOLE_SCREEN, [folder(phone), name, number % 2 == 0])
            assert faint_texts(phone, 7) == [], f"{name}, {look}"
    field_site.open(phone)
    screen(phone, "lock")
    paper = phone.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)", "the look for bright sun is kept, on a dark device too"


def test_what_a_resident_agrees_to_is_recorded_and_what_is_refused_is_not(field_site: FieldSite, phone: Page) -> None:
    plan = RecordingPlan(position_metres=500, photo=True, audio=True)
    wave = field_site.field.stored.wave
    with field_site.storage.write() as session:
        save_wave(session, replace(wave, recording=plan))
    phone.context.grant_permissions(["geolocation", "microphone"], origin=field_site.server.url)
    phone.context.set_geolocation({"latitude": 31.234567, "longitude": 121.456789})
    field_site.enrol(phone)
    open_and_unlock(field_site, phone)
    phone.context.set_offline(True)

    begin_interview(phone, 0, "R")
    screen(phone, "consent")
    assert phone.locator("[name=consent]:checked").count() == 0, "nothing is agreed to beforehand"
    assert violations(phone) == []
    for what in ("position", "photo", "audio"):
        phone.check(f"[name=consent][value={what}]")
    phone.set_input_files("#photo", {"name": "door.png", "mimeType": "image/png", "buffer": DOOR})
    phone.click("[data-go=record-audio]")
    phone.locator("[data-fill=audio-state]", has_text="正在录音").wait_for()
    phone.click("[data-go=agreed]")
    answer_and_close(phone)

    begin_interview(phone, 0, "R")
    screen(phone, "consent")
    phone.click("[data-go=agreed]")
    answer_and_close(phone)

    phone.context.set_offline(False)
    all_sent(phone)
    with field_site.storage.write() as session:
        found = list(session.scalars(select(VisitRecordingRow)))
        save_wave(session, wave)
    first = min(field_site.visits(), key=lambda visit: visit.at)
    assert {row.visit_id for row in found} == {first.visit_id}
    kinds = {row.kind: (row.media_type, base64.b64decode(row.content)) for row in found}
    assert {kind: media for kind, (media, _) in kinds.items()} == {
        "position": "application/json",
        "photo": "image/jpeg",
        "audio": "audio/webm",
    }
    assert b"31.234567" not in kinds["position"][1]
    assert kinds["photo"][1].startswith(b"\xff\xd8")
    assert len(field_site.responses()) == 2, "who refuses is asked just the same"
    assert phone.evaluate(ON_DEVICE, "recordings") == []


def answer_and_close(page: Page) -> None:
    screen(page, "interview")
    page.check("#age_confirmed")
    page.locator("[name=a1]").first.check()
    page.click("[data-fill=finish]")
    close_interview(page)
