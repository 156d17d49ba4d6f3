"""Publishing a questionnaire, opening and closing a wave, on both databases and through the command line."""

import dataclasses
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey.actions.instrument.check_questionnaires import check_questionnaires
from survey.actions.instrument.publish_questionnaire import PublishedVersionChangedError, publish_questionnaire
from survey.actions.programme.close_wave import close_wave
from survey.actions.programme.list_waves import list_waves
from survey.actions.programme.open_wave import open_wave
from survey.app import create_app
from survey.instrument.load import to_definition
from survey.instrument.population import Population
from survey.programme.wave import StatisticsHeader, Wave, WaveError, WaveNotReadyError, WaveStatus
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.settings import PROJECT, read_settings
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.questionnaires import QuestionnaireVersionRow, require_questionnaire
from survey.storage.waves import load_wave, save_indicators, save_margins, save_wave
from tests.factories import NOW, WAVE, make_wave, store_wave

CHECKED = check_questionnaires(PROJECT / "questionnaires")
RESIDENT = next(one for one in CHECKED.questionnaires if (one.name, one.version) == ("resident", 1))


@pytest.fixture
def draft(storage: Storage) -> Wave:
    """A complete draft: real questionnaire, the indicators that it feeds, margins, letters."""
    wave = make_wave(status=WaveStatus.DRAFT, opened_at=None)
    store_wave(storage, wave, definition=to_definition(RESIDENT))
    fed = [one for one in CHECKED.catalogue.values() if "resident" in one.questionnaires]
    with storage.write() as session:
        save_indicators(session, WAVE, [(one.id, dump_wave_indicator(WaveIndicator(one))) for one in fed])
    return wave


def events(storage: Storage) -> list[tuple[str, str]]:
    with storage.read() as session:
        return [(row.action, row.subject) for row in session.scalars(select(EventRow).order_by(EventRow.at))]


def change(storage: Storage, wave: Wave) -> None:
    with storage.write() as session:
        save_wave(session, wave)


def gaps(storage: Storage) -> tuple[str, ...]:
    with pytest.raises(WaveNotReadyError) as caught:
        open_wave(storage, WAVE, NOW, "an officer")
    with storage.read() as session:
        unchanged = load_wave(session, WAVE)
    assert unchanged is not None
    assert unchanged.opened_at is None
    return caught.value.gaps


def test_complete_draft_opens_and_closes_and_both_are_logged(storage: Storage, draft: Wave) -> None:
    opened = open_wave(storage, draft.id, NOW, "an officer")
    assert (opened.status, opened.opened_at) == (WaveStatus.OPEN, NOW)
    assert list_waves(storage) == [opened]
    closed = close_wave(storage, draft.id, NOW + timedelta(days=9), "an officer")
    assert (closed.status, closed.closed_at) == (WaveStatus.CLOSED, NOW + timedelta(days=9))
    assert list_waves(storage) == [closed]
    assert events(storage) == [("open_wave", WAVE), ("close_wave", WAVE)]


def test_wave_with_gaps_stays_a_draft_and_every_gap_is_named(storage: Storage, draft: Wave) -> None:
    header = StatisticsHeader("", " ", "云溪区统计局", "", date(2026, 5, 17))
    change(storage, dataclasses.replace(draft, header=header, population=Population.MERCHANTS))
    with storage.write() as session:
        save_indicators(session, WAVE, [])
        save_margins(session, WAVE, [])
    assert gaps(storage) == (
        "form_number (表号): expected what the approval says, found nothing",
        "authority (制定机关): expected what the approval says, found nothing",
        "approval_number (批准文号): expected what the approval says, found nothing",
        "valid_until (有效期): expected 2026-05-18 or later, found 2026-05-17, expired",
        "population: expected residents, whom resident is for, found merchants",
        "indicators: expected at least one with its rule, found none",
        "margins of 990101001: expected 10 cells (sex × age band), found 0",
    )


