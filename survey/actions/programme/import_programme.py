"""Import the area tree and the responsible units from tables: what would change is shown first, then written whole."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from survey.exchange.programme.area_file import read_areas
from survey.exchange.programme.unit_file import read_units
from survey.programme.area import Area, AreaTree
from survey.programme.unit import Unit
from survey.storage import Storage
from survey.storage.areas import load_area_tree, save_areas
from survey.storage.events import new_event, record_event
from survey.storage.units import load_units, save_units

Thing = TypeVar("Thing", Area, Unit)


@dataclass(frozen=True)
class Changes(Generic[Thing]):
    """What a file does: `changed` pairs what is with what comes; what is not in the file stays as it is."""

    added: tuple[Thing, ...]
    changed: tuple[tuple[Thing, Thing], ...]
    same: int
    not_in_file: int

    @property
    def is_empty(self) -> bool:
        return not self.to_write

    @property
    def to_write(self) -> list[Thing]:
        return list(self.added) + [new for _, new in self.changed]


@dataclass(frozen=True)
class Programme:
    areas: AreaTree
    units: tuple[Unit, ...]


def show_programme(storage: Storage) -> Programme:
    with storage.read() as session:
        return Programme(load_area_tree(session), load_units(session))


def import_areas(storage: Storage, path: Path, now: datetime, actor: str, *, write: bool) -> Changes[Area]:
    """Compare the file with the tree, and write it when asked to. Nothing is ever removed: answers belong to areas.

    Raises `FaultsFoundError` with every fault of the file; nothing is written then.
    """

    def compare(session: Session) -> Changes[Area]:
        tree = load_area_tree(session)
        return _compare(read_areas(path, tree), tree.areas)

    return _import(storage, compare, save_areas, ("import_areas", now, actor), write=write)


def import_units(
    storage: Storage, questionnaires: Path, path: Path, now: datetime, actor: str, *, write: bool
) -> Changes[Unit]:
    """Compare the file with the units, and write it when asked to; a unit in the file gets the roles of the file.

    `questionnaires`: the folder whose catalogue names the indicators. Raises `FaultsFoundError` like `import_areas`.
    """
    from survey.actions.instrument.check_questionnaires import check_questionnaires  # YAML and grammar load only here

    catalogue = check_questionnaires(questionnaires).catalogue

    def compare(session: Session) -> Changes[Unit]:
        present = load_units(session)
        ends = {unit.code: unit.ended_on for unit in present}
        return _compare([replace(unit, ended_on=ends.get(unit.code)) for unit in read_units(path, catalogue)], present)

    return _import(storage, compare, save_units, ("import_units", now, actor), write=write)


def _import(
    storage: Storage,
    compare: Callable[[Session], Changes[Thing]],
    save: Callable[[Session, Iterable[Thing]], None],
    event: tuple[str, datetime, str],
    *,
    write: bool,
) -> Changes[Thing]:
    if not write:
        with storage.read() as session:
            return compare(session)
    action, now, actor = event
    with storage.write() as session:
        changes: Changes[Thing] = compare(session)
        if not changes.is_empty:
            save(session, changes.to_write)
            detail = f"{len(changes.added)} added, {len(changes.changed)} changed"
            record_event(session, new_event(now, actor, action, "programme", detail))
        return changes


def _compare(wanted: Sequence[Thing], present: Sequence[Thing]) -> Changes[Thing]:
    known = {thing.code: thing for thing in present}
    changed = tuple((known[new.code], new) for new in wanted if new.code in known and known[new.code] != new)
    added = tuple(new for new in wanted if new.code not in known)
    same = len(wanted) - len(added) - len(changed)
    return Changes(added, changed, same, len(known) - same - len(changed))
