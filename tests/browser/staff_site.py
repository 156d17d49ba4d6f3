"""The demonstration behind a live server, people of the staff who sign in, and what every page of theirs has to be."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.accessibility import violations
from tests.demonstration import Demonstration

OpenPage = Callable[..., Page]
OVERLAPS = """chart => {
    const texts = [...chart.querySelectorAll('text.label, text.number')]
    const boxes = texts.map(text => text.getBoundingClientRect())
    const beside = (a, b) => a.right <= b.left || b.right <= a.left
    const apart = (a, b) => beside(a, b) || a.bottom <= b.top + 2 || b.bottom <= a.top + 2
    return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => !apart(a, b))).length
}"""


@dataclass(frozen=True)
class StaffSite:
    url: str
    demonstration: Demonstration

    def sign_in(self, page: Page, email: str, language: str = "zh-Hans") -> None:
        page.goto(f"{self.url}/staff/sign-in?language={language}")
        page.fill("#email", email)
        page.fill("#password", self.demonstration.passwords[email])
        page.click("main button.button")
        page.wait_for_selector(".staff-nav")


def looks_right(page: Page) -> None:
    """Nothing scrolls the page sideways, axe-core finds nothing, and every label of a chart is inside the picture."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
    assert violations(page) == [], page.url
    for chart in page.locator("svg.chart").all():
        assert chart.evaluate(OVERLAPS) == 0, f"labels of the chart lie on each other: {page.url}"
