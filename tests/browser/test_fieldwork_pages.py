"""Every page of those who run the fieldwork, with axe-core, as wide as a desk and as narrow as a telephone."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from survey.actions.response.receive_response import receive_response
from survey.response.response import Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.responses import ResponseRow
from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, SMALL_PHONE
from tests.browser.navigation import follow
from tests.demonstration import DISTRICT_ANALYST, OFFICE, SECRET_KEY, SUPERVISOR, WAVE, Demonstration
from tests.live_server import LiveServer

FIELD, RESULTS = f"/staff/fieldwork/{WAVE}", f"/staff/results/{WAVE}"
# Where each of them goes: addresses, or after an arrow the first link on the page before whose address holds the text.
WALKS = {
    OFFICE: (
        "/staff/fieldwork/",
        FIELD,
        f"{FIELD}/sample",
        f"/staff/waves/{WAVE}",
        f"/staff/waves/{WAVE}/paper",
        "→/paper/",
        "/staff/devices/",
        "→/revoke",
    ),
    SUPERVISOR: (
        "/staff/assignments/",
        f"{FIELD}/cases",
        f"→{FIELD}/cases/",
        f"{FIELD}/kept",
        f"{FIELD}/recontacts",
        "→/recontacts/",
    ),
    DISTRICT_ANALYST: (
        f"{RESULTS}/review",
        f"{RESULTS}/patterns",
        f"{RESULTS}/conflicts",
        "→/conflicts/",
    ),
    "fy-04@chunhe.example": ("/staff/fieldwork/calls", "→/calls/", "→/interview"),
}


@dataclass(frozen=True)
class FieldworkSite:
    url: str
    passwords: dict[str, str]


@pytest.fixture(scope="module")
def fieldwork_site(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldworkSite]:
    """The demonstration, with one answer of which a second version came."""
    var = tmp_path_factory.mktemp("fieldwork-site")
    url = demonstration.copy_to(var)
    storage = Storage(url)
    with storage.read() as session:
        row = session.scalars(select(ResponseRow).where(ResponseRow.purpose == "live")).first()
    assert row is not None
    answers = json.loads(row.answers)
    answers["a1"] = "2" if answers.get("a1") != "2" else "3"
    second = Submission(
        wave=row.wave,
        response_id=row.response_id,
        questionnaire=row.questionnaire,
        version=row.version,
        answers=answers,
        source=Source(row.source),
        mode=Mode(row.mode),
        purpose=Purpose.LIVE,
        language=row.language,
        area=row.area,
        started_at=row.started_at,
    )
    receive_response(storage, SECRET_KEY, second, datetime.now(UTC))
    storage.close()
    with LiveServer(url, var) as server:
        yield FieldworkSite(server.url, dict(demonstration.passwords))


def test_every_page_of_the_fieldwork_reads_well_on_a_desk_and_on_a_telephone(
    fieldwork_site: FieldworkSite, open_page: Callable[..., Page]
) -> None:
    languages = iter(("zh-Hans", "en", "zh-Hant", "en"))
    for email, walk in WALKS.items():
        page = open_page(DESKTOP)
        page.goto(f"{fieldwork_site.url}/staff/sign-in?language={next(languages)}")
        page.fill("#email", email)
        page.fill("#password", fieldwork_site.passwords[email])
        follow(page.locator("main button.button"))
        for step in walk:
            page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
            if step.startswith("→"):
                follow(page.locator(f"main a[href*='{step[1:]}']").first)
            else:
                page.goto(fieldwork_site.url + step)
            looks_right(page)


def looks_right(page: Page) -> None:
    """Nothing scrolls the page sideways at both widths, and axe-core finds nothing at the narrow one."""
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.locator("h1").count() == 1, page.url
    assert page.evaluate(wide), f"wider than a desk: {page.url}"
    page.set_viewport_size({"width": SMALL_PHONE[0], "height": SMALL_PHONE[1]})
    assert page.evaluate(wide), f"wider than a telephone: {page.url}"
    assert violations(page) == [], page.url
