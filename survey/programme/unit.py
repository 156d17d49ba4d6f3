"""Responsible units (条): bureaus and offices, each linked to indicators in a lead or a cooperating role."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from survey.instrument.text import Text


class UnitRole(StrEnum):
    LEAD = "lead"
    COOPERATING = "cooperating"


class UnitError(ValueError):
    """A unit breaks a rule; the message says which."""


@dataclass(frozen=True)
class Unit:
    """One responsible body; `roles` maps an indicator's id to the role. `ended_on`: since when it is no more."""

    code: str
    name: Text
    roles: tuple[tuple[str, UnitRole], ...] = ()
    ended_on: date | None = None
