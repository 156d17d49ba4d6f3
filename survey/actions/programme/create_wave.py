"""Create a wave from a file: checked against the questionnaire, the area tree and the plan; stored as a draft."""

from datetime import datetime
from pathlib import Path

from survey.actions.programme.check_wave import CheckedWave
from survey.actions.programme.store_wave import store_checked_wave
from survey.exchange.fault import FaultsFoundError
from survey.exchange.programme.wave_file import read_wave_file
from survey.exchange.programme.wave_text import margin_cells, read_tree, write_tree
from survey.programme.wave import Wave
from survey.programme.wave_version import WavePlan
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.wave_plans import add_plan, load_plan
from survey.storage.waves import load_wave


def create_wave(storage: Storage, questionnaires: Path, path: Path, now: datetime, actor: str) -> Wave:
    """Store the wave of `path` as a draft, with its indicators, targets, margins and quotas. Open it with `open_wave`.

    `questionnaires`: the folder of the catalogue and the target profiles. The office's pages can go on with it. Raises
    `FaultsFoundError` with every fault; then nothing is written.
    """
    file = read_wave_file(path)
    with storage.write() as session:
        checked = CheckedWave(session, questionnaires, file)
        faults = list(checked.faults)
        if load_wave(session, file.shape.id) is not None or load_plan(session, file.shape.id) is not None:
            faults.insert(0, file.fault("id", "an id that no wave has", file.shape.id))
        if faults:
            raise FaultsFoundError(faults)
        wave = store_checked_wave(session, checked)
        tree = read_tree(path.read_text(encoding="utf-8"), file.name) | {"margins": margin_cells(checked.margins)}
        add_plan(session, WavePlan(wave.id, write_tree(tree), 1, True, now, actor))
        record_event(session, new_event(now, actor, "create_wave", wave.id, file.name))
    return wave
