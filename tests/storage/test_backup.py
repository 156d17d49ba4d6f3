"""A backup holds everything and comes back whole, on the same kind of database and on the other; or nothing changes."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, select

from survey.accounts.account import Account, Role
from survey.accounts.credentials import Credentials
from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.back_up import back_up
from survey.actions.upkeep.restore import restore
from survey.actions.upkeep.verify_storage import verify_storage
from survey.app import create_app
from survey.exchange.backup_file import BackupError
from survey.fieldwork.case import SampledCase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Visit
from survey.instrument.text import Text
from survey.invitation.invitation import SelectionDesign
from survey.programme.unit import Unit, UnitRole
from survey.response.receipt import Outcome
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.accounts import insert_account
from survey.storage.events import EventRow
from survey.storage.fieldwork import save_cases
from survey.storage.migrate import is_current
from survey.storage.tables import Base
from survey.storage.units import save_units
from survey.storage.visits import save_visits
from tests.factories import ANSWERS, COMMUNITY, DISTRICT, KEY, NOW, STREET, WAVE, make_submission, store_wave


@pytest.fixture(params=["to the same kind", "to the other kind"])
def other_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """An empty, not yet migrated place for the restored database."""
    to_sqlite = database_url.startswith("sqlite") == (request.param == "to the same kind")
    if to_sqlite:
        return f"sqlite:///{tmp_path / 'restored' / 'survey.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def filled(storage: Storage) -> Storage:
    """Storage with rows of every kind that the actions write so far."""
    letter = store_wave(storage).letters[0]
    receive_response(storage, KEY, make_submission(response_id="r-1"), NOW)
    receive_response(storage, KEY, make_submission(response_id="r-1", answers=ANSWERS | {"g1": "字𠮷\n换行"}), NOW)
    receive_response(storage, KEY, make_submission(code=letter.code, single_use=True), NOW)
    design = SelectionDesign(STREET, COMMUNITY, 1 / 3)
    with storage.write() as session:
        save_cases(session, [SampledCase(WAVE, "case-1", COMMUNITY, "云溪路1号", design)])
        save_visits(session, [Visit(WAVE, "visit-1", "case-1", "worker", NOW, Disposition.NO_ONE_HOME)])
        save_units(session, [Unit("bureau", Text("城管局"), (("support", UnitRole.LEAD),))])
        account = Account(0, "analyst@office.example", "分析员", Role.ANALYST, DISTRICT)
        insert_account(session, Credentials(account, "a hash", "a session key"))
    return storage


def contents(storage: Storage) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the log, which tells of the backup itself."""
    with storage.read() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
            if name != EventRow.__tablename__
        }


