"""Step 1: `include:` puts items or whole sections of another questionnaire version in the place where it stands.

An included item keeps every key of the original that the including file does not write again: one wording, one home.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.instrument.fault import Fault
from survey.instrument.source import KeyPath, Origin, Source, read_source

Keys = dict[str, Any]
VERSION_PATTERN = re.compile(r"[a-z][a-z0-9_]*/v[1-9][0-9]*")


@dataclass(frozen=True)
class LocatedSection:
    """A section's own keys and its items, each with its origin."""

    keys: Keys
    origin: Origin
    items: tuple[tuple[Keys, Origin], ...]


class Library:
    """The questionnaire files of a folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sources: dict[str, tuple[Source, list[Fault]]] = {}

    def source(self, file: str) -> tuple[Source, list[Fault]]:
        if file not in self._sources:
            self._sources[file] = read_source(self.folder, file)
        return self._sources[file]

    def has(self, version: str) -> bool:
        """Whether `resident/v1` is a file of the folder."""
        return bool(VERSION_PATTERN.fullmatch(version)) and (self.folder / f"{version}.yaml").is_file()

    def sections(self, source: Source, chain: tuple[str, ...] = ()) -> tuple[list[LocatedSection], list[Fault]]:
        """The sections of a file with everything included; `chain`: the versions that led here, to stop at a circle."""
        faults: list[Fault] = []
        return list(self._sections(source, chain, faults)), faults

    def _sections(self, source: Source, chain: tuple[str, ...], faults: list[Fault]) -> Iterator[LocatedSection]:
        for index, keys in enumerate(_mappings(source.data.get("sections"))):
            path: KeyPath = ("sections", index)
            if "include" in keys:
                yield from self._included_sections(keys, source, path, chain, faults)
                continue
            origin = Origin(source, path)
            items = enumerate(_mappings(keys.get("items")))
            located = (self._item(item, source, (*path, "items", place), chain, faults) for place, item in items)
            yield LocatedSection(keys, origin, tuple(item for item in located if item))

    def _included_sections(
        self, keys: Keys, source: Source, path: KeyPath, chain: tuple[str, ...], faults: list[Fault]
    ) -> Iterator[LocatedSection]:
        other = self._included(keys, source, path, chain, faults)
        wanted = keys.get("sections", [])
        if not isinstance(wanted, list):
            found, remedy = repr(wanted), "write [name, name]"
            faults.append(source.fault((*path, "sections"), "include", "a list of sections", found, remedy))
            return
        for key in sorted(set(keys) - {"include", "sections"}):
            faults.append(source.fault((*path, key), key, "include and sections only", "it", "remove the line"))
        names = [str(section.keys.get("name")) for section in other]
        for name in wanted:
            if other and name not in names:
                remedy = f"known are: {', '.join(names)}"
                expected = "a section of that file"
                faults.append(source.fault((*path, "sections"), "include", expected, repr(name), remedy))
        yield from (section for section in other if not wanted or section.keys.get("name") in wanted)

    def _item(
        self, keys: Keys, source: Source, path: KeyPath, chain: tuple[str, ...], faults: list[Fault]
    ) -> tuple[Keys, Origin] | None:
        if "include" not in keys:
            return keys, Origin(source, path)
        overriding = {key: value for key, value in keys.items() if key not in ("include", "item")}
        sections = self._included(keys, source, path, chain, faults)
        for included, origin in (item for section in sections for item in section.items):
            if included.get("name") == keys.get("item"):
                return included | overriding, Origin(source, path, frozenset(overriding), origin)
        if sections:
            remedy = f"write item: and a name that stands in {keys['include']}.yaml"
            found = repr(keys.get("item", "nothing"))
            faults.append(source.fault((*path, "item"), "include", "an item of that file", found, remedy))
        return None

    def _included(
        self, keys: Keys, source: Source, path: KeyPath, chain: tuple[str, ...], faults: list[Fault]
    ) -> list[LocatedSection]:
        version = str(keys["include"])
        own = source.file.removesuffix(".yaml")
        if not self.has(version):
            remedy = "write the folder and the version, as in resident/v1"
            faults.append(source.fault((*path, "include"), "include", "a questionnaire version", repr(version), remedy))
            return []
        if version in (*chain, own):
            circle = " → ".join((*chain, own, version))
            remedy = "include in one direction only"
            faults.append(source.fault((*path, "include"), "include", "no circle", circle, remedy))
            return []
        # Faults of the included file are its own: they are told where that file is checked.
        return self.sections(self.source(f"{version}.yaml")[0], (*chain, own))[0]


def _mappings(data: Any) -> Iterator[Keys]:
    # Anything else is reported by the shapes; the index must stay that of the file.
    for entry in data if isinstance(data, list) else []:
        yield entry if isinstance(entry, dict) else {}
