"""Show an opinion to the office with everything that was done about it, and the units that it can be sent to."""

from dataclasses import dataclass

from survey.actions.programme.list_waves_in_area import codes_within
from survey.opinion.opinion_case import OpinionCase
from survey.programme.area import Area
from survey.programme.unit import Unit
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.opinion_steps import load_case
from survey.storage.units import load_units


@dataclass(frozen=True)
class OfficeView:
    case: OpinionCase
    area: Area
    units: tuple[Unit, ...]

    def unit_name(self, code: str | None) -> Unit | None:
        return next((unit for unit in self.units if unit.code == code), None)


def show_opinion_case(storage: Storage, code: str, area: str) -> OfficeView | None:
    """None for an opinion that is unknown or about a place outside `area`."""
    with storage.read() as session:
        tree = load_area_tree(session)
        case = load_case(session, code)
        if case is None or case.opinion.area not in codes_within(tree, area):
            return None
        return OfficeView(case, tree.by_code[case.opinion.area], load_units(session))
