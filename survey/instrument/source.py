"""Step 1: a YAML file with the line of every key, so that a fault can say where it stands.

Every scalar is read as the text that was written (`no` stays "no", `07` stays "07"); the shapes turn it into numbers.
Anchors and aliases are refused: a file says each thing in full.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from survey.instrument.fault import Fault
from survey.instrument.text import LANGUAGES
from survey.instrument.yaml_text import TextLoader

KeyPath: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True)
class Source:
    """One file: its data (dicts, lists, text) and the line of each key path."""

    file: str
    data: Any
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int:
        """The line of the key path, or of the nearest thing above it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: KeyPath, thing: str, expected: str, found: str, remedy: str) -> Fault:
        return Fault(self.file, self.line(path), thing, expected, found, remedy)


@dataclass(frozen=True)
class Origin:
    """Where some keys stand: a place in a file; for an included item also the place that it was taken from."""

    source: Source
    path: KeyPath = ()
    own_keys: frozenset[str] = frozenset()
    included: "Origin | None" = None

    def of(self, key: str | int) -> "Origin":
        """The origin that wrote this key."""
        if self.included is None or key in self.own_keys:
            return self
        return self.included.of(key)

    def fault(self, where: KeyPath, thing: str, expected: str, found: str, remedy: str) -> Fault:
        """A fault at the key path `where` below this place."""
        writer = self.of(where[0]) if where else self
        return writer.source.fault((*writer.path, *where), thing, expected, found, remedy)


def read_source(folder: Path, file: str) -> tuple[Source, list[Fault]]:
    """Read `folder/file`. A file that is no YAML mapping gives an empty source and the fault that says why."""
    try:
        node = yaml.compose((folder / file).read_text(encoding="utf-8"), Loader=TextLoader)
    except FileNotFoundError:
        return Source(file, {}), [Fault(file, 1, "file", "this file", "none", "write it or restore it")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or "unreadable text")
        line = mark.line + 1 if mark else 1
        return Source(file, {}), [
            Fault(file, line, "YAML", "well-formed YAML", problem, "mend the line or the one above")
        ]
    except UnicodeDecodeError as error:
        return Source(file, {}), [Fault(file, 1, "text", "UTF-8", f"byte {error.start}", "save the file as UTF-8")]
    if not isinstance(node, yaml.MappingNode):
        return Source(file, {}), [Fault(file, 1, "file", "keys and values", "none", "see questionnaires/README.md")]
    reading = _Reading(file)
    data = reading.value(node, ())
    return Source(file, data, reading.lines), reading.faults


def texts_in(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, dict[str, str]]]:
    """Every mapping from language tags to labels in the data, with its key path."""
    if isinstance(data, dict):
        if not data.keys().isdisjoint(LANGUAGES):
            yield path, data
            return
        for key, value in data.items():
            yield from texts_in(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from texts_in(value, (*path, index))


class _Reading:
    """Walks the node tree once and collects data, lines and faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if id(node) in self._seen:
            self._fault(node, "alias", "each thing written in full", "an alias (*name)", "copy the lines instead")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, child in node.value:
            name = str(key.value)
            if name in mapping:
                self._fault(key, f"key {name}", "every key once", "it twice", "remove one of the two")
                continue
            self.lines[(*path, name)] = key.start_mark.line + 1
            mapping[name] = self.value(child, (*path, name))
        return mapping

    def _fault(self, node: yaml.Node, thing: str, expected: str, found: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, thing, expected, found, remedy))
