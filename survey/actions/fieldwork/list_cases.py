"""List a wave's cases in an area, with addresses, for those who run the fieldwork there; show one of them."""

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

CASES_PER_PAGE = 50
NOBODY = "-"  # asks for the cases that nobody works on


@dataclass(frozen=True)
class CaseFilter:
    """`area` and below; `state` and `interviewer` None for all."""

    area: str
    state: str | None = None
    interviewer: str | None = None

    def fits(self, case: SampledCase) -> bool:
        if self.state and case.state.value != self.state:
            return False
        return not self.interviewer or case.interviewer == (None if self.interviewer == NOBODY else self.interviewer)


@dataclass(frozen=True)
class CasePage:
    """One page of the list: `total` cases fit; `areas` are those that can be asked for."""

    wave: Wave
    cases: tuple[MyCase, ...]
    total: int
    page: int
    pages: int
    areas: tuple[Area, ...]
    codes: tuple[str, ...]


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


def find_cases(storage: Storage, wave_id: str, own_area: str, wanted: CaseFilter, page: int) -> CasePage:
    """One page of the cases that fit, of those in `own_area`. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        tree = load_area_tree(session)
        allowed = codes_within(tree, own_area)
        there = list_cases(session, wave_id, areas=allowed)
        inside = codes_within(tree, wanted.area)
        fitting = [case for case in there if case.area in inside and wanted.fits(case)]
        pages = max(1, -(-len(fitting) // CASES_PER_PAGE))
        page = min(max(page, 1), pages)
        shown = fitting[(page - 1) * CASES_PER_PAGE : page * CASES_PER_PAGE]
        with_cases = {step.code for code in {case.area for case in there} for step in tree.path(code)}
        return CasePage(
            wave,
            with_history(session, wave_id, shown),
            total=len(fitting),
            page=page,
            pages=pages,
            areas=tuple(area for area in tree.areas if area.code in allowed & with_cases),
            codes=tuple(sorted({case.interviewer for case in there if case.interviewer})),
        )


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
