"""How many responses a second one process puts on disk: grouped commits against one commit each, in the same run.

    .venv/bin/python -m tests.benchmarks.bench_receive [--seconds 3] [--threads 1,8,32] [--processes 1,2]

Prints, for each database, answers per second, p50 and p99 in milliseconds, and the ratio grouped : one commit each.
The two take turns, so that a busy hour of the machine hits both.
"""

import argparse
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from survey.actions.response.receive_response import receive_response
from survey.storage import Storage
from survey.storage.engine import make_engine
from survey.storage.group_commit import Work
from survey.storage.migrate import upgrade
from tests.factories import KEY, NOW, make_submission, store_wave
from tests.postgres import PostgresServer

Item = TypeVar("Item")
T = TypeVar("T")
ROUNDS = 3
ANSWERS = {f"b{number}": str(number % 5 + 1) for number in range(1, 25)}


class OneCommitEach(Storage):
    """The reference: the same statements, every response in a transaction of its own."""

    def write_batched(self, work: Work[Item, T], item: Item) -> T:
        with self._writes.begin() as connection:
            return work(connection, [item])[0]


def main() -> None:
    arguments = _read_arguments()
    columns = {"database": 11, "processes": 10, "threads": 8, "way": 17, "answers/s": 11, "p50 ms": 9, "p99 ms": 9}
    print("".join(f"{name:>{width}}" for name, width in columns.items()) + f"{'ratio':>7}")
    with _databases() as urls:
        for name, url in urls.items():
            for processes in arguments.processes:
                for threads in arguments.threads:
                    _compare(name, url, processes, threads, arguments.seconds)


def _compare(name: str, url: str, processes: int, threads: int, seconds: float) -> None:
    rates: dict[type[Storage], list[float]] = {OneCommitEach: [], Storage: []}
    times: dict[type[Storage], list[float]] = {OneCommitEach: [], Storage: []}
    for _ in range(ROUNDS):
        for kind in (OneCommitEach, Storage):
            taken = _run_processes(kind, url, processes, threads, seconds / ROUNDS)
            rates[kind].append(len(taken) / (seconds / ROUNDS))
            times[kind] += taken
    reference = statistics.median(rates[OneCommitEach])
    for kind, way in ((OneCommitEach, "one commit each"), (Storage, "grouped")):
        rate = statistics.median(rates[kind])
        percentiles = statistics.quantiles(times[kind], n=100)
        print(
            f"{name:>11}{processes:>10}{threads:>8}{way:>17}{rate:>11.0f}{percentiles[49] * 1e3:>9.2f}"
            f"{percentiles[98] * 1e3:>9.2f}{rate / reference:>7.2f}",
            flush=True,
        )


def _run_processes(kind: type[Storage], url: str, processes: int, threads: int, seconds: float) -> list[float]:
    if processes == 1:
        return _run_threads(kind, url, threads, seconds)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        each = max(1, threads // processes)
        parts = pool.starmap(_run_threads, [(kind, url, each, seconds)] * processes)
    return [time for part in parts for time in part]


def _run_threads(kind: type[Storage], url: str, threads: int, seconds: float) -> list[float]:
    storage = kind(url)
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def client() -> None:
        while (started := time.perf_counter()) < end:
            receive_response(storage, KEY, make_submission(answers=ANSWERS), NOW)
            taken.append(time.perf_counter() - started)

    workers = [threading.Thread(target=client) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    storage.close()
    return taken


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    server = PostgresServer()
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            urls = {"sqlite": f"sqlite:///{Path(folder) / 'survey.db'}", "postgresql": server.create_database("bench")}
            for url in urls.values():
                engine = make_engine(url)
                upgrade(engine)
                engine.dispose()
                store_wave(Storage(url))
            yield urls
    finally:
        server.remove()


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each way, in three turns")
    parser.add_argument("--threads", type=_numbers, default=[1, 8, 32], help="clients that wait at the same moment")
    parser.add_argument("--processes", type=_numbers, default=[1, 2])
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
