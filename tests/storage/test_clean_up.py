"""What was only kept for a while goes on its day, not before, and the rest stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from survey.actions.opinion.send_reply_slip import send_reply_slip
from survey.actions.response.notice_signals import notice_signals
from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.clean_up import CleanedUp, clean_up
from survey.app import create_app
from survey.opinion.reply_slip import ReplySlip
from survey.programme.protection import Protection
from survey.programme.wave import Wave, WaveStatus
from survey.response.signals import Signals
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.responses import DraftRow, ResponseRow
from survey.storage.resume_codes import ResumeCodeRow
from survey.storage.traces import TraceRow, TraceSaltRow
from survey.storage.waves import save_wave
from tests.factories import KEY, NOW, WAVE, make_submission, make_wave, store_wave

TODAY = date(2026, 5, 18)
LAYERS = Protection(browser_token=True, address_hash=True, keep_days=10)


def fill(storage: Storage) -> Wave:
    """Two answers with hashes, a draft, a code for another device and a slip, all of one day."""
    wave = store_wave(storage, replace(make_wave(), protection=LAYERS)).wave
    for browser in ("one", "two"):
        sent = make_submission()
        noticed = notice_signals(storage, KEY, wave, sent, Signals(browser=browser, address="192.0.2.1"), NOW)
        receive_response(storage, KEY, sent, NOW, noticed)
    with storage.write() as session:
        session.add(DraftRow(wave=WAVE, response_id="draft", values="{}", changed_on=TODAY))
        session.add(ResumeCodeRow(code_hash="0" * 64, ticket="locked", made_on=TODAY, opened=0))
    send_reply_slip(storage, ReplySlip("slip-1", WAVE, "王", "0990-0000002", True, TODAY), KEY)
    return wave


def count(storage: Storage, table: type[object]) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def after(days: int) -> datetime:
    return NOW + timedelta(days=days)


def test_each_kind_goes_when_its_time_is_over_and_a_second_run_deletes_nothing(storage: Storage) -> None:
    fill(storage)
    assert clean_up(storage, after(2)) == CleanedUp(0, 0, 0, 0)
    assert clean_up(storage, after(3)) == CleanedUp(drafts=0, resume_codes=1, hashes=0, reply_slips=0)
    assert clean_up(storage, after(10)) == CleanedUp(0, 0, 0, 0)
    # Two answers of one address: one hash of the day. Those of the browsers wait for the end of the wave.
    assert clean_up(storage, after(11)) == CleanedUp(drafts=0, resume_codes=0, hashes=1, reply_slips=0)
    assert clean_up(storage, after(31)) == CleanedUp(drafts=1, resume_codes=0, hashes=0, reply_slips=0)
    assert clean_up(storage, after(181)).reply_slips == 1
    assert clean_up(storage, after(181)) == CleanedUp(0, 0, 0, 0)
    assert (count(storage, ResponseRow), count(storage, TraceRow), count(storage, TraceSaltRow)) == (2, 2, 1)


def test_hashes_of_browsers_go_with_their_salt_some_days_after_the_wave_was_closed(storage: Storage) -> None:
    wave = fill(storage)
    closed = replace(wave, status=WaveStatus.CLOSED, closed_at=after(20))
    with storage.write() as session:
        save_wave(session, closed)
    assert clean_up(storage, after(30)).hashes == 1
    assert clean_up(storage, after(31)).hashes == 2
    assert (count(storage, TraceRow), count(storage, TraceSaltRow)) == (0, 0)


def test_hashes_of_a_wave_that_was_never_closed_go_after_its_approval_expired(storage: Storage) -> None:
    wave = fill(storage)
    end = datetime.combine(wave.header.valid_until, datetime.min.time(), UTC)
    clean_up(storage, end + timedelta(days=10))
    assert count(storage, TraceRow) == 2
    clean_up(storage, end + timedelta(days=11))
    assert count(storage, TraceRow) == 0


def test_command_prints_what_it_deleted(storage: Storage, database_url: str, tmp_path: Path) -> None:
    fill(storage)
    settings = {"DATABASE_URL": database_url, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path), "SECRET_KEY": KEY}
    runner = create_app(read_settings(settings)).test_cli_runner()
    first, second = (runner.invoke(args=["clean-up", "--draft-days", "1"]) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.output.splitlines() == [
        "      1 drafts that were never sent",
        "      1 codes for another device",
        "      1 one-way hashes of browsers, addresses and answers",
        "      1 reply slips",
        "      0 recordings beside visits",
        "      0 finished background jobs with their files",
        "      0 uploaded files that were never imported",
    ]
    assert [line.split()[0] for line in second.output.splitlines()] == ["0"] * 7
    assert runner.invoke(args=["clean-up", "--draft-days", "0"]).exit_code == 2
