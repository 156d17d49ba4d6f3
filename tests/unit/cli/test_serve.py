"""The start of the server: a port that is taken, the command line of gunicorn, what the terminal shows."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from survey.accounts.account import Role
from survey.actions.demo.load_demo import LoadedDemo, SignIn
from survey.cli.serve import check_port, server_command, welcome
from survey.settings import Settings, SettingsError, read_settings

DEMO = LoadedDemo(False, {}, (SignIn(Role.ANALYST, "analyst@chunhe.example", "aaaa-cccc"),), "34679ACDE")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"SURVEY_VAR": str(tmp_path), "PORT": "8123"})


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_port_in_use_is_one_clear_line_with_a_remedy(settings: Settings, taken_port: int) -> None:
    with pytest.raises(SettingsError) as refused:
        check_port(replace(settings, port=taken_port))
    assert str(refused.value) == (
        f"PORT: expected a free port, found {taken_port} taken by another program; try make run PORT={taken_port + 1}"
    )


def test_a_port_that_no_machine_has_and_an_address_that_is_not_here_are_named(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="70000"):
        check_port(replace(settings, port=70000))
    with pytest.raises(SettingsError, match=r"address of this machine, found 192\.0\.2\.1"):
        check_port(replace(settings, host="192.0.2.1", port=0))


def test_the_server_listens_on_this_machine_alone_unless_told_otherwise(settings: Settings) -> None:
    command = server_command(settings)
    assert command[command.index("--bind") + 1] == "127.0.0.1:8123"
    assert "--no-control-socket" in command
    wide = server_command(replace(settings, host="::"))
    assert wide[wide.index("--bind") + 1] == "[::]:8123"


def test_the_welcome_tells_addresses_and_sign_ins_of_the_demonstration_only_when_it_is_there(
    settings: Settings,
) -> None:
    told = welcome(settings, DEMO)
    assert "http://127.0.0.1:8123/q/34679ACDE" in told
    assert "analyst@chunhe.example" in told
    assert "aaaa-cccc" in told
    plain = welcome(replace(settings, public_url="https://minyi.example"), None)
    assert "https://minyi.example/" in plain
    assert "@" not in plain
