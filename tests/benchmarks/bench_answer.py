"""How fast a resident is answered: GET of the whole form and POST of its answers, at 1, 8 and 32 clients.

    python -m tests.benchmarks.bench_answer [--seconds 5] [--databases sqlite postgresql]

The production server (gunicorn, 2 processes of 8 threads) beside a minimal Flask program under the same server on the
same kind of database in the same run: take the ratio, the absolute figures belong to the machine and the hour. The
processor's time of the servers is told beside: other work on the machine lengthens it less. The clients are threads of
processes of their own and keep their connections, as browsers do.
"""

import argparse
import http.client
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from survey.response.response import Purpose
from survey.response.ticket import open_ticket, seal
from survey.storage import Storage
from survey.storage.migrate import upgrade
from tests.benchmarks.minimal_flask import ITEMS
from tests.live_server import LiveServer, free_port
from tests.postgres import PostgresServer
from tests.published import store_real_wave

KEY = "a key of the tests, never of an installation"
CLIENTS = (1, 8, 32)
DATABASES = ("sqlite", "postgresql")
GENERATORS = 2  # processes that make the load
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "gzip"}
THREES = ("a1", "a2", "a4", "a5", "b1", "b2", "b3", "b4", "b5", "c1", "c2", "c4", "c5", "d1", "d2", "d3", "d4", "d5")
ANSWERS = dict.fromkeys((*THREES, "f2", "f3", "f5"), "3") | {"a3": "4", "e1": "99", "f1": "2"}
ANSWERS |= {"age_confirmed": "1", "go": "send"}
HEADINGS = ("visits/s", "GET p50", "GET p99", "POST p50", "POST p99", "cpu/visit")


@dataclass
class Timings:
    """Seconds of every GET and every POST, how long all of it took, and processor seconds of the server for it."""

    gets: list[float]
    posts: list[float]
    seconds: float
    processor: float

    @property
    def visits(self) -> float:
        """Visits a second."""
        return len(self.posts) / self.seconds

    @property
    def cost(self) -> float:
        """Processor seconds of a visit."""
        return self.processor / len(self.posts)

    def row(self, name: str, clients: int) -> str:
        visits = self.visits
        figures = [_percentile(times, share) * 1000 for times in (self.gets, self.posts) for share in (0.5, 0.99)]
        figures.append(self.cost * 1000)
        return f"{name:<10} {clients:>3} {visits:>9.1f} " + " ".join(f"{figure:>9.2f}" for figure in figures)


def measure(port: int, server: int, wave: str, code: str, clients: int, seconds: float) -> Timings:
    """Visits of `clients` clients for some seconds; with an empty code those of the minimal program.

    `server` is the server's process; its children do the work.
    """
    processes = min(GENERATORS, clients)
    with multiprocessing.Pool(processes) as pool:
        began, spent = time.perf_counter(), _processor(server)
        shares = [(port, wave, code, clients // processes, seconds)] * processes
        results = pool.starmap(_generate, shares)
        took, spent = time.perf_counter() - began, _processor(server) - spent
    return Timings([t for gets, _ in results for t in gets], [t for _, posts in results for t in posts], took, spent)


def _processor(server: int) -> float:
    """Processor seconds of all processes that the server started, so far."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    ticks = [Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for child in children]
    return sum(int(one[11]) + int(one[12]) for one in ticks) / os.sysconf("SC_CLK_TCK")


def _generate(port: int, wave: str, code: str, clients: int, seconds: float) -> tuple[list[float], list[float]]:
    gets: list[float] = []
    posts: list[float] = []
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=_client, args=(port, wave, code, until, gets, posts)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return gets, posts


def _client(port: int, wave: str, code: str, until: float, gets: list[float], posts: list[float]) -> None:
    body = urlencode(ANSWERS if code else dict.fromkeys(ITEMS, "3"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.perf_counter() < until:
        address = "/"
        if code:
            ticket = open_ticket(wave, code, Purpose.LIVE, datetime.now(UTC))
            address = f"/a/{seal(ticket, KEY)}/zh-hans/all"
        for times, method, content, status in ((gets, "GET", None, 200), (posts, "POST", body, 303)):
            began = time.perf_counter()
            connection.request(method, address, content, FORM)
            response = connection.getresponse()
            response.read()
            times.append(time.perf_counter() - began)
            if response.status != status:
                raise RuntimeError(f"{method} {address}: expected {status}, found {response.status}")
    connection.close()


@contextmanager
def minimal_server(database: str) -> Iterator[tuple[int, int]]:
    """The minimal program under the same server: its port and process."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.benchmarks.minimal_flask:app", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--preload"),
        *("--no-control-socket", "--log-level", "warning"),
    ]
    process = subprocess.Popen(command, env=os.environ | {"MINIMAL_DATABASE": database})
    try:
        time.sleep(3)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The address of our database and what the minimal program takes."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'survey.db'}", str(folder / "minimal.db")
        return
    server = PostgresServer()
    try:
        server.start()
        yield server.create_database("survey"), server.create_database("minimal").replace("+psycopg", "")
    finally:
        server.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    chosen = parser.parse_args()
    for kind in chosen.databases:
        with tempfile.TemporaryDirectory() as name, databases(kind, Path(name)) as (url, minimal):
            print(f"\n{kind}")
            compare(url, minimal, Path(name), chosen.clients, chosen.seconds)


def compare(url: str, minimal: str, folder: Path, every_clients: Sequence[int], seconds: float) -> None:
    """Both programs at each number of clients, one after the other."""
    storage = Storage(url)
    upgrade(storage.engine)
    stored = store_real_wave(storage)
    storage.close()
    wave, code = stored.wave.id, stored.posters[0].code
    with (
        LiveServer(url, folder, workers=2, limits="1000000 per minute") as server,
        minimal_server(minimal) as (port, process),
    ):
        _weigh(server.port, code)
        print(f"{'program':<10} {'cl.':>3} " + " ".join(f"{heading:>9}" for heading in HEADINGS) + "  (ms)")
        for clients in every_clients:
            measure(server.port, server.process, wave, code, clients, 1.0)  # warm
            measure(port, process, "", "", clients, 1.0)
            ours = measure(server.port, server.process, wave, code, clients, seconds)
            least = measure(port, process, "", "", clients, seconds)
            print(ours.row("minyi", clients))
            print(least.row("minimal", clients))
            costs = f"{least.cost / ours.cost:>49.2f}"
            print(f"{'ratio':<10} {clients:>3} {ours.visits / least.visits:>9.2f} {costs}", flush=True)


def _weigh(port: int, code: str) -> None:
    """Bytes of each page of the resident's way as they travel."""
    ticket = open_ticket("wave-resident", code, Purpose.LIVE, datetime.now(UTC))
    sealed = seal(ticket, KEY)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for address in (
        f"/q/{code}/zh-hans",
        f"/q/{code}/en",
        f"/a/{sealed}/en/ask/a3",
        f"/a/{sealed}/zh-hans/all",
        f"/a/{sealed}/en/all",
    ):
        connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        print(f"{len(response.read()):>7} bytes  {address.replace(sealed, 'TICKET')}")
    connection.close()


def _percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


if __name__ == "__main__":
    main()
