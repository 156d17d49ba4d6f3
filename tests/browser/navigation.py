"""Presses what leads to another page, and waits for that page."""

from playwright.sync_api import Locator


def follow(link: Locator) -> None:
    """Click, and return when the next page is loaded.

    A click alone returns while the old page may still be there: what a test then counts or measures is of either page.
    """
    with link.page.expect_navigation():
        link.click()
