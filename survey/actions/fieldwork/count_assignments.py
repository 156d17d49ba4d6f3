"""Count the sampled cases of an area by community and by how far they are: assignments, never answers."""

from dataclasses import dataclass

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import CaseState, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.programme.area import Area
from survey.programme.wave import Wave, WaveStatus
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import list_cases
from survey.storage.waves import list_waves

_INTERVIEWED = {Disposition.COMPLETE, Disposition.PARTIAL}


@dataclass(frozen=True)
class AreaAssignments:
    """One community: drawn cases, those interviewed, those that ended otherwise, those not visited yet."""

    area: Area
    drawn: int
    interviewed: int
    ended_otherwise: int
    not_visited: int


@dataclass(frozen=True)
class WaveAssignments:
    wave: Wave
    areas: tuple[AreaAssignments, ...]


def count_assignments(storage: Storage, area: str) -> list[WaveAssignments]:
    """The waves that are being asked, each with its cases in `area` and below; waves without cases are left out."""
    with storage.read() as session:
        tree = load_area_tree(session)
        waves = [wave for wave in list_waves(session) if wave.status is WaveStatus.OPEN]
        cases = {wave.id: list_cases(session, wave.id) for wave in waves}
    inside = codes_within(tree, area)
    found = []
    for wave in waves:
        by_area: dict[str, list[SampledCase]] = {}
        for case in cases[wave.id]:
            if case.area in inside and case.state is not CaseState.RESERVE:
                by_area.setdefault(case.area, []).append(case)
        if by_area:
            rows = tuple(_count(tree.by_code[code], by_area[code]) for code in sorted(by_area))
            found.append(WaveAssignments(wave, rows))
    return found


def _count(area: Area, cases: list[SampledCase]) -> AreaAssignments:
    interviewed = sum(case.disposition in _INTERVIEWED for case in cases)
    not_visited = sum(case.disposition is Disposition.NOT_ATTEMPTED for case in cases)
    return AreaAssignments(area, len(cases), interviewed, len(cases) - interviewed - not_visited, not_visited)
