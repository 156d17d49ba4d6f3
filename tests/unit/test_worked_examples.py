"""The worked examples in docstrings are run, in every module that has some, so that none of them can grow old."""

import doctest
import importlib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(file.relative_to(PROJECT).with_suffix("").parts)
    for package in ("analysis", "survey")
    for file in (PROJECT / package).rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_worked_examples_in_docstrings_are_right(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