def test_indicator_whose_item_or_part_is_missing_keeps_the_wave_closed(storage: Storage, draft: Wave) -> None:
    mean = next(one for one in CHECKED.catalogue.values() if one.parts and "resident" in one.questionnaires)
    share = next(one for one in CHECKED.catalogue.values() if one.items and "resident" in one.questionnaires)
    lost = dataclasses.replace(share, items=("z9",))
    with storage.write() as session:
        save_indicators(session, WAVE, [(one.id, dump_wave_indicator(WaveIndicator(one))) for one in (mean, lost)])
    missing = [f"indicator {mean.id}: its part {part} is not an indicator of this wave" for part, _ in mean.parts]
    assert gaps(storage) == (*missing, f"indicator {share.id}: resident has no item z9")


def test_wave_that_brings_its_own_calibration_needs_no_margins(storage: Storage, draft: Wave) -> None:
    change(storage, dataclasses.replace(draft, analysis="calibration: []\n"))
    with storage.write() as session:
        save_margins(session, WAVE, [])
    assert open_wave(storage, WAVE, NOW, "an officer").status is WaveStatus.OPEN


def test_open_wave_cannot_be_opened_again_nor_a_draft_closed(storage: Storage, draft: Wave) -> None:
    with pytest.raises(WaveError, match="only an open wave can be closed, this one is draft"):
        close_wave(storage, draft.id, NOW, "an officer")
    open_wave(storage, draft.id, NOW, "an officer")
    with pytest.raises(WaveNotReadyError, match="only a draft can be opened, this wave is open"):
        open_wave(storage, draft.id, NOW, "an officer")
    with pytest.raises(WaveError, match=rf"expected the id of a wave \({WAVE}\), found 'another'"):
        open_wave(storage, "another", NOW, "an officer")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the questionnaires folder that the test may change."""
    return Path(shutil.copytree(PROJECT / "questionnaires", tmp_path / "questionnaires"))


def test_published_version_is_kept_once_and_read_back_as_the_same_object(storage: Storage, folder: Path) -> None:
    first = publish_questionnaire(storage, folder, "resident", 1, now=NOW, actor="an officer")
    again = publish_questionnaire(storage, folder, "resident", 1, now=NOW + timedelta(days=1), actor="an officer")
    assert (first.new, again.new) == (True, False)
    assert first.questionnaire == again.questionnaire == RESIDENT
    with storage.read() as session:
        assert require_questionnaire(session, "resident", 1) == RESIDENT
        row = session.scalars(select(QuestionnaireVersionRow)).one()
    assert (row.sha256, row.published_at) == (RESIDENT.sha256, NOW)
    assert events(storage) == [("publish_questionnaire", "resident v1")]


def test_version_that_was_published_with_other_content_is_refused(storage: Storage, folder: Path) -> None:
    publish_questionnaire(storage, folder, "resident", 1, now=NOW, actor="an officer")
    with storage.write() as session:
        session.scalars(select(QuestionnaireVersionRow)).one().sha256 = "0" * 64
    with pytest.raises(PublishedVersionChangedError, match="give the changed questionnaire a new version number"):
        publish_questionnaire(storage, folder, "resident", 1, now=NOW, actor="an officer")


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Flask:
    return create_app(read_settings({"DATABASE_URL": database_url, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}))


@pytest.mark.usefixtures("draft")
def test_commands_list_open_and_close_a_wave(app: Flask) -> None:
    runner = app.test_cli_runner()
    listed = json.loads(runner.invoke(args=["waves", "list", "--json"]).output)
    assert listed == [
        {
            "id": WAVE,
            "name": "2026年第一轮",
            "status": "draft",
            "population": "residents",
            "questionnaire": "resident v1",
        }
    ]
    refused = runner.invoke(args=["waves", "close", WAVE])
    assert (refused.exit_code, refused.output) == (
        1,
        f"Error: wave {WAVE}: only an open wave can be closed, this one is draft\n",
    )
    assert runner.invoke(args=["waves", "open", WAVE]).output == f"opened {WAVE}\n"
    assert runner.invoke(args=["waves", "close", WAVE]).output == f"closed {WAVE}\n"
    assert runner.invoke(args=["waves", "list"]).output == f"{WAVE}  2026年第一轮  closed  residents  resident v1\n"


def test_upgrade_command_migrates_an_empty_database_and_says_so_once(empty_database_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": empty_database_url, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    runner = create_app(read_settings(settings)).test_cli_runner()
    assert "migrated from an empty database to" in runner.invoke(args=["db", "upgrade"]).output
    assert "already" in runner.invoke(args=["db", "upgrade"]).output
