"""Loading the demonstration: once, through the door of every answer, and taken up again where it was interrupted."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey.actions.demo import load_demo as module
from survey.actions.demo.accounts import ACCOUNTS
from survey.actions.demo.load_demo import DemoError, LoadedDemo, load_demo
from survey.actions.demo.survey_wave import WAVE
from survey.actions.upkeep.verify_storage import verify_storage
from survey.app import create_app
from survey.fieldwork.case import Phase
from survey.programme.wave import WaveStatus
from survey.response.receipt import Outcome
from survey.settings import Settings, read_settings
from survey.storage import Storage
from survey.storage.accounts import AccountRow
from survey.storage.analyses import newest_run
from survey.storage.fieldwork import list_cases
from survey.storage.invitations import list_invitations
from survey.storage.questionnaires import list_versions
from survey.storage.responses import ConflictRow, ResponseRow
from survey.storage.waves import load_indicators, load_wave
from tests.factories import store_wave

NOW = datetime(2026, 5, 18, 8, 30, tzinfo=UTC)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return replace(read_settings({"SURVEY_VAR": str(tmp_path), "SURVEY_ENV": "test"}), database_url=database_url)


def count(storage: Storage, row: type) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def test_the_demonstration_is_loaded_once_analysed_and_agrees_with_the_ledger(
    storage: Storage, settings: Settings
) -> None:
    steps: list[tuple[int, int]] = []
    loaded = load_demo(storage, settings, NOW, lambda done, total: steps.append((done, total)))
    assert loaded.new
    assert loaded.outcomes[Outcome.CONFLICT] == loaded.outcomes[Outcome.CODE_USED] == 1
    assert loaded.outcomes[Outcome.ALREADY_RECEIVED] == 1
    assert loaded.outcomes[Outcome.ACCEPTED] == count(storage, ResponseRow) > 500
    assert count(storage, ConflictRow) == 2
    assert list(verify_storage(storage, settings.secret_key)) == []
    assert [done for done, _ in steps] == list(range(1, steps[0][1] + 1))
    with storage.read() as session:
        wave = load_wave(session, WAVE)
        assert wave is not None
        assert wave.status is WaveStatus.OPEN
        assert len(load_indicators(session, WAVE)) >= 16
        assert {name for name, _, _ in list_versions(session)} == {
            "resident",
            "pulse",
            "merchant",
            "doorstep",
            "recontact",
        }
        run = newest_run(session, WAVE)
        assert run is not None
        assert run.status == "done"
        assert sum(case.phase is Phase.MAIN for case in list_cases(session, WAVE)) == 660
        assert len(list_invitations(session, WAVE)) == 675
    assert {one.email for one in loaded.sign_ins} == {account.email for account in ACCOUNTS}
    check_that_a_second_load_changes_nothing(storage, settings, loaded)


def check_that_a_second_load_changes_nothing(storage: Storage, settings: Settings, first: LoadedDemo) -> None:
    before = {row: count(storage, row) for row in (ResponseRow, AccountRow, ConflictRow)}
    again = create_app(settings).test_cli_runner().invoke(args=["demo", "load"])
    assert again.exit_code == 0, again.output
    assert "nothing changed" in again.output
    assert all(one.email in again.output and one.password in again.output for one in first.sign_ins)
    assert {row: count(storage, row) for row in before} == before


def test_an_interrupted_load_is_taken_up_again_and_ends_as_if_it_had_not_been(
    storage: Storage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = module.receive_response
    seen: Counter[str] = Counter()

    def stop_after_a_while(*arguments: object) -> object:
        seen["answers"] += 1
        if seen["answers"] > 40:
            raise KeyboardInterrupt
        return receive(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "receive_response", stop_after_a_while)
    with pytest.raises(KeyboardInterrupt):
        load_demo(storage, settings, NOW)
    monkeypatch.setattr(module, "receive_response", receive)
    assert count(storage, ResponseRow) == 40
    later = datetime(2026, 5, 19, 3, 0, tzinfo=UTC)
    finished = load_demo(storage, settings, later)
    assert finished.new
    assert finished.outcomes[Outcome.ACCEPTED] + 40 == count(storage, ResponseRow)
    assert finished.outcomes[Outcome.ALREADY_RECEIVED] == 41
    assert list(verify_storage(storage, settings.secret_key)) == []


def test_a_database_with_other_work_in_it_is_left_alone(storage: Storage, settings: Settings) -> None:
    store_wave(storage)
    with pytest.raises(DemoError, match="empty database"):
        load_demo(storage, settings, NOW)
    assert count(storage, AccountRow) == 0


def test_a_production_installation_gets_no_demonstration(storage: Storage, settings: Settings) -> None:
    with pytest.raises(DemoError, match="production"):
        load_demo(storage, replace(settings, environment="production"), NOW)
    with storage.read() as session:
        assert load_wave(session, WAVE) is None
