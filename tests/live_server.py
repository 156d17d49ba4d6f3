"""Starts the application as production does: gunicorn in a process of its own, on a free port of the loopback."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

PROJECT = Path(__file__).parent.parent
_START_SECONDS = 90  # on a busy machine; an idle one needs two or three


class LiveServer:
    """A running server; `url` is its address. Used as a context manager, or started and stopped by a test.

    `limits`: what one address may send, where a test sends more than people do; `redis_url`: where it is counted.
    """

    def __init__(
        self,
        database_url: str,
        var: Path,
        *,
        workers: int = 1,
        threads: int = 8,
        limits: str = "",
        redis_url: str = "",
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
            *("--no-control-socket", "--log-level", "warning"),
        ]
        self._environment = os.environ | {
            "DATABASE_URL": database_url,
            "SECRET_KEY": "a key of the tests, never of an installation",
            "SURVEY_ENV": "test",
            "SURVEY_VAR": str(var),
            "LIMIT_ANSWERS": limits,
            "JOBS": "server",
            "REDIS_URL": redis_url,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> int:
        """The number of the process that was started."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    def start(self) -> None:
        """Returns when the server answers."""
        self._process = subprocess.Popen(self._command, cwd=PROJECT, env=self._environment)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended with {self._process.returncode}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.05)
        self.stop()
        raise TimeoutError(f"the server did not answer within {_START_SECONDS} s")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(90)  # on a busy machine the workers take their time
            self._process = None

    def __enter__(self) -> "LiveServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
