"""Runs axe-core on a page, with the rules of WCAG 2.2 AA and the best practices."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of what axe-core found only what is wrong crosses over: the list of all that is right is many times the page.
_RUN = """options => axe.run({ ...options, resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]))"""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong: rule, and the elements it concerns."""
    return _violations(page, {"runOnly": _RULES})


def contrast_violations(page: Page) -> list[str]:
    """What is hard to read: the one rule that other colours can break."""
    return _violations(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})


def _violations(page: Page, options: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_RUN, options)
    return [f"{rule}: {targets[:5]}" for rule, targets in found]
