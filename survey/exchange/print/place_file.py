"""Step 2, the places for posters as a table of an office: area, place, place_type, and names in other languages."""

from collections.abc import Collection, Iterator
from pathlib import Path

from survey.exchange.fault import Fault, shown
from survey.exchange.input_table import read_known_table
from survey.instrument.text import Text
from survey.invitation.invitation import PlaceType
from survey.invitation.place import LONGEST_ENGLISH, LONGEST_NAME, PosterPlace
from survey.programme.area import AreaTree

REQUIRED = ("area", "place", "place_type")
OPTIONAL = ("place_en", "place_zh_hant")


def read_places(
    path: Path, areas: AreaTree, taken: Collection[tuple[str, str]]
) -> tuple[list[PosterPlace], list[Fault]]:
    """The places, or every fault of the file. `taken`: area and name of places that have a code in use.

    Raises `FaultsFoundError` when there is no table with these columns.
    """
    table = read_known_table(path, REQUIRED, OPTIONAL)
    places: list[PosterPlace] = []
    faults: list[Fault] = []
    seen = set(taken)
    for number, record in table.records():
        found = [Fault(table.file, f"row {number}, {key}", *what) for key, *what in _faults(record, areas)]
        key = (record["area"], record["place"])
        if not found and key in seen:
            found = [Fault(table.file, f"row {number}, place", "a place without a code in use", shown(record["place"]))]
        seen.add(key)
        faults += found
        if not found:
            name = Text(record["place"], record.get("place_en", ""), record.get("place_zh_hant", ""))
            places.append(PosterPlace(record["area"], name, PlaceType(record["place_type"])))
    if not table.rows:
        faults.append(Fault(table.file, "row 2", "a place", "nothing"))
    return places, faults


def _faults(record: dict[str, str], areas: AreaTree) -> Iterator[tuple[str, str, str]]:
    if record["area"] not in areas.by_code:
        yield "area", "the code of an area in the tree", shown(record["area"])
    if record["place_type"] not in set(PlaceType):
        yield "place_type", f"one of {', '.join(PlaceType)}", shown(record["place_type"])
    for name, longest in (("place", LONGEST_NAME), ("place_zh_hant", LONGEST_NAME), ("place_en", LONGEST_ENGLISH)):
        text = record.get(name, "")
        if len(text) > longest or (name == "place" and not text):
            yield name, f"a name of at most {longest} characters", shown(text)
