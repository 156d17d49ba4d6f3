"""The files of deploy/ fit the program: no path that holds a code is logged, and the commands of every night exist."""

import re
from pathlib import Path

from flask import Flask

from survey.app import create_app
from survey.settings import read_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
# Parts of an address that name a person's code, form, receipt or device; a wave and a language name nobody.
SECRET_PARTS = {"code", "sealed", "typed", "token"}


def application() -> Flask:
    return create_app(read_settings({"SECRET_KEY": "x", "SURVEY_ENV": "test", "DATABASE_URL": "sqlite://"}))


def test_no_path_that_holds_a_code_is_logged_by_the_server_in_front() -> None:
    (pattern,) = re.findall(r"~\*(\^\S+)\s+0;", (DEPLOY / "nginx.conf").read_text())
    held = [
        rule.rule
        for rule in application().url_map.iter_rules()
        if rule.arguments & SECRET_PARTS and not rule.rule.startswith("/staff/") and "/results/" not in rule.rule
    ]
    assert len(held) > 15
    assert [rule for rule in held if not re.match(pattern, rule, re.IGNORECASE)] == []


def test_every_night_s_commands_are_there() -> None:
    named = re.findall(r"^\$FLASK ([a-z-]+)", (DEPLOY / "nightly.sh").read_text(), re.MULTILINE)
    assert named == ["backup", "verify", "clean-up", "webhooks"]
    assert set(named) <= set(application().cli.commands)


def test_the_service_for_long_work_calls_a_command_that_is_there() -> None:
    (named,) = re.findall(r"flask --app wsgi (\w+ \w+)", (DEPLOY / "minyi-jobs.service").read_text())
    group, command = named.split()
    assert command in application().cli.commands[group].commands
