"""Step 3: the Python interpreter of conditions. Its JavaScript twin runs the same case file.

The rules are those of XPath 1.0 §3.4 for strings and numbers: an unanswered item is the empty string, text that is no
number is NaN, `=` compares as numbers when one side is a number, `<` and its kin always do.
"""

import math
import re
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from survey.instrument.condition import Tree

_NUMBER = re.compile(r"\s*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def evaluate(tree: Tree, values: Mapping[str, str], current: str = "") -> bool:
    """Whether the condition holds.

    `values`: item name to stored text, several codes joined by spaces; `current`: what `.` means (constraints).

    >>> evaluate(("=", ("item", "a1"), ("text", "3")), {"a1": "3"})
    True
    """
    operator, *branches = tree
    operands = [branch for branch in branches if isinstance(branch, tuple)]
    if operator == "and":
        return all(evaluate(operand, values, current) for operand in operands)
    if operator == "or":
        return any(evaluate(operand, values, current) for operand in operands)
    if operator == "not":
        return not evaluate(operands[0], values, current)
    left, right = (_value(operand, values, current) for operand in operands)
    if operator == "selected":
        return _as_text(right) in _as_text(left).split()
    return _compare(str(operator), left, right)


def _value(tree: Tree, values: Mapping[str, str], current: str) -> str | float:
    kind = tree[0]
    if kind == "item":
        return values.get(str(tree[1]), "")
    if kind == "self":
        return current
    if kind == "count-selected" and isinstance(tree[1], tuple):
        return float(len(_as_text(_value(tree[1], values, current)).split()))
    if kind == "number":
        return float(str(tree[1]))
    return str(tree[1])


def _compare(operator: str, left: str | float, right: str | float) -> bool:
    if operator in ("=", "!=") and isinstance(left, str) and isinstance(right, str):
        return _COMPARISONS[operator](left, right)
    return _COMPARISONS[operator](_as_number(left), _as_number(right))


def _as_number(value: str | float) -> float:
    if isinstance(value, float):
        return value
    return float(value) if _NUMBER.fullmatch(value) else math.nan


def _as_text(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if value.is_integer() else repr(value)
