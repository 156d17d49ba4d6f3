"""Step 2, a sampling frame or a drawn sample as a table of dwellings (CSV, XLSX); every fault with row and column.

Columns by their name here or as an office writes them in Chinese; `HEADINGS` has both.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import InputTable, read_table
from survey.fieldwork.frame import FrameDwelling
from survey.programme.area import AreaLevel, AreaTree

HEADINGS = {
    "dwelling": "编号",
    "area": "社区代码",
    "address": "地址",
    "stratum": "层",
    "psu": "初级单元",
    "route_order": "路线顺序",
    "eligible_persons": "合格人数",
    "pi_psu": "单元入样概率",
    "pi_dwelling": "住户入样概率",
}
REQUIRED = ("dwelling", "area", "address")
OPTIONAL = ("stratum", "psu", "route_order", "eligible_persons")
PROBABILITIES = ("pi_psu", "pi_dwelling")
_LONGEST = {"dwelling": 60, "address": 200, "stratum": 40, "psu": 40}
_LARGEST_NUMBER = 1_000_000


@dataclass(frozen=True)
class DrawnDwelling:
    """A dwelling of a sample that was drawn elsewhere, with the probabilities of both stages."""

    dwelling: FrameDwelling
    pi_psu: float
    pi_dwelling: float


def read_frame(path: Path, areas: AreaTree) -> list[FrameDwelling]:
    """The dwellings in the order of the file. Stratum left out: the street; PSU left out: the community.

    Raises `FaultsFoundError` with every fault of the file.
    """
    return [dwelling for dwelling, _ in _read(path, areas, ())]


def read_drawn(path: Path, areas: AreaTree) -> list[DrawnDwelling]:
    """A drawn sample: a frame's columns and both probabilities. Raises `FaultsFoundError` with every fault."""
    return [
        DrawnDwelling(dwelling, float(record["pi_psu"]), float(record["pi_dwelling"]))
        for dwelling, record in _read(path, areas, PROBABILITIES)
    ]


def _read(path: Path, areas: AreaTree, more: tuple[str, ...]) -> list[tuple[FrameDwelling, Mapping[str, str]]]:
    table = _with_our_names(read_table(path), (*REQUIRED, *more))
    seen: dict[str, int] = {}
    strata: dict[str, str] = {}
    first_stage: dict[str, str] = {}
    faults: list[Fault] = []
    found: list[tuple[FrameDwelling, Mapping[str, str]]] = []
    for number, record in table.records():
        wrong = [Fault(table.file, f"row {number}, {key}", *what) for key, *what in _faults(record, areas, more)]
        if not wrong:
            dwelling = _dwelling(record, areas)
            wrong = _contradictions(table.file, number, dwelling, seen, strata)
            if "pi_psu" in more:
                wrong += _other_probability(table.file, number, dwelling.psu, record["pi_psu"], first_stage)
            found.append((dwelling, record))
        faults += wrong
    if not table.rows:
        faults.append(Fault(table.file, "row 2", "a dwelling", "nothing"))
    if faults:
        raise FaultsFoundError(faults)
    return found


def _with_our_names(table: InputTable, required: tuple[str, ...]) -> InputTable:
    ours = {heading: name for name, heading in HEADINGS.items()}
    header = tuple(ours.get(name, name.lower()) for name in table.header)
    faults = [
        Fault(table.file, "row 1", f"a column {name} or {HEADINGS[name]}", "none")
        for name in required
        if name not in header
    ]
    faults += [
        Fault(table.file, "row 1", "every column name once", f"{name} again")
        for place, name in enumerate(header)
        if name in header[:place]
    ]
    if faults:
        raise FaultsFoundError(faults)
    return InputTable(table.file, header, table.rows)


def _faults(record: Mapping[str, str], areas: AreaTree, more: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for name in ("dwelling", "address"):
        if not record[name]:
            yield name, "a text", "nothing"
    for name, longest in _LONGEST.items():
        if len(record.get(name, "")) > longest:
            yield name, f"at most {longest} characters", f"{len(record[name])} characters"
    area = areas.by_code.get(record["area"])
    if area is None:
        yield "area", "the code of an area in the tree", shown(record["area"])
    elif area.level not in {AreaLevel.COMMUNITY, AreaLevel.GRID}:
        yield "area", "a community or grid", f"{shown(record['area'])}, a {area.level}"
    for name, least in (("route_order", 0), ("eligible_persons", 1)):
        if (written := record.get(name, "")) and not _is_whole(written, least):
            yield name, f"a whole number of {least} or more", shown(written)
    for name in more:
        if not _is_probability(record[name]):
            yield name, "a probability above 0 and up to 1", shown(record[name])


def _contradictions(
    file: str, number: int, dwelling: FrameDwelling, seen: dict[str, int], strata: dict[str, str]
) -> list[Fault]:
    faults = []
    if dwelling.id in seen:
        found = f"{shown(dwelling.id)} again, first in row {seen[dwelling.id]}"
        faults.append(Fault(file, f"row {number}, dwelling", "every dwelling once", found))
    if strata.setdefault(dwelling.psu, dwelling.stratum) != dwelling.stratum:
        found = f"{shown(dwelling.stratum)} for {shown(dwelling.psu)}"
        faults.append(Fault(file, f"row {number}, stratum", f"{shown(strata[dwelling.psu])} as in rows before", found))
    seen.setdefault(dwelling.id, number)
    return faults


def _other_probability(file: str, number: int, psu: str, written: str, first_stage: dict[str, str]) -> list[Fault]:
    """A PSU is drawn once, so all of its dwellings tell the same probability of its draw."""
    first = first_stage.setdefault(psu, written)
    if math.isclose(float(first), float(written), rel_tol=1e-9):
        return []
    found = f"{shown(written)} for {shown(psu)}"
    return [Fault(file, f"row {number}, pi_psu", f"{shown(first)} as in rows before", found)]


def _dwelling(record: Mapping[str, str], areas: AreaTree) -> FrameDwelling:
    area = record["area"]
    street = areas.above(area, AreaLevel.STREET)
    community = areas.above(area, AreaLevel.COMMUNITY)
    persons = record.get("eligible_persons", "")
    return FrameDwelling(
        id=record["dwelling"],
        area=area,
        stratum=record.get("stratum", "") or (street.code if street else area),
        psu=record.get("psu", "") or (community.code if community else area),
        address=record["address"],
        route_order=int(record.get("route_order", "") or 0),
        eligible_persons=int(persons) if persons else None,
    )


def _is_whole(written: str, least: int) -> bool:
    return written.isascii() and written.isdigit() and len(written) < 8 and least <= int(written) <= _LARGEST_NUMBER


def _is_probability(written: str) -> bool:
    try:
        value = float(written)
    except ValueError:
        return False
    return math.isfinite(value) and 0 < value <= 1
