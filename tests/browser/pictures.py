"""Pictures and times of a whole task, step by step; MANUAL_PICTURES names the folder that keeps them for the manual."""

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page


class Pictures:
    """Numbers the steps of one task and times each; without the variable nothing is written.

    The time of a step is the machine's share, from the step before to the page shown: what a person waits for, not
    what a person needs to read and to type.
    """

    def __init__(self, task: str) -> None:
        folder = os.environ.get("MANUAL_PICTURES")
        self._folder = Path(folder) / task if folder else None
        self._steps: list[tuple[str, float]] = []
        self._since = time.monotonic()

    def take(self, page: Page, name: str, check: Callable[[Page], None] | None = None) -> None:
        """The step ends here; what `check` and the picture take is nobody's waiting."""
        step = f"{len(self._steps) + 1:02}-{name}"
        self._steps.append((step, time.monotonic() - self._since))
        if check is not None:
            check(page)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self._folder / f"{step}.png", full_page=True)
        self._since = time.monotonic()

    def tell_times(self) -> None:
        """Print the seconds of every step, and keep them beside the pictures."""
        for step, seconds in self._steps:
            print(f"{step:30} {seconds:6.1f} s")
        if self._folder is not None:
            with (self._folder / "steps.csv").open("w", newline="") as file:
                csv.writer(file).writerows(
                    [("step", "seconds"), *((step, f"{took:.1f}") for step, took in self._steps)]
                )
