"""Step 2, the area tree as a table of an office: codes after GB/T 2260 and the 12-digit statistical code, and names.

Level and parent follow from the code. Statistical tables write a district as 330106000000 and a street as 330106001000;
both forms are taken.
"""

from collections.abc import Iterator
from pathlib import Path

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import read_known_table
from survey.instrument.text import Text
from survey.instrument.traditional import to_traditional
from survey.programme.area import Area, AreaLevel, AreaTree

REQUIRED = ("code", "name")
OPTIONAL = ("name_en", "name_zh_hant", "group")
LONGEST = {"name": 80, "name_zh_hant": 80, "name_en": 160, "group": 40}
_LEVEL_OF = {6: AreaLevel.DISTRICT, 9: AreaLevel.STREET, 12: AreaLevel.COMMUNITY, 15: AreaLevel.GRID}


def read_areas(path: Path, known: AreaTree) -> list[Area]:
    """The areas of the file by code. `known`: the tree that they join. Raises `FaultsFoundError` with every fault."""
    table = read_known_table(path, REQUIRED, OPTIONAL)
    records = [(number, record, short_code(record["code"])) for number, record in table.records()]
    codes = {code for _, _, code in records} | set(known.by_code)
    seen: set[str] = set()
    faults = [] if records else [Fault(table.file, "row 2", "an area", "nothing")]
    for number, record, code in records:
        found = [*_faults(record, code, codes), *_twice(code, seen)]
        faults += [Fault(table.file, f"row {number}, {key}", *what) for key, *what in found]
        seen.add(code)
    if faults:
        raise FaultsFoundError(faults)
    areas = [_area(record, code, known.by_code.get(code)) for _, record, code in records]
    return sorted(areas, key=lambda area: area.code)


def short_code(written: str) -> str:
    """A 12-digit statistical code without the zeros that stand for no street and no community.

    >>> short_code("330106000000"), short_code("330106001000"), short_code("330106001001"), short_code("330106")
    ('330106', '330106001', '330106001001', '330106')
    """
    if len(written) == 12 and written.endswith("000"):
        return written[:6] if written.endswith("000000") else written[:9]
    return written


def _faults(record: dict[str, str], code: str, codes: set[str]) -> Iterator[tuple[str, str, str]]:
    if not (code.isascii() and code.isdigit() and len(code) in _LEVEL_OF):
        yield "code", "6, 9, 12 or 15 digits", shown(record["code"])
    elif len(code) > 6 and code[:-3] not in codes:
        yield "code", f"the area {code[:-3]} above it in the file or in the tree", "none"
    for key, longest in LONGEST.items():
        text = record.get(key, "")
        if len(text) > longest or (key == "name" and not text):
            yield key, f"a name of at most {longest} characters", shown(text)


def _twice(code: str, seen: set[str]) -> Iterator[tuple[str, str, str]]:
    if code in seen:
        yield "code", "every code once", shown(code)


def _area(record: dict[str, str], code: str, known: Area | None) -> Area:
    """A class that the file does not tell and an end stay as they are."""
    name = record["name"]
    group = record.get("group", known.group if known else "")
    text = Text(name, record.get("name_en", ""), record.get("name_zh_hant", "") or to_traditional(name))
    parent = code[:-3] if len(code) > 6 else None
    return Area(code, text, _LEVEL_OF[len(code)], parent, group, known.ended_on if known else None)
