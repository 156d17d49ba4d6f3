"""List a wave's cases in an area, with addresses, for those who run the fieldwork there; show one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey.actions.fieldwork.list_my_cases import MyCase, with_history
from survey.actions.fieldwork.show_recordings import recordings_of
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import Assignment, FieldworkError, SampledCase
from survey.fieldwork.visit_recording import VisitRecording
from survey.programme.area import Area
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import list_assignments, list_cases, require_case
from survey.storage.waves import require_wave


@dataclass(frozen=True)
class CaseList:
    """The cases of an area by area and route; `areas` are those that have some, `above` the path of each of these."""

    wave: Wave
    cases: tuple[SampledCase, ...]
    areas: tuple[Area, ...]
    above: Mapping[str, tuple[str, ...]]

    @property
    def codes(self) -> tuple[str, ...]:
        """Everybody who works on one of them."""
        return tuple(sorted({case.interviewer for case in self.cases if case.interviewer}))


@dataclass(frozen=True)
class ShownCase:
    wave: Wave
    area: Area
    history: MyCase
    assignments: tuple[Assignment, ...]
    recordings: tuple[VisitRecording, ...]


def list_cases_in_area(storage: Storage, wave_id: str, area: str | None = None) -> list[SampledCase]:
    """The cases by area and route; left out, those of the whole wave. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        require_wave(session, wave_id)
        inside = None if area is None else codes_within(load_area_tree(session), area)
        return list_cases(session, wave_id, areas=inside)


def find_cases(storage: Storage, wave_id: str, own_area: str) -> CaseList:
    """Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        tree = load_area_tree(session)
        allowed = codes_within(tree, own_area)
        there = list_cases(session, wave_id, areas=allowed)
        above = {code: tuple(step.code for step in tree.path(code)) for code in {case.area for case in there}}
        with_cases = {step for steps in above.values() for step in steps}
        areas = tuple(area for area in tree.areas if area.code in allowed & with_cases)
        return CaseList(wave, tuple(there), areas, above)


def add_history(storage: Storage, wave_id: str, cases: Iterable[SampledCase]) -> tuple[MyCase, ...]:
    """The cases that a page shows, each with its visits."""
    with storage.read() as session:
        return with_history(session, wave_id, cases)


def show_case(storage: Storage, wave_id: str, case_id: str, area: str) -> ShownCase:
    """One case of `area` with its visits, open appointments and assignments.

    Raises `FieldworkError` for a case that is not there or lies elsewhere, `WaveError` for an unknown wave.
    """
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        case = require_case(session, wave_id, case_id)
        tree = load_area_tree(session)
        if case.area not in codes_within(tree, area):
            raise FieldworkError(f"case {case_id}: expected a case in {area}, found one elsewhere")
        (found,) = with_history(session, wave_id, [case])
        assignments = tuple(list_assignments(session, wave_id, case_id))
        return ShownCase(wave, tree.by_code[case.area], found, assignments, recordings_of(session, wave_id, case_id))