def test_restored_database_holds_the_same_and_goes_on_working(filled: Storage, other_url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    progress: list[tuple[int, int]] = []
    backed_up = back_up(filled, file, NOW, "tests", lambda done, total: progress.append((done, total)))
    assert progress == [(done, backed_up.total) for done in range(1, backed_up.total + 1)]
    assert backed_up.rows["response"] == 2
    other = Storage(other_url)
    assert restore(other, file, NOW, "tests").rows == backed_up.rows
    assert contents(other) == contents(filled)
    assert is_current(other.engine)
    assert list(verify_storage(other, KEY)) == []
    assert receive_response(other, KEY, make_submission(), NOW).outcome is Outcome.ACCEPTED
    assert receive_response(other, KEY, make_submission(response_id="r-1"), NOW).outcome is Outcome.ALREADY_RECEIVED
    with other.write() as session:
        account = Account(0, "second@office.example", "第二人", Role.OFFICE, DISTRICT)
        assert insert_account(session, Credentials(account, "a hash", "another session key")) == 2
    with other.read() as session:
        actions = {row.action for row in session.scalars(select(EventRow))}
    assert "restore" in actions
    other.close()


def test_restore_leaves_a_database_that_is_not_empty_alone_until_told_to_replace_it(
    filled: Storage, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    back_up(filled, file, NOW, "tests")
    kept = contents(filled)
    receive_response(filled, KEY, make_submission(response_id="later"), NOW)
    with pytest.raises(BackupError, match="not empty"):
        restore(filled, file, NOW, "tests")
    assert len(contents(filled)["response"]) == 3
    restore(filled, file, NOW, "tests", replace=True)
    assert contents(filled) == kept


def change_rows(path: Path, table: str, change: Callable[[bytes], bytes]) -> None:
    change_member(path, f"{table}.jsonl", change)


def change_member(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def change_manifest(path: Path, **facts: object) -> None:
    change_member(path, "manifest.json", lambda content: json.dumps(json.loads(content) | facts).encode())


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a changed answer": (
        lambda path: change_rows(path, "response", lambda rows: rows.replace(b"r-1", b"r-9")),
        "sha256",
    ),
    "a missing row": (lambda path: change_rows(path, "response", lambda rows: rows.split(b"\n", 1)[1]), "response"),
    "a broken line": (lambda path: change_rows(path, "response", lambda rows: b"[1,\n" + rows), "does not fit"),
    "a row too short": (lambda path: change_rows(path, "response", lambda rows: b"[1]\n" + rows), "does not fit"),
    "a row without its wave": (lambda path: change_rows(path, "wave", lambda _rows: b""), "expected 1 rows"),
    "a newer program": (lambda path: change_manifest(path, migration="9999"), "migration 9999"),
    "another format": (lambda path: change_manifest(path, format_version=2), "expected minyi-backup 1"),
    "no manifest": (lambda path: change_member(path, "manifest.json", lambda _: b"{}"), "manifest.json"),
    "half a file": (lambda path: path.write_bytes(path.read_bytes()[:2000]), "expected a backup"),
    "no zip at all": (lambda path: path.write_bytes(b"nothing"), "expected a backup"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_backup_is_refused_and_the_database_stays_as_it_was(
    filled: Storage, tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    file = tmp_path / "backup.zip"
    back_up(filled, file, NOW, "tests")
    damage(file)
    before = contents(filled)
    with pytest.raises(BackupError, match=message):
        restore(filled, file, NOW, "tests", replace=True)
    assert contents(filled) == before
    assert receive_response(filled, KEY, make_submission(), NOW).outcome is Outcome.ACCEPTED


# Columns that came with later migrations, by table; the tables that came later hold no row here.
LATER_COLUMNS = {
    "account": ("tf_totp_counter",),
    "ledger": ("edition",),
    "response": ("order_seed",),
    "sampled_case": (
        "frame_id",
        "route_order",
        "eligible_persons",
        "pi_psu",
        "pi_dwelling",
        "phase",
        "state",
        "interviewer",
        "replaces",
    ),
    "visit": ("mode", "present", "next_appointment", "device", "received_at"),
    "wave": ("protection", "recording", "over_quota", "arrangement"),
    "area": ("area_group", "ended_on"),
    "unit": ("ended_on",),
}


def drop_columns(file: Path, manifest: dict[str, Any], table: str, columns: tuple[str, ...]) -> None:
    """Take columns out of a backup, as if an older program had made it."""
    shape = next(one for one in manifest["tables"] if one["name"] == table)
    kept = [place for place, name in enumerate(shape["columns"]) if name not in columns]

    def without(content: bytes) -> bytes:
        rows = [json.loads(line) for line in content.splitlines()]
        return b"".join(json.dumps([row[place] for place in kept]).encode() + b"\n" for row in rows)

    for name in columns:
        del shape["columns"][name]
    change_rows(file, table, without)
    shape["sha256"] = hashlib.sha256(zipfile.ZipFile(file).read(f"{table}.jsonl")).hexdigest()


def test_backup_of_an_older_migration_is_restored_and_migrated(filled: Storage, other_url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    back_up(filled, file, NOW, "tests")
    manifest = json.loads(zipfile.ZipFile(file).read("manifest.json"))
    for table, columns in LATER_COLUMNS.items():
        drop_columns(file, manifest, table, columns)
    change_manifest(file, migration="0001", tables=manifest["tables"])
    other = Storage(other_url)
    restore(other, file, NOW, "tests")
    assert is_current(other.engine)
    assert contents(other) == contents(filled)
    other.close()


def test_backup_is_readable_by_its_owner_only_and_leaves_nothing_beside_it(filled: Storage, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(filled, folder / "backup.zip", NOW, "tests")
    assert [path.name for path in folder.iterdir()] == ["backup.zip"]
    assert (folder / "backup.zip").stat().st_mode & 0o777 == 0o600


def test_backup_into_a_missing_folder_fails_with_one_line(filled: Storage, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        back_up(filled, tmp_path / "missing" / "backup.zip", NOW, "tests")


def runner(url: str, var: Path) -> FlaskCliRunner:
    settings = {"DATABASE_URL": url, "SURVEY_ENV": "test", "SURVEY_VAR": str(var), "SECRET_KEY": KEY}
    return create_app(read_settings(settings)).test_cli_runner()


@pytest.mark.usefixtures("filled")
def test_commands_verify_back_up_and_restore(database_url: str, other_url: str, tmp_path: Path) -> None:
    file = str(tmp_path / "backup.zip")
    first, second = runner(database_url, tmp_path), runner(other_url, tmp_path)
    assert first.invoke(args=["verify"]).output == "everything agrees\n"
    assert first.invoke(args=["backup", "--out", file]).output.startswith(f"{file}: ")
    restored = second.invoke(args=["restore", file])
    assert restored.exit_code == 0, restored.output
    assert restored.output.endswith("tables\neverything agrees\n")
    refused = second.invoke(args=["restore", file])
    assert (refused.exit_code, "not empty" in refused.output) == (1, True)
    replaced = second.invoke(args=["restore", file, "--yes"])
    assert replaced.exit_code == 0, replaced.output


def test_verify_command_prints_each_disagreement_and_fails(filled: Storage, database_url: str, tmp_path: Path) -> None:
    with filled.write() as session:
        session.connection().exec_driver_sql("DELETE FROM response WHERE response_id = 'r-1'")
    result = runner(database_url, tmp_path).invoke(args=["verify"])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"ledger: wave {WAVE}: r-1: accepted, but there is no response",
        f"wave: wave {WAVE}: counts: the ledger accepted 2, responses: 1",
        "2 disagreements",
    ]


def test_tables_of_a_backup_are_all_but_those_deleted_on_schedule_and_those_counted_again(
    filled: Storage, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    back_up(filled, file, NOW, "tests")
    names = {table["name"] for table in json.loads(zipfile.ZipFile(file).read("manifest.json"))["tables"]}
    derived = {"count_change", "counted_hour", "hour_count"}
    scheduled = {"resume_code", "trace", "trace_salt", "visit_recording"}
    assert names | {"alembic_version"} | derived | scheduled == set(inspect(filled.engine).get_table_names())
