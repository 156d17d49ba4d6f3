"""`flask questionnaires check|publish` on the command line."""

from pathlib import Path

from click.testing import CliRunner

from survey.cli.questionnaires import questionnaires_group
from tests.unit.instrument.tiny import REAL, copy_with

SCALES = "scales.yaml"


def test_check_counts_what_it_found() -> None:
    result = CliRunner().invoke(questionnaires_group, ["check", "--folder", str(REAL)])
    assert (result.exit_code, result.output) == (0, "No fault: 5 questionnaires, 24 indicators, 4 target profiles.\n")


def test_check_prints_file_and_line_and_exits_with_1(tmp_path: Path) -> None:
    folder = copy_with(REAL, tmp_path, SCALES, "coefficient: 100", "coefficient: 110")
    result = CliRunner().invoke(questionnaires_group, ["check", "--folder", str(folder)])
    assert result.exit_code == 1
    assert "scales.yaml:9: scale SAT5 choices.0.coefficient: expected" in result.stderr


def test_publish_locks_a_version(tmp_path: Path) -> None:
    folder = copy_with(REAL, tmp_path, SCALES, "SAT5", "SAT5")
    result = CliRunner().invoke(questionnaires_group, ["publish", "pulse", "1", "--folder", str(folder)])
    assert result.exit_code == 0, result.stderr
    assert "Published pulse version 1: 12 items, sha256" in result.stdout
    assert "\npulse 1 " in (folder / "published.lock").read_text(encoding="utf-8")


def test_publish_of_an_unknown_version_says_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(questionnaires_group, ["publish", "pulse", "9", "--folder", str(REAL)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pulse/v9.yaml:1: file: expected a questionnaire, found no file" in result.stderr
