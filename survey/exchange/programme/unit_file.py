"""Step 2, the responsible units as a table of an office: code, names, the indicators that each leads or supports."""

from collections.abc import Collection, Iterator
from pathlib import Path

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import read_known_table
from survey.instrument.text import Text
from survey.instrument.traditional import to_traditional
from survey.programme.unit import Unit, UnitRole

REQUIRED = ("code", "name")
OPTIONAL = ("name_en", "name_zh_hant", "lead", "cooperating")
LONGEST = {"code": 40, "name": 80, "name_zh_hant": 80, "name_en": 160}


def read_units(path: Path, indicators: Collection[str]) -> list[Unit]:
    """The units of the file. `indicators`: ids of the catalogue. Raises `FaultsFoundError` with every fault."""
    table = read_known_table(path, REQUIRED, OPTIONAL)
    faults = [] if table.rows else [Fault(table.file, "row 2", "a unit", "nothing")]
    units: dict[str, Unit] = {}
    for number, record in table.records():
        found = list(_faults(record, indicators))
        if record["code"] in units:
            found.append(("code", "every code once", shown(record["code"])))
        faults += [Fault(table.file, f"row {number}, {key}", *what) for key, *what in found]
        units[record["code"]] = _unit(record)
    if faults:
        raise FaultsFoundError(faults)
    return list(units.values())


def _faults(record: dict[str, str], indicators: Collection[str]) -> Iterator[tuple[str, str, str]]:
    for key, longest in LONGEST.items():
        text = record.get(key, "")
        if len(text) > longest or (key in REQUIRED and not text):
            yield key, f"a {'code' if key == 'code' else 'name'} of at most {longest} characters", shown(text)
    named: set[str] = set()
    for key in ("lead", "cooperating"):
        for indicator in _ids(record, key):
            if indicator not in indicators:
                yield key, f"one of {', '.join(sorted(indicators))}", shown(indicator)
            elif indicator in named:
                yield key, "every indicator in one role", shown(indicator)
            named.add(indicator)


def _unit(record: dict[str, str]) -> Unit:
    name = record["name"]
    text = Text(name, record.get("name_en", ""), record.get("name_zh_hant", "") or to_traditional(name))
    roles = [(indicator, UnitRole.LEAD) for indicator in _ids(record, "lead")]
    roles += [(indicator, UnitRole.COOPERATING) for indicator in _ids(record, "cooperating")]
    return Unit(record["code"], text, tuple(sorted(roles)))


def _ids(record: dict[str, str], key: str) -> list[str]:
    """Ids separated by spaces, commas or semicolons, Chinese ones too."""
    text = record.get(key, "")
    for sign in ",;，；、":
        text = text.replace(sign, " ")
    return text.split()
