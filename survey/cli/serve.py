"""`python -m survey.cli.serve`, which `make run` calls: migrate, load the demonstration once, become the web server."""

import errno
import os
import socket
import sys

from survey.actions import Storage, StorageUnavailableError
from survey.actions.demo.load_demo import DemoError, LoadedDemo
from survey.actions.upkeep.migrate_database import migrate_database
from survey.cli.demo import as_table, load_with_progress
from survey.invitation.code import answer_address
from survey.settings import PROJECT, Settings, SettingsError, read_settings

_REQUEST_SECONDS = 60
_UNUSABLE = {
    errno.EADDRINUSE: "PORT: expected a free port, found {port} taken by another program; try make run PORT={next}",
    errno.EACCES: "PORT: expected a port that you may use, found {port}; choose one above 1023: make run PORT=8000",
    errno.EADDRNOTAVAIL: "HOST: expected an address of this machine, found {host}",
}


def main() -> None:
    """Never returns: ends with one clear line, or turns into gunicorn."""
    os.umask(0o077)  # answers and keys under var/ are for this user alone
    try:
        settings = read_settings()
        check_port(settings)
        storage = Storage(settings.database_url)
        migrate_database(storage)
        demo = load_demo_where_it_belongs(storage, settings)
        storage.close()
    except (SettingsError, StorageUnavailableError) as error:
        sys.exit(str(error))
    sys.stdout.write(welcome(settings, demo))
    sys.stdout.flush()
    os.chdir(PROJECT)
    os.execv(sys.executable, server_command(settings))  # noqa: S606 - the same interpreter, no shell


def check_port(settings: Settings) -> None:
    """Raises `SettingsError` when nobody could listen there; before anything is loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        line = _UNUSABLE.get(getattr(error, "errno", None) or 0, "HOST and PORT: cannot listen on {host}, port {port}")
        raise SettingsError(line.format(host=settings.host, port=settings.port, next=settings.port + 1)) from error


def load_demo_where_it_belongs(storage: Storage, settings: Settings) -> LoadedDemo | None:
    """The demonstration, loaded now or kept; None on a production installation and on one with work of its own."""
    try:
        return load_with_progress(storage, settings)
    except DemoError:
        return None


def server_command(settings: Settings) -> list[str]:
    """gunicorn with threads; a form may take a minute to send over a bad line, and there is no control socket."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--bind", f"{host}:{settings.port}"),
        *("--worker-class", "gthread"),
        *("--workers", str(settings.workers), "--threads", str(settings.threads)),
        *("--timeout", str(_REQUEST_SECONDS)),
        "--no-control-socket",
    ]


def welcome(settings: Settings, demo: LoadedDemo | None) -> str:
    """What the person at the terminal reads: addresses, and the demonstration's sign-ins."""
    base = settings.address
    lines = ["", "民意 Minyi", f"  居民 residents  {base}/"]
    if demo:
        lines.append(f"  海报 a poster   {answer_address(base, demo.poster)}")
    lines.append(f"  工作人员 staff  {base}/staff")
    if demo:
        lines += ["", "演示账号（密码如未更改） sign-ins of the demonstration, unless changed since:"]
        lines.append(as_table(demo.sign_ins))
    return "\n".join([*lines, "", "停止：Ctrl+C  stop with Ctrl+C", ""])


if __name__ == "__main__":
    main()
