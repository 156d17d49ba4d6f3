"""Add, change, end and reopen a responsible unit by hand, with the indicators that it leads or supports."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from survey.actions.instrument.checked_folder import checked_folder
from survey.actions.programme.change_area import Step, steps
from survey.programme.indicator import Indicator
from survey.programme.unit import Unit, UnitError, UnitRole
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.units import load_units, save_units

_ACTIONS = ("add_unit", "change_unit", "end_unit", "reopen_unit")
LONGEST_NAME, LONGEST_CODE = 80, 40


@dataclass(frozen=True)
class ShownUnit:
    unit: Unit
    history: tuple[Step, ...]


def show_unit_record(storage: Storage, code: str) -> ShownUnit | None:
    """The unit with what was done to it; None when there is none of that code."""
    with storage.read() as session:
        found = next((unit for unit in load_units(session) if unit.code == code), None)
        return None if found is None else ShownUnit(found, steps(session, _ACTIONS, code))


def offered_indicators(questionnaires: Path) -> list[Indicator]:
    """The indicators of the catalogue, which a unit may lead or support."""
    return list(checked_folder(questionnaires).catalogue.values())


def save_unit(storage: Storage, unit: Unit, now: datetime, actor: str, *, new: bool) -> Unit:
    """Add it, or write its name and roles anew. Raises `UnitError` for a bad name, a taken or an unknown code."""
    if not 0 < len(unit.code) <= LONGEST_CODE or not 0 < len(unit.name.zh_hans) <= LONGEST_NAME:
        raise UnitError(f"name and code: expected up to {LONGEST_NAME} and {LONGEST_CODE} characters, found others")
    with storage.write() as session:
        before = next((one for one in load_units(session) if one.code == unit.code), None)
        if new != (before is None):
            raise UnitError(f"code: expected one that is {'not taken' if new else 'there'}, found {unit.code}")
        written = replace(unit, ended_on=before.ended_on if before else None)
        if written != before:
            save_units(session, [written])
            detail = f"{_in_words(before)} → {_in_words(written)}" if before else _in_words(written)
            record_event(session, new_event(now, actor, "add_unit" if new else "change_unit", unit.code, detail))
    return written


def end_unit(storage: Storage, code: str, now: datetime, actor: str) -> Unit:
    """From today on it is offered nowhere. Raises `UnitError` for an unknown code."""
    with storage.write() as session:
        ended = replace(_require(session, code), ended_on=now.astimezone(OFFICE_TIME).date())
        save_units(session, [ended])
        record_event(session, new_event(now, actor, "end_unit", code))
    return ended


def reopen_unit(storage: Storage, code: str, now: datetime, actor: str) -> Unit:
    """Take the end back. Raises `UnitError` for an unknown code."""
    with storage.write() as session:
        reopened = replace(_require(session, code), ended_on=None)
        save_units(session, [reopened])
        record_event(session, new_event(now, actor, "reopen_unit", code))
    return reopened


def _require(session: Session, code: str) -> Unit:
    found = next((unit for unit in load_units(session) if unit.code == code), None)
    if found is None:
        raise UnitError(f"unit {code}: not there")
    return found


def _in_words(unit: Unit) -> str:
    lead = " ".join(id_ for id_, role in unit.roles if role is UnitRole.LEAD)
    other = " ".join(id_ for id_, role in unit.roles if role is not UnitRole.LEAD)
    return f"{unit.name.zh_hans} [{lead}] [{other}]"
