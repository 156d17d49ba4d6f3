"""Show a responsible unit the indicators that it leads or supports, with their labels and rules, and no rate."""

from dataclasses import dataclass

from survey.programme.unit import Unit, UnitRole
from survey.programme.wave_indicator import WaveIndicator, read_wave_indicator
from survey.storage import Storage
from survey.storage.units import load_units
from survey.storage.waves import list_waves, load_indicators


@dataclass(frozen=True)
class UnitIndicators:
    """`rows`: role, id and, where a wave has the indicator, its frozen definition in the newest such wave."""

    unit: Unit
    rows: tuple[tuple[UnitRole, str, WaveIndicator | None], ...]


def show_unit(storage: Storage, code: str) -> UnitIndicators | None:
    """The unit with its indicators, those it leads first; None for an unknown code."""
    with storage.read() as session:
        unit = next((unit for unit in load_units(session) if unit.code == code), None)
        if unit is None:
            return None
        definitions: dict[str, str] = {}
        for wave in list_waves(session):  # the newest first
            for indicator, definition in load_indicators(session, wave.id):
                definitions.setdefault(indicator, definition)
    rows = [
        (role, indicator, read_wave_indicator(definitions[indicator]) if indicator in definitions else None)
        for indicator, role in unit.roles
    ]
    return UnitIndicators(unit, tuple(sorted(rows, key=lambda row: (row[0] is not UnitRole.LEAD, row[1]))))
