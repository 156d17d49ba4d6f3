"""Responsible units (条): bureaus and offices, each linked to indicators in a lead or a cooperating role."""

from dataclasses import dataclass
from enum import StrEnum

from survey.instrument.text import Text


class UnitRole(StrEnum):
    LEAD = "lead"
    COOPERATING = "cooperating"


@dataclass(frozen=True)
class Unit:
    """One responsible body; `roles` maps an indicator's id to the role."""

    code: str
    name: Text
    roles: tuple[tuple[str, UnitRole], ...] = ()
