"""The progress bar of commands that may take more than a moment; on a terminal only, and gone when they are done."""

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from survey.actions.progress import OnProgress


@contextmanager
def progress_bar(label: str) -> Iterator[OnProgress]:
    """A bar that appears after a second; what is given is told the rows done and the rows in all."""
    with tqdm(desc=label, unit="row", delay=1, disable=None, leave=False) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
