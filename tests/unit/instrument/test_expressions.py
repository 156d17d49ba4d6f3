"""The shared case file of conditions: parsing, faults with their position, evaluation."""

import json
from pathlib import Path
from typing import Any

import pytest

from survey.instrument.condition import Tree
from survey.instrument.evaluate import evaluate
from survey.instrument.parse import ConditionSyntaxError, parse_condition

CASES = json.loads((Path(__file__).parent / "expression_cases.json").read_text(encoding="utf-8"))


def as_tree(data: list[Any]) -> Tree:
    return tuple(as_tree(branch) if isinstance(branch, list) else branch for branch in data)


@pytest.mark.parametrize("case", CASES["conditions"], ids=lambda case: f"{case['expression']} {case['values']}")
def test_a_condition_has_its_tree_and_its_answer(case: dict[str, Any]) -> None:
    tree = parse_condition(case["expression"]).tree
    assert tree == as_tree(case["tree"])
    assert evaluate(tree, case["values"], case.get("current", "")) is case["expected"]


@pytest.mark.parametrize("case", CASES["faulty"], ids=lambda case: case["expression"] or "empty")
def test_a_faulty_expression_is_refused_with_the_position(case: dict[str, Any]) -> None:
    with pytest.raises(ConditionSyntaxError) as caught:
        parse_condition(case["expression"])
    assert caught.value.position == case["position"]


def test_the_fault_says_what_would_have_been_right() -> None:
    with pytest.raises(ConditionSyntaxError, match=r"character 15: expected ,, found \"'1'\)\""):
        parse_condition("selected(${a} '1')")


def test_a_condition_knows_the_items_it_looks_at() -> None:
    condition = parse_condition("${a} = '1' and not(selected(${e1}, '2') or count-selected(${e2}) > ${n})")
    assert condition.item_names() == {"a", "e1", "e2", "n"}
