"""A PostgreSQL server of the tests' own: made in a temporary folder, really stopped and started, thrown away."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import create_engine

_STARTS = 3  # another program may take the free port in between


class PostgresServer:
    """One cluster on the loopback interface and on a socket in its folder; fsync stays on, as in production."""

    def __init__(self) -> None:
        self._bin = _find_binaries()
        self._account = "postgres" if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
        self.folder = Path(tempfile.mkdtemp(prefix="minyi-pg-"))
        if self._account:
            entry = pwd.getpwnam(self._account)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self.port = 0
        self._run(
            "initdb", "-D", self.data, "-U", "minyi", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"
        )

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        """Start the server; once it had a port it comes back on the same one."""
        for attempt in range(1, _STARTS + 1):
            port = self.port or _free_port()
            options = f"-p {port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
            try:
                log = str(self.folder / "log")
                self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "-o", options, "start")
            except subprocess.CalledProcessError as error:
                if attempt == _STARTS:
                    raise RuntimeError((self.folder / "log").read_text()) from error
                continue
            self.port = port
            return

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; `immediate` cuts every connection at once, like a crash."""
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-m", mode, "stop")

    def remove(self) -> None:
        """Stop what runs and delete the folder."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://minyi@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            user=self._account,
            group=self._account,
            extra_groups=[] if self._account else None,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
        )


def _find_binaries() -> Path:
    """The folder of `initdb`: Debian's newest version, else the one in PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    in_path = shutil.which("initdb")
    if installed:
        return installed[-1].parent
    if in_path:
        return Path(in_path).resolve().parent
    raise RuntimeError("the tests need PostgreSQL's programs (initdb, pg_ctl); found none. Run: make system-packages")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
