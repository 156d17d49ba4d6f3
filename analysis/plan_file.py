"""Reads a plan from a YAML file and names every fault in it. Before step 5."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from analysis.fault import Fault, FaultsFound
from analysis.plan import Plan

STEP_METHODS = frozenset({"nonresponse", "poststratify", "rake", "linear", "raking", "logit", "trim"})


class PlanLoader(yaml.SafeLoader):
    """YAML 1.2 scalars: Yes, No, NA and 2026-01-31 stay text, because they are levels of answers."""


PlanLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)",
        "-+.0123456789",
    ),
    ("merge", r"<<", "<"),
):
    PlanLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


@dataclass(frozen=True)
class PlanFile:
    """A plan, the folder that its paths are relative to, and the digest of the file's bytes."""

    plan: Plan
    path: Path
    sha256: str

    @property
    def folder(self) -> Path:
        return self.path.parent


def read_plan(path: Path) -> PlanFile:
    """Reads and checks a plan. Raises FaultsFound with every fault of its form."""
    try:
        content = path.read_bytes()
        tree = yaml.load(content, Loader=PlanLoader)  # noqa: S506 - a SafeLoader with fewer types
    except OSError as error:
        raise FaultsFound(
            [Fault(str(path), "plan", "a file that can be read", error.strerror or str(error))]
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FaultsFound([Fault(str(path), "plan", "YAML", " ".join(str(error).split()))]) from error
    if not isinstance(tree, dict):
        raise FaultsFound([Fault(str(path), "plan", "keys such as data, design, indicators", type(tree).__name__)])
    plan = parse_plan(tree, path.name)
    if not plan.data.file:
        raise FaultsFound([Fault(path.name, "data.file", "the name of a data file", "nothing")])
    return PlanFile(plan, path, hashlib.sha256(content).hexdigest())


def parse_plan(tree: dict[str, Any], name: str = "plan") -> Plan:
    """Turns nested keys into a Plan. `name` stands in the faults. Raises FaultsFound."""
    try:
        return Plan.model_validate(tree)
    except ValidationError as error:
        faults = [_fault(name, dict(detail)) for detail in error.errors(include_url=False)]
        raise FaultsFound(faults) from None


def _fault(name: str, detail: dict[str, Any]) -> Fault:
    key = ""
    for part in detail["loc"]:
        if (
            part in {"poststratify", "rake", "linear", "raking", "logit", "trim", "nonresponse"}
            and "calibration" in key
        ):
            continue  # the tag that chose the kind of step is not a key of the file
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    found = " ".join(repr(detail.get("input")).split())
    if detail["type"] == "missing":
        return Fault(name, key.lstrip(".") or "plan", "a value", "nothing")
    if detail["type"] == "extra_forbidden":
        return Fault(name, key.lstrip("."), "a key of the plan", f"an unknown key with {found[:80]}")
    message = _in_plan_words(detail["msg"].removeprefix("Value error, ").removeprefix("Input should be "))
    return Fault(name, key.lstrip(".") or "plan", message, found[:80] + ("…" if len(found) > 80 else ""))


def _in_plan_words(message: str) -> str:
    """What a plan's author calls it: a list, not a tuple; keys, not an instance."""
    if re.match(r"a valid dictionary( or instance of \w+)?$", message):
        return "keys with values"
    return re.sub(r"\ba valid (tuple|list)\b", "a list", message).replace("a valid ", "a ")
