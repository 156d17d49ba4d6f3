"""Prepare the import of a file from another tool: take the file, propose a mapping, keep what a person decided."""

import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from survey.actions.jobs.ask_for_job import ask_for_job
from survey.exchange.imports.assignment import Assignment, to_mapping
from survey.exchange.imports.proposal import propose, with_values
from survey.exchange.input_table import InputTable, read_table
from survey.instrument.canonical import sha256_hex
from survey.instrument.questionnaire import Questionnaire
from survey.jobs.job import JobKind
from survey.programme.wave import Wave, WaveError, WaveStatus
from survey.response.response_import import ImportRefusedError, ImportStatus, ResponseImport
from survey.settings import Settings
from survey.storage import Storage
from survey.storage.questionnaires import require_questionnaire
from survey.storage.response_imports import add_import, change_import, find_import, imports_of, upload_times
from survey.storage.waves import require_wave

FILE_KEPT = timedelta(days=7)  # a file that nobody imported; one that was imported is deleted at once
_OPEN = (ImportStatus.DRAFT, ImportStatus.FAULTY, ImportStatus.CHECKED)


@dataclass(frozen=True)
class PreparedImport:
    """An import with its file: what the mapping assistant shows. `values`: for each column its values, counted."""

    one: ResponseImport
    wave: Wave
    questionnaire: Questionnaire
    table: InputTable
    assignment: Assignment
    values: Mapping[str, Mapping[str, int]]


def imports_folder(settings: Settings) -> Path:
    """Where uploaded files lie until they are imported or too old."""
    return settings.var / "imports"


def begin_import(storage: Storage, folder: Path, wave_id: str, file: Path, now: datetime, actor: str) -> str:
    """Keep `file` under `folder`, recognise its layout, store the proposal; the id of the import.

    Raises `FaultsFoundError` for a file that is no table, `WaveError` for an unknown wave and a draft.
    """
    table = read_table(file)
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        if wave.status is WaveStatus.DRAFT:
            raise WaveError(f"wave {wave_id}: expected an open or closed wave, found a draft; open it first")
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
    import_id = str(uuid.uuid4())
    kept = _folder(folder, import_id)
    kept.mkdir(parents=True)
    shutil.copyfile(file, kept / f"table{file.suffix.lower()}")
    tree = propose(table, questionnaire).assignment.to_tree()
    made = ResponseImport(
        import_id, wave_id, file.name, sha256_hex(file.read_bytes()), ImportStatus.DRAFT, actor, now, tree
    )
    with storage.write() as session:
        add_import(session, made)
    return import_id


def list_imports(storage: Storage, wave_id: str) -> list[ResponseImport]:
    with storage.read() as session:
        require_wave(session, wave_id)
        return imports_of(session, wave_id)


def find_wave_import(storage: Storage, wave_id: str, import_id: str) -> ResponseImport | None:
    with storage.read() as session:
        one = find_import(session, import_id)
    return one if one is not None and one.wave == wave_id else None


def open_import(storage: Storage, folder: Path, one: ResponseImport) -> PreparedImport | None:
    """The import with its file; None when the file is not kept any more."""
    table = table_of(folder, one)
    if table is None:
        return None
    with storage.read() as session:
        wave = require_wave(session, one.wave)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
    found = with_values(Assignment.from_tree(one.assignment), table, questionnaire)
    return PreparedImport(one, wave, questionnaire, table, found.assignment, found.values)


def table_of(folder: Path, one: ResponseImport) -> InputTable | None:
    file = next(iter(sorted(_folder(folder, one.id).glob("table.*"))), None)
    return None if file is None else read_table(file)


def assign(storage: Storage, one: ResponseImport, assignment: Assignment) -> None:
    """Keep what a person decided. Raises `FaultsFoundError` when no mapping comes of it, `ImportRefusedError`."""
    to_mapping(assignment, one.file)
    with storage.write() as session:
        if not change_import(session, one.id, _OPEN, ImportStatus.DRAFT, assignment=assignment.to_tree(), faults=[]):
            raise ImportRefusedError("import: expected one that is not stored yet, found one that is")


def start_import(
    storage: Storage, one: ResponseImport, now: datetime, actor: str, *, step: str, reason: str = ""
) -> str:
    """Ask for the job that does `step`: check, store or withdraw; its id."""
    parameters = {"import": one.id, "step": step, "reason": reason}
    return ask_for_job(
        storage,
        JobKind.IMPORT,
        actor=actor,
        now=now,
        wave=one.wave,
        parameters=parameters,
        only_one=f"import {one.id}",
    )


def forget_file(folder: Path, import_id: str) -> None:
    """Delete the file: it holds what is not stored, such as addresses of devices."""
    shutil.rmtree(_folder(folder, import_id), ignore_errors=True)


def forget_old_files(storage: Storage, folder: Path, now: datetime) -> int:
    """Delete every file under `folder` whose time is over, and return how many; its import stays and asks for it again.

    The time counts from the upload; where there is no import (it broke off between file and row), from the file's own.
    """
    if not folder.is_dir():
        return 0
    with storage.read() as session:
        made = upload_times(session)
    oldest = now - FILE_KEPT
    old = [kept.name for kept in folder.iterdir() if made.get(kept.name, _touched(kept)) < oldest]
    for import_id in old:
        forget_file(folder, import_id)
    return len(old)


def _touched(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _folder(folder: Path, import_id: str) -> Path:
    return folder / import_id
