"""Step 1: the settings sheet of an XLSForm: title, name, version, and what only we write there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from survey.exchange.fault import Fault, shown
from survey.exchange.xlsform.languages import language_of_texts, language_tag
from survey.exchange.xlsform.not_kept import Loss, NotKept
from survey.exchange.xlsform.sheets import OWN, TITLE
from survey.exchange.xlsform.workbook import SheetRow
from survey.instrument.item import NAME_PATTERN
from survey.instrument.population import Population

_HANDLED = {"form_title", "form_id", "version", "default_language", "name"}
_LARGEST_VERSION = 2_147_483_647  # what the database's column holds
_NOT_IN_NAMES = re.compile("[^a-z0-9_]+")


@dataclass
class Head:
    """What stands before the sections of a questionnaire file."""

    name: str
    version: int
    title: dict[str, str]
    population: str = Population.RESIDENTS
    in_population: str = ""
    randomize: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    not_kept: list[NotKept] = field(default_factory=list)

    def data(
        self, sections: list[dict[str, Any]], context: dict[str, list[str]], languages: list[str]
    ) -> dict[str, Any]:
        """The whole file as plain data."""
        head: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "title": self.title,
            "population": str(self.population),
            "languages": languages,
        }
        if context:
            head["context"] = context
        if self.randomize:
            head["randomize"] = list(self.randomize)
        if self.in_population:
            head["in_population"] = self.in_population
        return head | {"sections": sections}


def read_head(file: str, rows: tuple[SheetRow, ...]) -> Head:
    """The settings; a workbook without them is named after its file."""
    stem = file.rsplit(".", 1)[0]
    if not rows:
        return Head(plain_name(stem, "form", ()), 1, {"zh-Hans": stem})
    row = rows[0]
    written = row["form_id"] or row["form_title"] or stem
    name = plain_name(written, "form", ())
    title = _title(row, stem)
    head = Head(name, _version(row), title, in_population=row[f"{OWN}in_population"])
    head.randomize = tuple(row[f"{OWN}randomize"].split())
    if name != written:
        head.not_kept.append(NotKept(row.place("form_id"), Loss.RENAMED, shown(written), name))
    if row["version"] and str(head.version) != row["version"]:
        head.not_kept.append(NotKept(row.place("version"), Loss.SETTING, f"version {shown(row['version'])}"))
    population = row[f"{OWN}population"] or Population.RESIDENTS.value
    if population in set(Population):
        head.population = Population(population)
    else:
        expected = f"one of {', '.join(Population)}"
        head.faults.append(Fault(file, row.place(f"{OWN}population"), expected, shown(population)))
    for column, cell in row.cells.items():
        if column.name not in _HANDLED and not column.name.startswith(OWN):
            head.not_kept.append(NotKept(row.place(column.name), Loss.SETTING, f"{column.name} {shown(cell)}"))
    return head


def plain_name(written: str, otherwise: str, taken: Iterable[str]) -> str:
    """`written` as a name of ours (small letters, digits, _; 32 at most) that nothing in `taken` has.

    >>> plain_name("HH-Size", "q", ()), plain_name("2nd", "q", ()), plain_name("年龄", "q_7", ())
    ('hh_size', 'q_2nd', 'q_7')
    """
    name = _NOT_IN_NAMES.sub("_", written.strip().lower()).strip("_")[:32] or otherwise
    name = name if name[0].isalpha() else f"q_{name}"[:32]
    used = set(taken)
    candidates = [name, *(f"{name[:28]}_{number}" for number in range(2, 1000))]
    chosen = next(candidate for candidate in candidates if candidate not in used)
    if not NAME_PATTERN.fullmatch(chosen):
        raise ValueError(f"no name could be made of {written!r}")
    return chosen


def _title(row: SheetRow, stem: str) -> dict[str, str]:
    title = row["form_title"] or row["form_id"] or stem
    labels = {"zh-Hans": title} | ({"en": title} if language_of_texts([title]) == "en" else {})
    own = (
        (column.name.removeprefix(TITLE), text) for column, text in row.cells.items() if column.name.startswith(TITLE)
    )
    return labels | {tag: text for name, text in own if (tag := language_tag(name))}


def _version(row: SheetRow) -> int:
    written = row["version"]
    return int(written) if written.isdecimal() and 0 < int(written) <= _LARGEST_VERSION else 1
