"""Plan a wave step by step: begun empty, from a file or as a copy; saved with gaps, stored as a draft when whole."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.programme.check_plan import check_plan, key_of
from survey.actions.programme.open_wave import text_of_wave
from survey.actions.programme.store_wave import store_checked_wave
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.programme.wave_file import margins_of_table
from survey.exchange.programme.wave_text import OF_ONE_WAVE, Tree, margin_cells, read_tree, write_tree
from survey.programme.wave import OFFICE_TIME, WaveError, WaveStatus
from survey.programme.wave_version import PlanChangedError, WavePlan
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.wave_plans import add_plan, load_plan, remove_plan, replace_plan
from survey.storage.waves import load_wave, remove_draft, require_wave

# Of one approval, not of the next one.
_OF_ONE_APPROVAL = ("approval_number", "valid_until")


def start_plan(storage: Storage, name: Mapping[str, str], now: datetime, actor: str, like: str = "") -> WavePlan:
    """A new plan with nothing but a name, or with what the wave `like` has. Raises `WaveError` for an unknown wave."""
    with storage.write() as session:
        tree = _copy_of(session, like) if like else {}
        return _begin(session, {**tree, "name": dict(name)}, now, actor, f"like {like}" if like else "new")


def start_plan_of_file(
    storage: Storage, questionnaires: Path, text: str, file: str, now: datetime, actor: str
) -> WavePlan:
    """A new plan with what the file says; margins in another file are left out, a page takes them.

    Raises `FaultsFoundError` for what does not fit (what is only missing can be filled in) and for an id that is taken.
    """
    tree = read_tree(text, file)
    if isinstance(tree.get("margins"), str):
        del tree["margins"]
    with storage.write() as session:
        plan = _begin(session, tree, now, actor, file)
        check = check_plan(session, questionnaires, file, read_tree(plan.content, file))
        if check.wrong:
            raise FaultsFoundError(check.wrong)
        if check.whole and check.checked is not None:
            store_checked_wave(session, check.checked)
            replace_plan(session, replace(plan, edition=2, whole=True))
        return plan


def save_plan(
    storage: Storage,
    questionnaires: Path,
    wave_id: str,
    edition: int,
    changes: Mapping[str, Any],
    now: datetime,
    actor: str,
) -> WavePlan:
    """Write the changed keys (an empty value takes a key out); when nothing is missing any more, store the draft.

    `edition`: the one that the person saw. Raises `PlanChangedError` when there is a newer one, `FaultsFoundError` when
    what was entered does not fit (what is only missing is no fault here), `WaveError` when there is no such plan.
    """
    with storage.write() as session:
        plan = _require_plan(session, wave_id)
        tree = {**read_tree(plan.content, wave_id), **changes, "id": wave_id}
        tree = {key: value for key, value in tree.items() if value}
        check = check_plan(session, questionnaires, wave_id, tree)
        wrong = [fault for fault in check.wrong if key_of(fault) in changes]
        if wrong:
            raise FaultsFoundError(wrong)
        saved = WavePlan(wave_id, write_tree(tree), edition + 1, check.whole, now, actor)
        if plan.edition != edition or not replace_plan(session, saved):
            raise PlanChangedError(f"plan of {wave_id}: expected edition {edition}, found {plan.edition}")
        if check.whole and check.checked is not None:
            store_checked_wave(session, check.checked)
        record_event(session, new_event(now, actor, "plan_wave", wave_id, ", ".join(changes)))
        return saved


def read_margins(storage: Storage, path: Path) -> list[dict[str, str]]:
    """The cells of an uploaded table as they stand in a plan. Raises `FaultsFoundError` with every fault."""
    with storage.read() as session:
        margins, faults = margins_of_table(path, load_area_tree(session).by_code)
    if not margins and not faults:
        faults = [Fault(path.name, "row 2", "a cell of the population table", "nothing")]
    if faults:
        raise FaultsFoundError(faults)
    return margin_cells(margins)


def plan_again(storage: Storage, wave_id: str, now: datetime, actor: str) -> WavePlan:
    """The plan of a draft that was stored without one by an earlier version. Raises `WaveError` for an opened wave."""
    with storage.write() as session:
        known = load_plan(session, wave_id)
        if known is not None:
            return known
        wave = require_wave(session, wave_id)
        if wave.status is not WaveStatus.DRAFT:
            raise WaveError(f"wave {wave_id}: only a draft can be planned, this one is {wave.status}")
        plan = WavePlan(wave_id, text_of_wave(session, wave), 1, True, now, actor)
        add_plan(session, plan)
        return plan


def discard_plan(storage: Storage, wave_id: str, now: datetime, actor: str) -> None:
    """Take away a wave in preparation. Raises `WaveError` when codes were issued or dwellings drawn for it."""
    with storage.write() as session:
        plan = _require_plan(session, wave_id)
        if load_wave(session, wave_id) is not None and not remove_draft(session, wave_id):
            raise WaveError(f"wave {wave_id}: codes, a frame or a sample belong to it; it cannot be taken away")
        remove_plan(session, wave_id)
        record_event(session, new_event(now, actor, "discard_plan", wave_id, plan.content))


def _begin(session: Session, tree: Tree, now: datetime, actor: str, detail: str) -> WavePlan:
    given = str(tree.get("id", ""))
    if given and (load_plan(session, given) or load_wave(session, given)):
        raise FaultsFoundError([Fault(detail, "id", "an id that no wave has", given)])
    wave_id = given or _free_id(session, now)
    plan = WavePlan(wave_id, write_tree({**tree, "id": wave_id}), 1, False, now, actor)
    add_plan(session, plan)
    record_event(session, new_event(now, actor, "start_plan", wave_id, detail))
    return plan


def _free_id(session: Session, now: datetime) -> str:
    year, number = now.astimezone(OFFICE_TIME).year, 1
    while load_plan(session, f"wave-{year}-{number}") or load_wave(session, f"wave-{year}-{number}"):
        number += 1
    return f"wave-{year}-{number}"


def _copy_of(session: Session, wave_id: str) -> Tree:
    plan = load_plan(session, wave_id)
    content = plan.content if plan is not None else text_of_wave(session, require_wave(session, wave_id))
    tree = {key: value for key, value in read_tree(content, wave_id).items() if key not in OF_ONE_WAVE}
    header = tree.get("header")
    if isinstance(header, dict):
        tree["header"] = {key: value for key, value in header.items() if key not in _OF_ONE_APPROVAL}
    return tree


def _require_plan(session: Session, wave_id: str) -> WavePlan:
    plan = load_plan(session, wave_id)
    if plan is None:
        raise WaveError(f"wave {wave_id}: expected one in preparation, found none")
    return plan
