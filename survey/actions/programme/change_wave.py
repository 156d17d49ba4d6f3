"""Change what may still be changed of an opened wave: a new version with who, when and why. Rules and targets stay."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.programme.open_wave import text_of_wave
from survey.exchange.programme.wave_file import wave_file_of
from survey.exchange.programme.wave_text import Difference, differences, read_tree, write_tree
from survey.programme.wave import Wave, WaveStatus
from survey.programme.wave_version import WaveChangeError, WaveVersion
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.wave_plans import add_version, load_plan, load_versions
from survey.storage.waves import load_wave, require_wave, save_wave

# What people may read, call and wait for. Whom and what a wave asks and how it is judged is frozen.
CHANGEABLE = ("name", "dates", "header", "organiser", "protection")
NEVER = datetime(1, 1, 1, tzinfo=UTC)  # a wave of an import that names no opening


@dataclass(frozen=True)
class ShownVersion:
    """A version with what differs from the one before; nothing in the first."""

    version: WaveVersion
    differences: tuple[Difference, ...]


def change_wave(
    storage: Storage, wave_id: str, number: int, changes: Mapping[str, Any], reason: str, now: datetime, actor: str
) -> WaveVersion:
    """Write the changed keys of the wave file as a new version; open pages show it within seconds.

    `number`: the version that the person saw. Raises `WaveChangeError` (not open, a frozen key, a newer version,
    nothing changed, no reason) and `FaultsFoundError` for values that do not fit; then nothing is written.
    """
    with storage.write() as session:
        wave = require_wave(session, wave_id)
        if wave.status is not WaveStatus.OPEN:
            raise WaveChangeError("not_open")
        if frozen := [key for key in changes if key not in CHANGEABLE]:
            raise WaveChangeError(frozen[0])
        versions = _versions(session, wave)
        if versions[-1].number != number:
            raise WaveChangeError("newer")
        before = read_tree(versions[-1].content, wave_id)
        after = {key: value for key, value in {**before, **changes}.items() if value}
        changed = differences(before, after)
        if not changed:
            raise WaveChangeError("same")
        version = WaveVersion(wave_id, number + 1, write_tree(after), reason, now, actor)
        _store(session, wave, after)
        if number == 1 and len(load_versions(session, wave_id)) == 0:
            add_version(session, versions[0])
        add_version(session, version)
        what = "; ".join(f"{one.key}: {one.before} -> {one.after}" for one in changed)
        record_event(session, new_event(now, actor, "change_wave", wave_id, what))
        return version


def show_versions(storage: Storage, wave_id: str) -> tuple[Wave, list[ShownVersion]] | None:
    """The wave and its versions, the newest first; None when there is no such wave or it was not opened yet."""
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        if wave is None or wave.status is WaveStatus.DRAFT:
            return None
        versions = _versions(session, wave)
    trees = [read_tree(version.content, wave_id) for version in versions]
    pairs = zip([trees[0], *trees], trees, strict=False)
    shown = [ShownVersion(version, tuple(differences(*pair))) for version, pair in zip(versions, pairs, strict=True)]
    return wave, shown[::-1]


def read_file_of_wave(storage: Storage, wave_id: str) -> str | None:
    """The newest file of a wave, in preparation or opened; None when there is no such wave."""
    with storage.read() as session:
        plan = load_plan(session, wave_id)
        if plan is not None:
            return plan.content
        wave = load_wave(session, wave_id)
        return None if wave is None else _versions(session, wave)[-1].content


def _versions(session: Session, wave: Wave) -> list[WaveVersion]:
    """The stored versions; for a wave that has none, what it is now as the first one."""
    stored = load_versions(session, wave.id)
    if stored:
        return stored
    opened_at = wave.opened_at or NEVER
    return [WaveVersion(wave.id, 1, text_of_wave(session, wave), "", opened_at, "")]


def _store(session: Session, wave: Wave, tree: Mapping[str, Any]) -> None:
    wanted = wave_file_of(tree, wave.id, tree.get("analysis")).wave()
    save_wave(
        session,
        replace(
            wave,
            name=wanted.name,
            header=wanted.header,
            organiser=wanted.organiser,
            protection=wanted.protection,
            arrangement=replace(
                wave.arrangement, starts_on=wanted.arrangement.starts_on, ends_on=wanted.arrangement.ends_on
            ),
        ),
    )
