"""List a wave's cases in an area, with addresses, for those who run the fieldwork there."""

from survey.actions.list_my_cases import MyCase, with_history
from survey.actions.list_waves_in_area import codes_within
from survey.fieldwork.case import Assignment, FieldworkError, SampledCase
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import list_assignments, list_cases, require_case
from survey.storage.waves import require_wave


def list_cases_in_area(storage: Storage, wave_id: str, area: str | None = None) -> list[SampledCase]:
    """The cases by area and route; left out, those of the whole wave. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        require_wave(session, wave_id)
        inside = None if area is None else codes_within(load_area_tree(session), area)
        return list_cases(session, wave_id, areas=inside)


def show_case(storage: Storage, wave_id: str, case_id: str, area: str) -> tuple[MyCase, list[Assignment]]:
    """One case of `area` with its visits, open appointments and assignments. Raises `FieldworkError`."""
    with storage.read() as session:
        case = require_case(session, wave_id, case_id)
        if case.area not in codes_within(load_area_tree(session), area):
            raise FieldworkError(f"case {case_id}: expected a case in {area}, found one elsewhere")
        (found,) = with_history(session, wave_id, [case])
        return found, list_assignments(session, wave_id, case_id)
