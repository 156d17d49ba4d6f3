"""Add, rename, class, end and reopen an area by hand. Nothing is removed, because answers belong to areas."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from survey.exchange.programme.area_file import short_code
from survey.instrument.text import Text
from survey.programme.area import LEVELS, Area, AreaError, AreaTree
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.areas import load_area_tree, save_areas
from survey.storage.events import history_of, new_event, record_event

_ACTIONS = ("add_area", "change_area", "end_area", "reopen_area")
_LEVEL_OF = {6 + 3 * place: level for place, level in enumerate(LEVELS)}
LONGEST_NAME, LONGEST_GROUP = 80, 40


@dataclass(frozen=True)
class Step:
    """One thing that was done to an area or a unit: words of the log."""

    action: str
    at: datetime
    actor: str
    detail: str


@dataclass(frozen=True)
class ShownArea:
    """An area with those above it, how many lie in it, the classes in use, and what was done to it."""

    area: Area
    path: tuple[Area, ...]
    inside: int
    groups: tuple[str, ...]
    history: tuple[Step, ...]


def show_area(storage: Storage, code: str) -> ShownArea | None:
    with storage.read() as session:
        tree = load_area_tree(session)
        if code not in tree.by_code:
            return None
        groups = sorted({area.group for area in tree.areas if area.group})
        inside = sum(1 for _ in tree.within(code)) - 1
        return ShownArea(tree.by_code[code], tree.path(code), inside, tuple(groups), steps(session, _ACTIONS, code))


def add_area(storage: Storage, code: str, name: Text, group: str, now: datetime, actor: str) -> Area:
    """A new area; level and parent follow from its code (6, 9, 12 or 15 digits, or 12 with zeros at the end).

    Raises `AreaError` for a code of another form, one that is taken, one without its parent; and for a bad name.
    """
    short = short_code(code.strip())
    if not (short.isascii() and short.isdigit() and len(short) in _LEVEL_OF):
        raise AreaError(f"code: expected 6, 9, 12 or 15 digits, found {code!r}")
    area = Area(short, _checked(name), _LEVEL_OF[len(short)], short[:-3] if len(short) > 6 else None, group.strip())
    with storage.write() as session:
        tree = load_area_tree(session)
        if short in tree.by_code:
            raise AreaError(f"code: expected one that is not taken, found {short}")
        if area.parent is not None and area.parent not in tree.by_code:
            raise AreaError(f"parent: expected {area.parent} in the tree, found none")
        _save(session, tree, area)
        record_event(session, new_event(now, actor, "add_area", short, name.zh_hans))
    return area


def change_area(storage: Storage, code: str, name: Text, group: str, now: datetime, actor: str) -> Area:
    """Give it another name or class. Raises `AreaError` for an unknown code or a bad name."""
    with storage.write() as session:
        tree, area = _require(session, code)
        changed = replace(area, name=_checked(name), group=group.strip())
        if changed != area:
            _save(session, tree, changed)
            detail = f"{area.name.zh_hans} [{area.group}] → {changed.name.zh_hans} [{changed.group}]"
            record_event(session, new_event(now, actor, "change_area", code, detail))
    return changed


def end_area(storage: Storage, code: str, now: datetime, actor: str) -> Area:
    """From today on it is offered nowhere; what lies in it must have ended before. Raises `AreaError`."""
    with storage.write() as session:
        tree, area = _require(session, code)
        if any(one.ended_on is None for one in tree.within(code) if one.code != code):
            raise AreaError(f"inside: expected no area in {code} that has not ended")
        ended = replace(area, ended_on=now.astimezone(OFFICE_TIME).date())
        _save(session, tree, ended)
        record_event(session, new_event(now, actor, "end_area", code))
    return ended


def reopen_area(storage: Storage, code: str, now: datetime, actor: str) -> Area:
    """Take the end back. Raises `AreaError` when the area above has ended."""
    with storage.write() as session:
        tree, area = _require(session, code)
        if area.parent is not None and tree.by_code[area.parent].ended_on is not None:
            raise AreaError(f"parent: expected {area.parent} not to have ended")
        reopened = replace(area, ended_on=None)
        _save(session, tree, reopened)
        record_event(session, new_event(now, actor, "reopen_area", code))
    return reopened


def steps(session: Session, actions: tuple[str, ...], subject: str) -> tuple[Step, ...]:
    """What was done to an area or a unit, the latest first."""
    return tuple(Step(row.action, row.at, row.actor, row.detail) for row in history_of(session, actions, subject))


def _checked(name: Text) -> Text:
    if not 0 < len(name.zh_hans) <= LONGEST_NAME or len(name.en) > 2 * LONGEST_NAME:
        raise AreaError(f"name: expected 1 to {LONGEST_NAME} characters, found {len(name.zh_hans)}")
    return name


def _require(session: Session, code: str) -> tuple[AreaTree, Area]:
    tree = load_area_tree(session)
    if code not in tree.by_code:
        raise AreaError(f"area {code}: not in the tree")
    return tree, tree.by_code[code]


def _save(session: Session, tree: AreaTree, area: Area) -> None:
    if len(area.group) > LONGEST_GROUP:
        raise AreaError(f"group: expected at most {LONGEST_GROUP} characters, found {len(area.group)}")
    AreaTree.of([*(one for one in tree.areas if one.code != area.code), area])  # the whole tree still holds together
    save_areas(session, [area])
