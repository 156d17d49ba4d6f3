"""Importing what another tool exported: checked, stored once by a job, taken back whole, and imported again."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey.actions.jobs.follow_job import find_any_job
from survey.actions.jobs.run_jobs import run_next_job
from survey.actions.response.prepare_import import (
    assign,
    begin_import,
    find_wave_import,
    forget_old_files,
    open_import,
    start_import,
)
from survey.actions.upkeep.clean_up import clean_up
from survey.actions.upkeep.verify_storage import verify_storage
from survey.instrument.load import to_definition
from survey.instrument.text import Text
from survey.jobs.job import JobStatus
from survey.programme.release import Fieldwork, Release
from survey.response.response_import import ImportRefusedError, ImportStatus, ResponseImport
from survey.settings import Settings
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow
from survey.storage.releases import add_release
from survey.storage.responses import ConflictRow, ResponseRow, stream_responses
from tests.factories import COMMUNITY, WAVE, store_wave
from tests.storage.job_worker import settings_of
from tests.unit.exchange.samples import QUESTIONNAIRE

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
WHO = "office@yunxi.example"
WJX = """序号,提交答卷时间,所用时间,来源,来自IP,1、总体满意吗？,2、参加过哪些？
1,2026/5/20 10:00:00,60秒,微信,10.0.0.9,非常满意,志愿服务┋捐款
2,2026/5/20 10:05:00,60秒,微信,10.0.0.9,一般,都没有
3,2026/5/20 10:09:00,60秒,微信,10.0.0.9,不了解,
"""


class Office:
    """Somebody who imports files into the wave."""

    def __init__(self, storage: Storage, settings: Settings, folder: Path) -> None:
        self.storage, self.settings, self.folder = storage, settings, folder
        self.kept = settings.var / "imports"
        self.now = NOW

    def upload(self, content: str = WJX, name: str = "wjx.csv") -> str:
        file = self.folder / name
        file.write_text(content, encoding="utf-8")
        import_id = begin_import(self.storage, self.kept, WAVE, file, self.now, WHO)
        prepared = open_import(self.storage, self.kept, self.find(import_id))
        assert prepared is not None
        assign(self.storage, prepared.one, replace(prepared.assignment, area=COMMUNITY))
        return import_id

    def find(self, import_id: str) -> ResponseImport:
        found = find_wave_import(self.storage, WAVE, import_id)
        assert found is not None
        return found

    def do(self, import_id: str, step: str, reason: str = "") -> tuple[JobStatus, str]:
        job = start_import(self.storage, self.find(import_id), self.now, WHO, step=step, reason=reason)
        assert run_next_job(self.storage, self.settings, lambda: self.now)
        done = find_any_job(self.storage, job)
        return done.status, done.message

    def live(self) -> int:
        with self.storage.read() as session:
            return sum(1 for _ in stream_responses(session, WAVE))

    def rows(self, table: type[ResponseRow] | type[ConflictRow]) -> int:
        with self.storage.read() as session:
            return session.scalars(select(func.count()).select_from(table)).one()


@pytest.fixture
def office(storage: Storage, database_url: str, tmp_path: Path) -> Office:
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    return Office(storage, settings_of(database_url, tmp_path / "var"), tmp_path)


def test_a_file_is_checked_stored_once_withdrawn_whole_and_imported_again(office: Office) -> None:
    first = office.upload()
    assert office.do(first, "check") == (JobStatus.DONE, "3 new, 0 already received, 0 kept for review")
    assert (office.find(first).status, office.live()) == (ImportStatus.CHECKED, 0)
    assert office.do(first, "store")[0] is JobStatus.DONE
    assert (office.find(first).counts["new"], office.live()) == (3, 3)
    assert not list(office.kept.rglob("*.csv")), "the file holds addresses and is deleted"
    second = office.upload()
    office.do(second, "store")
    assert (office.find(second).counts["already_received"], office.live()) == (3, 3)

    assert office.do(first, "withdraw", "")[0] is JobStatus.FAILED, "a reason is asked for"
    assert office.do(first, "withdraw", "选错了文件")[0] is JobStatus.DONE
    assert (office.find(first).status, office.find(first).reason, office.live()) == (
        ImportStatus.WITHDRAWN,
        "选错了文件",
        0,
    )
    third = office.upload(WJX.replace("一般", "满意"))
    office.do(third, "store")
    assert (office.find(third).counts["new"], office.live(), office.rows(ConflictRow)) == (3, 3, 0)
    assert list(verify_storage(office.storage, office.settings.secret_key)) == []


def test_the_same_file_without_times_doubles_nothing_on_another_day(office: Office) -> None:
    rows = "编号,总体满意吗？\n1,满意\n2,一般\n"
    office.do(office.upload(rows), "store")
    office.now = datetime(2026, 6, 9, 2, 0, tzinfo=UTC)
    again = office.upload(rows)
    office.do(again, "store")
    assert office.find(again).counts == {"rows": 2, "new": 0, "already_received": 2, "conflicts": 0, "below_age": 0}


def test_every_fault_is_kept_with_its_row_and_column_and_nothing_is_stored(office: Office) -> None:
    bad = office.upload(WJX.replace("非常满意", "还行").replace("都没有", "都没有┋捐款"))
    for step in ("check", "store"):
        status, message = office.do(bad, step)
        assert status is JobStatus.FAILED and "row 2, column 1、总体满意吗？" in message
    found = office.find(bad)
    assert (found.status, found.counts["faults"], office.rows(ResponseRow)) == (ImportStatus.FAULTY, 2, 0)
    assert [where for where, _, _ in found.faults] == ["row 2, column 1、总体满意吗？", "row 3, column 2、参加过哪些？"]


def test_a_file_that_nobody_imported_goes_after_seven_days_and_its_import_asks_for_it_again(office: Office) -> None:
    import_id, kept = office.upload(), office.kept
    broken_off = kept / "broken-off"  # a copy whose import was never stored
    broken_off.mkdir()
    os.utime(broken_off, times=(NOW.timestamp(), NOW.timestamp()))
    assert forget_old_files(office.storage, kept, NOW + timedelta(days=7)) == 0
    cleaned = clean_up(office.storage, NOW + timedelta(days=7, seconds=1), imports_folder=kept)
    assert cleaned.import_files == 2
    assert list(kept.iterdir()) == []
    assert open_import(office.storage, kept, office.find(import_id)) is None
    status, message = office.do(import_id, "store")
    assert status is JobStatus.FAILED and "please upload it again" in message
    assert office.live() == 0


def test_an_import_is_not_withdrawn_once_results_are_released(office: Office) -> None:
    one = office.upload()
    office.do(one, "store")
    with office.storage.write() as session:
        session.add(AnalysisRunRow(wave=WAVE, run_id="run", status="done", started_at=NOW))
        session.flush()
        add_release(session, Release(WAVE, 1, "run", Text("摘要", "summary", "摘要"), Fieldwork(0, 0, None), NOW, WHO))
    status, message = office.do(one, "withdraw", "选错了文件")
    assert (status, office.live()) == (JobStatus.FAILED, 3)
    assert "expected no release, found edition 1" in message


def test_a_stored_import_takes_no_other_mapping(office: Office) -> None:
    one = office.upload()
    prepared = open_import(office.storage, office.kept, office.find(one))
    office.do(one, "store")
    assert prepared is not None
    with pytest.raises(ImportRefusedError):
        assign(office.storage, prepared.one, prepared.assignment)
    assert office.do(one, "store")[0] is JobStatus.FAILED
    assert office.live() == 3
