"""`flask questionnaires check|publish`: faults told plainly, versions kept as rows that never change."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from survey.app import create_app
from survey.settings import read_settings
from tests.unit.instrument.tiny import REAL, copy_with

SCALES = "scales.yaml"


@pytest.fixture
def runner(database_url: str, tmp_path: Path) -> FlaskCliRunner:
    settings = read_settings({"SURVEY_VAR": str(tmp_path), "SURVEY_ENV": "test"})
    return create_app(replace(settings, database_url=database_url)).test_cli_runner()


def test_check_counts_what_it_found(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["questionnaires", "check"])
    assert (result.exit_code, result.output) == (0, "No fault: 8 questionnaires, 33 indicators, 4 target profiles.\n")


def test_check_prints_file_and_line_and_exits_with_1(runner: FlaskCliRunner, tmp_path: Path) -> None:
    folder = copy_with(REAL, tmp_path, SCALES, "coefficient: 100", "coefficient: 110")
    result = runner.invoke(args=["questionnaires", "check", "--folder", str(folder)])
    assert result.exit_code == 1
    assert "scales.yaml:9: scale SAT5 choices.0.coefficient: expected" in result.stderr
    assert result.stdout == ""


def test_a_published_version_is_kept_as_it_is(runner: FlaskCliRunner, tmp_path: Path) -> None:
    first = runner.invoke(args=["questionnaires", "publish", "pulse", "1"])
    assert (first.exit_code, first.output[:35]) == (0, "Published pulse version 1, 12 items")
    again = runner.invoke(args=["questionnaires", "publish", "pulse", "1"])
    assert (again.exit_code, again.output[:27]) == (0, "Published before, unchanged")
    changed = copy_with(REAL, tmp_path, "pulse/v1.yaml", "五个问题", "几个问题")
    (changed / "published.lock").unlink()
    refused = runner.invoke(args=["questionnaires", "publish", "pulse", "1", "--folder", str(changed)])
    assert refused.exit_code == 1
    assert "give the changed questionnaire a new version number" in refused.output


def test_a_version_that_is_not_there_is_named(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["questionnaires", "publish", "pulse", "9"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pulse/v9.yaml:1: file: expected a questionnaire, found no file" in result.stderr
