"""`python -m survey.cli.serve`, as `make run` calls it: an empty folder becomes a running demonstration."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError

from survey.settings import PROJECT

PATIENCE = 240  # seconds; a fresh start takes ten on an idle machine


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def started(var: Path, port: int) -> Iterator[Path]:
    """The server, ready; gives the file with everything that it printed."""
    printed = var / "printed.txt"
    environment = {name: value for name, value in os.environ.items() if name not in {"HOME", "DATABASE_URL"}}
    environment |= {"SURVEY_VAR": str(var), "PORT": str(port), "SURVEY_WORKERS": "1"}
    with printed.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "survey.cli.serve"], cwd=PROJECT, env=environment, stdout=out, stderr=out
        )
        try:
            wait_until_ready(server, port, printed)
            yield printed
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


def wait_until_ready(server: "subprocess.Popen[bytes]", port: int, printed: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, printed.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"not ready after {PATIENCE} seconds:\n{printed.read_text()}")


def responses(var: Path) -> int:
    with closing(sqlite3.connect(var / "survey.db")) as database:
        number: int = database.execute("select count(*) from response").fetchone()[0]
        return number


def test_an_empty_folder_becomes_a_running_demonstration_and_a_second_start_keeps_it(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, port) as printed:
        told = printed.read_text()
        poster = next(word for word in told.split() if "/q/" in word)
        with urllib.request.urlopen(poster, timeout=30) as page:
            assert "演示" in page.read().decode()
        assert "analyst@chunhe.example" in told
        loaded = responses(tmp_path)
        assert loaded > 500
        second = subprocess.run(
            [sys.executable, "-m", "survey.cli.serve"],
            cwd=PROJECT,
            env=os.environ | {"SURVEY_VAR": str(tmp_path), "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert second.stderr.startswith(f"PORT: expected a free port, found {port} taken")
        assert len(second.stderr.splitlines()) == 1
    assert (tmp_path / "survey.db").stat().st_mode & 0o077 == 0
    with started(tmp_path, port) as printed:
        assert poster in printed.read_text()
    assert responses(tmp_path) == loaded
