"""Every form at every size of screen, in every language, with and without script, paged both ways and
in both sizes of text: from the code to the receipt, in a real browser.

The full product is 360 walks. Fifteen of them hold every pair of values, which is where faults of combination show;
`EVERY_FORM=all` walks all 360 (about ten minutes).
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from random import Random
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import func, select

from survey.instrument.answers import ReadAnswers, read_answers
from survey.instrument.compile import compile_questionnaire
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.storage.responses import ResponseRow
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE, SMALL_PHONE, Site
from tests.browser.navigation import follow
from tests.published import FOLDER

FORMS = ("resident", "pulse", "merchant", "staff", "student")
SIZES = (SMALL_PHONE, PHONE, DESKTOP)
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
SCRIPT, NO_SCRIPT = True, False
ONE, WHOLE = "one question at a time", "whole page"
LARGE, STANDARD = True, False
COMMUNITIES = tuple(f"99010100{street}00{community}" for street, community in product((1, 2), (1, 2)))
OPINION = "路灯很亮，谢谢。"


class Walk(NamedTuple):
    """One way from the code to the receipt."""

    form: str
    size: tuple[int, int]
    language: str
    script: bool
    paging: str
    large: bool


LEVELS: tuple[tuple[Any, ...], ...] = (FORMS, SIZES, LANGUAGES, (True, False), (ONE, WHOLE), (True, False))
PAIRWISE = (
    Walk("resident", SMALL_PHONE, "zh-Hans", SCRIPT, WHOLE, LARGE),
    Walk("resident", PHONE, "zh-Hant", NO_SCRIPT, WHOLE, LARGE),
    Walk("resident", DESKTOP, "en", SCRIPT, ONE, STANDARD),
    Walk("pulse", SMALL_PHONE, "zh-Hant", NO_SCRIPT, ONE, STANDARD),
    Walk("pulse", PHONE, "en", SCRIPT, WHOLE, LARGE),
    Walk("pulse", DESKTOP, "zh-Hans", NO_SCRIPT, WHOLE, STANDARD),
    Walk("merchant", SMALL_PHONE, "en", SCRIPT, WHOLE, STANDARD),
    Walk("merchant", PHONE, "zh-Hans", NO_SCRIPT, ONE, STANDARD),
    Walk("merchant", DESKTOP, "zh-Hant", SCRIPT, WHOLE, LARGE),
    Walk("staff", SMALL_PHONE, "zh-Hans", NO_SCRIPT, ONE, LARGE),
    Walk("staff", PHONE, "zh-Hant", SCRIPT, WHOLE, LARGE),
    Walk("staff", DESKTOP, "en", SCRIPT, WHOLE, STANDARD),
    Walk("student", SMALL_PHONE, "zh-Hant", SCRIPT, WHOLE, STANDARD),
    Walk("student", PHONE, "en", NO_SCRIPT, WHOLE, STANDARD),
    Walk("student", DESKTOP, "zh-Hans", SCRIPT, ONE, LARGE),
)
WALKS = [Walk(*levels) for levels in product(*LEVELS)] if os.environ.get("EVERY_FORM") == "all" else list(PAIRWISE)


def test_the_walks_hold_every_pair_of_values() -> None:
    for first, second in combinations(range(len(LEVELS)), 2):
        walked = {(walk[first], walk[second]) for walk in PAIRWISE}
        assert walked == set(product(LEVELS[first], LEVELS[second]))


@cache
def questionnaire_of(form: str) -> Questionnaire:
    return compile_questionnaire(FOLDER, form, 1)


def choose(questionnaire: Questionnaire, place_type: str, random: Random) -> ReadAnswers:
    """Answers that somebody may give: about one question in eight is left out, and the form is not ended by the age."""
    context = {value.name: place_type for value in questionnaire.context}
    while True:
        raw = {item.name: _pick(item, random) for item in questionnaire.asked_items}
        read = read_answers(questionnaire, raw, context=context, areas=COMMUNITIES)
        if read.stopped_at is None and not read.faults:
            return read


def _pick(item: Item, random: Random) -> list[str]:
    if item.type is ItemType.AREA:
        return [random.choice(COMMUNITIES)]  # the page offers the one of the code; here somebody lives elsewhere
    if not item.required and random.random() < 0.12:
        return []
    if item.type is ItemType.SELECT_ONE:
        return [random.choice(sorted(item.codes))]
    if item.type is ItemType.SELECT_MULTIPLE:
        together = sorted(item.codes - item.exclusive_codes)
        return random.sample(together, random.randint(1, min(item.maximum_choices or 3, len(together))))
    return [OPINION if item.type is ItemType.TEXT else "3"]


@dataclass
class Browsing:
    """One browser; a page for each language with and without script, used again by every walk."""

    browser: Browser
    pages: dict[tuple[str, bool], Page]

    def page(self, walk: Walk) -> Page:
        key = (walk.language, walk.script)
        if key not in self.pages:
            context = self.browser.new_context(locale=walk.language, java_script_enabled=walk.script)
            context.set_default_timeout(PATIENCE)
            self.pages[key] = context.new_page()
        width, height = walk.size
        self.pages[key].set_viewport_size({"width": width, "height": height})
        return self.pages[key]

    @property
    def contexts(self) -> list[BrowserContext]:
        return [page.context for page in self.pages.values()]


@pytest.fixture(scope="module")
def browsing(browser: Browser) -> Iterator[Browsing]:
    made = Browsing(browser, {})
    yield made
    for context in made.contexts:
        context.close()


def name_of(walk: Walk) -> str:
    size, script, large = f"{walk.size[0]}px", "script" if walk.script else "no script", "large" if walk.large else ""
    return " ".join(filter(None, (walk.form, size, walk.language, script, walk.paging, large)))


@pytest.mark.parametrize("walk", WALKS, ids=name_of)
def test_form_is_answered_from_the_code_to_the_receipt_and_stored_as_chosen(
    site: Site, browsing: Browsing, walk: Walk
) -> None:
    poster = site.waves[walk.form].posters[0]
    chosen = choose(questionnaire_of(walk.form), poster.place_type.value, Random(name_of(walk)))
    before = count(site, walk.form)
    page = browsing.page(walk)
    page.goto(f"{site.url}/q/{poster.code}")
    if walk.large:
        follow(page.locator(".switches a[href$='-large']"))
    look_at(page, walk)
    follow(page.locator(".buttons .button").nth(0 if walk.paging == ONE else 1))
    if walk.paging == ONE:
        answer_one_at_a_time(page, walk, chosen)
    else:
        answer_on_one_page(page, walk, chosen)
    look_at(page, walk)
    follow(page.locator("button.button[value=send]").first)
    look_at(page, walk)
    receipt = page.locator(".receipt").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", receipt)
    assert stored(site, receipt.replace("-", "")) == [(walk.language, dict(chosen.answers))]
    assert count(site, walk.form) == before + 1


def answer_one_at_a_time(page: Page, walk: Walk, chosen: ReadAnswers) -> None:
    questionnaire = questionnaire_of(walk.form)
    for name in chosen.answers:
        assert page.url.endswith(f"/ask/{name}"), "asked are the questions whose condition holds, in their order"
        look_at(page, walk)
        assert questionnaire.item(name).label.in_language(walk.language) in page.locator("h1").inner_text()
        fill_in(page, questionnaire.item(name), chosen)
        follow(page.locator("button.button[value=next]"))
    assert page.url.endswith("/review")


def answer_on_one_page(page: Page, walk: Walk, chosen: ReadAnswers) -> None:
    questionnaire = questionnaire_of(walk.form)
    words = page.locator("main").text_content() or ""  # also what a script hides until its condition holds
    for name in chosen.answers:
        assert questionnaire.item(name).label.in_language(walk.language) in words
        fill_in(page, questionnaire.item(name), chosen)


def fill_in(page: Page, item: Item, chosen: ReadAnswers) -> None:
    value = chosen.answers[item.name]
    if value is None:
        return
    if item.type is ItemType.AREA:
        page.locator(f"select[name={item.name}]").select_option(str(value))
    elif item.is_select:
        for code in value if isinstance(value, list) else [value]:
            page.locator(f"input[name={item.name}][value='{code}']").check()
    else:
        page.locator(f"[name={item.name}]").fill(str(value))


def look_at(page: Page, walk: Walk) -> None:
    """The page speaks the language, in the size of text that was asked for, and nothing makes it scroll sideways."""
    seen = page.evaluate(
        "() => { const { lang, classList, scrollWidth, clientWidth } = document.documentElement;"
        " return [lang, classList.contains('large'), scrollWidth <= clientWidth]; }"
    )
    assert seen == [walk.language, walk.large, True], page.url


def stored(site: Site, receipt: str) -> list[tuple[str, dict[str, Any]]]:
    """Language and answers of what is stored under the receipt."""
    with site.storage.read() as session:
        rows = session.execute(select(ResponseRow).where(ResponseRow.receipt == receipt)).scalars()
        return [(row.language, json.loads(row.answers)) for row in rows]


def count(site: Site, form: str) -> int:
    with site.storage.read() as session:
        wave = site.waves[form].wave.id
        return session.scalar(select(func.count()).select_from(ResponseRow).where(ResponseRow.wave == wave)) or 0
