"""Pictures for the manual: a test that walks a task keeps one of each step, when MANUAL_PICTURES names a folder."""

import os
from pathlib import Path

from playwright.sync_api import Page


class Pictures:
    """Numbers the pictures of one task; without the variable nothing is written."""

    def __init__(self, task: str) -> None:
        folder = os.environ.get("MANUAL_PICTURES")
        self._folder = Path(folder) / task if folder else None
        self._number = 0

    def take(self, page: Page, name: str) -> None:
        self._number += 1
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self._folder / f"{self._number:02}-{name}.png", full_page=True)
