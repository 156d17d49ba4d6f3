"""What a person decides in the mapping assistant: where each column of a file goes, and what its values mean.

A column's target is a part of the response (`id`, `area`, `received_at`, …), an item (`item:a4`), one choice of an item
(`item:a3=1`) or nothing (``). The assignment becomes the same mapping that `flask responses import` reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.exchange.imports.response_mapping import ResponseMapping
from survey.exchange.keyed_file import fit
from survey.response.response import Mode, Source

PARTS = ("id", "received_at", "started_at", "area", "stratum", "psu", "base_weight", "language", "interviewer")


@dataclass(frozen=True)
class Assignment:
    """`values`: for a column, what each of its values means (a choice's code, an area's code …)."""

    layout: str
    targets: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: str = Source.QR.value
    mode: str = Mode.SELF.value
    area: str = ""
    prefix: str = ""
    separator: str = ";"
    time_format: str = ""
    missing: tuple[str, ...] = ("",)
    marked: tuple[str, ...] = ("1",)

    def to_tree(self) -> dict[str, Any]:
        return {
            "layout": self.layout,
            "targets": dict(self.targets),
            "values": {column: dict(codes) for column, codes in self.values.items()},
            "source": self.source,
            "mode": self.mode,
            "area": self.area,
            "prefix": self.prefix,
            "separator": self.separator,
            "time_format": self.time_format,
            "missing": list(self.missing),
            "marked": list(self.marked),
        }

    @classmethod
    def from_tree(cls, tree: Mapping[str, Any]) -> "Assignment":
        lists = {name: tuple(tree[name]) for name in ("missing", "marked")}
        return cls(**{**tree, **lists})


def to_mapping(assignment: Assignment, file: str) -> ResponseMapping:
    """The mapping as `flask responses import` takes it. Raises `FaultsFoundError` when it is not whole."""
    tree: dict[str, Any] = {
        "source": {"value": assignment.source},
        "mode": {"value": assignment.mode},
        "items": {},
        "id_prefix": assignment.prefix,
        "ignore": [column for column, target in assignment.targets.items() if not target],
        "missing": list(assignment.missing),
        "separator": assignment.separator,
        "time_format": assignment.time_format,
        "unasked": "drop",
    }
    for column, target in assignment.targets.items():
        if target == "id":
            tree["id"] = column
        elif target.startswith("item:"):
            _put_item(tree["items"], column, target.removeprefix("item:"), assignment)
        elif target:
            tree[target] = _field(column, assignment)
    if assignment.area and "area" not in tree:
        tree["area"] = {"value": assignment.area}
    return fit(file, tree, ResponseMapping)


def _put_item(items: dict[str, Any], column: str, target: str, assignment: Assignment) -> None:
    name, _, code = target.partition("=")
    if code:
        one = items.setdefault(name, {"columns": {}, "marked": list(assignment.marked)})
        one.setdefault("columns", {})[code] = column
    else:
        items[name] = _field(column, assignment)


def _field(column: str, assignment: Assignment) -> dict[str, Any]:
    return {
        "column": column,
        "codes": {value: code for value, code in assignment.values.get(column, {}).items() if code},
    }
