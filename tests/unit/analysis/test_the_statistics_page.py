"""The worked examples of docs/statistics.md are run, so that page and program cannot say different numbers."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "statistics.md"


def test_every_example_of_the_page_gives_the_number_that_it_shows() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.attempted > 100
    assert result.failed == 0
