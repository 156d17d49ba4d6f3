"""A Redis server of the tests' own: in memory, on a free port of the loopback, really stopped, thrown away."""

import os
import shutil
import socket
import subprocess
import time
from types import TracebackType

from tests.live_server import free_port

_START_SECONDS = 20


class RedisServer:
    """Debian's redis-server without persistence; its absence is an error that names the remedy."""

    def __init__(self) -> None:
        program = os.environ.get("REDIS_SERVER") or shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("redis-server: not found; install it with: make system-packages")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the server answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise TimeoutError(f"redis-server did not answer within {_START_SECONDS} s")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
