"""The commands of import, export, analysis and report as people type them, and what a mistake looks like."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete

from survey.actions.results.start_analysis import start_analysis
from survey.app import create_app
from survey.instrument.load import to_definition
from survey.programme.wave import WaveError
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.settings import PROJECT, Settings, read_settings
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow, newest_run
from survey.storage.waves import save_indicators
from survey.web.job_starter import start_worker
from tests.factories import WAVE, store_wave
from tests.storage.test_analyse_wave import SATISFIED
from tests.unit.exchange.generated import write_responses
from tests.unit.exchange.samples import QUESTIONNAIRE
from tests.unit.exchange.test_codebook_questionnaire import CODEBOOK

ACTOR = "analyst@yunxi.example"
NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    found = read_settings({"SECRET_KEY": "of the tests", "SURVEY_VAR": str(tmp_path / "var"), "SURVEY_ENV": "test"})
    return replace(found, database_url=database_url)


@pytest.fixture
def prepared(storage: Storage) -> Storage:
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    with storage.write() as session:
        save_indicators(session, WAVE, [("SAT_ALL", dump_wave_indicator(WaveIndicator(SATISFIED)))])
    return storage


@pytest.fixture
def runner(prepared: Storage, settings: Settings) -> FlaskCliRunner:
    app: Flask = create_app(settings)
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *words: object) -> Result:
    result: Result = runner.invoke(args=[str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_from_a_file_of_responses_to_the_report(runner: FlaskCliRunner, tmp_path: Path) -> None:
    data, mapping = write_responses(tmp_path)
    load = ("responses", "import", data, "--wave", WAVE, "--mapping", mapping)
    assert run(runner, *load, "--dry-run").stdout == "dry run, nothing written: 260 new, 0 already received\n"
    assert run(runner, *load).stdout == "260 new, 0 already received\n"
    assert run(runner, *load).stdout == "0 new, 260 already received\n"
    export = run(runner, "responses", "export", "--wave", WAVE, "--format", "csv", "--out", tmp_path / "x.csv")
    assert export.stdout.startswith("260 responses in ")
    analysed = run(runner, "analyse", "--wave", WAVE, "--out", tmp_path / "out", "--format", "json,csv,html")
    assert analysed.exit_code == 0
    assert "prob: 200 responses" in analysed.stdout
    assert (tmp_path / "out" / "weights.csv").is_file()
    assert run(runner, "report", "--wave", WAVE, "--out", tmp_path / "report").stdout.startswith("tables.csv")


def test_codes_are_listed_with_the_addresses_of_their_qr_codes(runner: FlaskCliRunner) -> None:
    rows = json.loads(run(runner, "invitations", "list", "--wave", WAVE, "--json").stdout)
    assert [row["kind"] for row in rows].count("poster") == 2
    assert len(rows) == 4
    for row in rows:
        assert row["url"].endswith(f"/q/{row['code']}")
        assert row["population"] == "residents"
    letters = run(runner, "invitations", "list", "--wave", WAVE, "--kind", "letter").stdout.splitlines()
    assert len(letters) == 2


def test_a_questionnaire_is_made_from_a_codebook_and_never_overwritten(runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    out = tmp_path / "city" / "v1.yaml"
    words = ("questionnaires", "from-codebook", tmp_path / "codebook.csv", "--name", "city", "--title", "City")
    assert run(runner, *words, "--out", out).exit_code == 0
    again = run(runner, *words, "--out", out)
    assert again.exit_code == 1
    assert "it is not overwritten" in again.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("responses", "export", "--wave", "w0", "--format", "csv", "--out", "x.csv"), "found 'w0'"),
        (("responses", "export", "--wave", WAVE, "--format", "doc", "--out", "x.csv"), "'doc' is not one of"),
        (("responses", "export", "--wave", WAVE, "--format", "csv", "--out", "x.csv", "--area", "9"), "area 9"),
        (("responses", "import", "none.csv", "--wave", WAVE, "--mapping", "none.yaml"), "none.yaml"),
        (("analyse", "--wave", "w0", "--out", "out"), "found 'w0'"),
        (("analyse", "--wave", WAVE, "--out", "out"), "expected live responses, found none"),
        (("analyse", "--wave", WAVE, "--out", "out", "--format", "doc"), "doc"),
        (("report", "--wave", WAVE, "--out", "out"), "expected a finished analysis"),
        (("invitations", "list", "--wave", "w0"), "found 'w0'"),
        (("waves", "create", "none.yaml"), "expected a file that can be read"),
    ],
)
def test_a_mistake_is_told_in_a_line_and_exits_with_an_error(
    runner: FlaskCliRunner, words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(runner, *words)
    assert result.exit_code != 0
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(("x.", "out"))]


def test_an_analysis_is_started_once_and_done_by_a_process_of_its_own(
    prepared: Storage, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, mapping = write_responses(tmp_path)
    app_runner = create_app(settings).test_cli_runner()
    assert run(app_runner, "responses", "import", data, "--wave", WAVE, "--mapping", mapping).exit_code == 0
    run_id = start_analysis(prepared, WAVE, ACTOR, datetime.now(UTC))
    assert start_analysis(prepared, WAVE, ACTOR, datetime.now(UTC)) == run_id
    assert _status(prepared, run_id) == "running"
    for name, value in {"DATABASE_URL": settings.database_url, "SURVEY_VAR": str(settings.var)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRET_KEY", "of the tests")
    worker = start_worker(tmp_path)
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert worker.wait(120) == 0, (tmp_path / "worker.log").read_text(encoding="utf-8")
    assert _status(prepared, run_id) == "done"
    assert (settings.var / "analyses" / WAVE / run_id / "estimates.json").is_file()
    assert f"{run_id} analysis {WAVE} done 100 % {ACTOR}" in run(app_runner, "jobs", "list").stdout
    assert start_analysis(prepared, WAVE, ACTOR, datetime.now(UTC)) != run_id


def test_an_analysis_that_is_cancelled_or_fails_is_not_shown_as_running(prepared: Storage, settings: Settings) -> None:
    first = start_analysis(prepared, WAVE, ACTOR, NOW)
    app_runner = create_app(settings).test_cli_runner()
    assert run(app_runner, "jobs", "cancel", first).exit_code == 0
    assert _status(prepared, first) == "failed"
    second = start_analysis(prepared, WAVE, ACTOR, NOW)
    patience, on_stop = os.getpriority(os.PRIO_PROCESS, 0), signal.getsignal(signal.SIGTERM)
    assert run(app_runner, "jobs", "run", "--until-empty").exit_code == 0
    assert (os.getpriority(os.PRIO_PROCESS, 0), signal.getsignal(signal.SIGTERM)) == (patience, on_stop)
    assert _status(prepared, second) == "failed"  # nobody has answered yet


def test_a_run_that_lost_its_process_is_given_up_by_the_next(prepared: Storage) -> None:
    lost = AnalysisRunRow(wave=WAVE, run_id="lost", status="running", started_at=NOW)
    with prepared.write() as session:
        session.add(lost)
    assert start_analysis(prepared, WAVE, ACTOR, NOW) != "lost"
    assert _status(prepared, "lost") == "failed"


def test_an_unknown_wave_starts_no_job(prepared: Storage) -> None:
    with prepared.write() as session:
        session.execute(delete(AnalysisRunRow))
    with pytest.raises(WaveError, match="found 'w0'"):
        start_analysis(prepared, "w0", ACTOR, NOW)
    with prepared.read() as session:
        assert newest_run(session, WAVE) is None


def test_starting_an_analysis_loads_no_statistics_library() -> None:
    code = (
        "import sys, survey.actions.results.start_analysis, survey.actions.results.export_responses;"
        "import survey.cli.analyse;"
        "print([name for name in ('pandas', 'scipy', 'numpy', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def _status(storage: Storage, run_id: str) -> str:
    with storage.read() as session:
        return session.get_one(AnalysisRunRow, (WAVE, run_id)).status
