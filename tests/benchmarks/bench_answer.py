"""How fast a resident is answered: GET of the whole form and POST of its answers, at 1, 8 and 32 clients.

    python -m tests.benchmarks.bench_answer [--seconds 5]

The production server (gunicorn, 2 processes of 8 threads, SQLite) beside a minimal Flask program under the same server
in the same run: take the ratio, the absolute figures belong to the machine and the hour. The clients are threads of
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
from collections.abc import Iterator
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
from tests.published import store_real_wave

KEY = "a key of the tests, never of an installation"
CLIENTS = (1, 8, 32)
GENERATORS = 2  # processes that make the load
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "gzip"}
THREES = ("a1", "a2", "a4", "a5", "b1", "b2", "b3", "b4", "b5", "c1", "c2", "c4", "c5", "d1", "d2", "d3", "d4", "d5")
ANSWERS = dict.fromkeys((*THREES, "f2", "f3", "f5"), "3") | {"a3": "4", "e1": "99", "f1": "2"}
ANSWERS |= {"age_confirmed": "1", "go": "send"}
HEADINGS = ("visits/s", "GET p50", "GET p99", "POST p50", "POST p99")


@dataclass
class Timings:
    """Seconds of every GET and every POST, and how long all of it took."""

    gets: list[float]
    posts: list[float]
    seconds: float

    def row(self, name: str, clients: int) -> str:
        visits = len(self.posts) / self.seconds
        figures = [_percentile(times, share) * 1000 for times in (self.gets, self.posts) for share in (0.5, 0.99)]
        return f"{name:<10} {clients:>3} {visits:>9.1f} " + " ".join(f"{figure:>9.2f}" for figure in figures)


def measure(port: int, wave: str, code: str, clients: int, seconds: float) -> Timings:
    """Visits of `clients` clients for some seconds; with an empty code those of the minimal program."""
    processes = min(GENERATORS, clients)
    with multiprocessing.Pool(processes) as pool:
        began = time.perf_counter()
        shares = [(port, wave, code, clients // processes, seconds)] * processes
        results = pool.starmap(_generate, shares)
        took = time.perf_counter() - began
    return Timings([t for gets, _ in results for t in gets], [t for _, posts in results for t in posts], took)


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
def minimal_server(folder: Path) -> Iterator[int]:
    """The minimal program under the same server."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.benchmarks.minimal_flask:app", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
        *("--no-control-socket", "--log-level", "warning"),
    ]
    process = subprocess.Popen(command, env=os.environ | {"MINIMAL_DATABASE": str(folder / "minimal.db")})
    try:
        time.sleep(3)
        yield port
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'survey.db'}"
        storage = Storage(url)
        upgrade(storage.engine)
        stored = store_real_wave(storage)
        storage.close()
        code = stored.posters[0].code
        with LiveServer(url, folder, workers=2, limits="1000000 per minute") as server, minimal_server(folder) as port:
            _weigh(server.port, code)
            print(f"{'program':<10} {'cl.':>3} " + " ".join(f"{heading:>9}" for heading in HEADINGS) + "  (ms)")
            for clients in CLIENTS:
                measure(server.port, stored.wave.id, code, clients, 1.0)  # warm
                measure(port, "", "", clients, 1.0)
                ours = measure(server.port, stored.wave.id, code, clients, seconds)
                least = measure(port, "", "", clients, seconds)
                print(ours.row("minyi", clients))
                print(least.row("minimal", clients))
                ratio = (len(ours.posts) / ours.seconds) / (len(least.posts) / least.seconds)
                print(f"{'ratio':<10} {clients:>3} {ratio:>9.2f}")


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
