"""The worked numbers in the docstrings of `analysis` are run, so that none of them can grow old."""

import doctest
import importlib

import pytest

MODULES = [
    "analysis.command_words",
    "analysis.decision",
    "analysis.dispositions",
    "analysis.looking",
    "analysis.multiplicity",
    "analysis.outcome_rates",
    "analysis.patterns.evidence",
    "analysis.patterns.interviewer_effect",
    "analysis.patterns.matching",
    "analysis.patterns.speeders",
    "analysis.patterns.straight_lining",
    "analysis.plan_keys",
    "analysis.mass_imputation",
    "analysis.more_answers",
    "analysis.disclosure",
    "analysis.planner.allocation",
    "analysis.planner.sample_size",
    "analysis.planner.selection",
    "analysis.ranks",
    "analysis.small_areas",
    "analysis.two_samples",
    "analysis.weights.base",
    "analysis.weights.diagnostics",
    "analysis.weights.nonresponse",
    "analysis.weights.trim",
]


@pytest.mark.parametrize("name", MODULES)
def test_worked_numbers_in_docstrings_are_right(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
