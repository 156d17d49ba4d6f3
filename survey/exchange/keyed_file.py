"""Reads a YAML file that people write into a shape (pydantic), naming every key that does not fit."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.instrument.yaml_text import read_yaml_text


class Shape(BaseModel):
    """Keys that may stand in a file; a key that is not known is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


ShapeT = TypeVar("ShapeT", bound=Shape)
_EXPECTED = {
    "missing": "a value",
    "extra_forbidden": "no such key",
    "dict_type": "keys and values",
    "list_type": "a list",
    "model_type": "keys and values",
    "string_type": "text",
    "float_parsing": "a number",
    "int_parsing": "a whole number",
    "bool_parsing": "true or false",
    "too_short": "at least one entry",
    "string_too_short": "text",
}


def read_keyed_file(path: Path, shape: type[ShapeT]) -> ShapeT:
    """The file as `shape`. Raises `FaultsFoundError` with every key that does not fit."""
    return fit(path.name, read_yaml(path), shape)


def read_yaml(path: Path) -> dict[str, Any]:
    """Keys and values as text. Raises `FaultsFoundError` when the file is not there or is no YAML mapping."""
    try:
        tree = read_yaml_text(path.read_text(encoding="utf-8"))
    except OSError as error:
        fault = Fault(str(path), "file", "a file that can be read", error.strerror or str(error))
        raise FaultsFoundError([fault]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FaultsFoundError([Fault(path.name, "file", "YAML in UTF-8", shown(error, 160))]) from error
    if not isinstance(tree, dict):
        raise FaultsFoundError([Fault(path.name, "file", "keys and values", shown(tree))])
    return tree


def fit(file: str, tree: object, shape: type[ShapeT]) -> ShapeT:
    """The tree as `shape`; `file` stands in the faults. Raises `FaultsFoundError`."""
    try:
        return shape.model_validate(tree)
    except ValidationError as error:
        raise FaultsFoundError(_fault(file, detail) for detail in error.errors(include_url=False)) from None


def _fault(file: str, detail: ErrorDetails) -> Fault:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    kind = detail["type"]
    if kind == "missing":
        return Fault(file, key, _EXPECTED[kind], "nothing")
    if kind == "extra_forbidden":
        return Fault(file, key, _EXPECTED[kind], "it")
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return Fault(file, key or "file", _EXPECTED.get(kind, message), shown(detail.get("input")))
