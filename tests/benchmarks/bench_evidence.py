"""Processor seconds and peak memory of the evidence bundle of a large wave. Run by hand.

    .venv/bin/python -m tests.benchmarks.bench_evidence [--rows 100000 1000000]

The demonstration's answers crossed with each other (large_wave.py); each bundle in a process of its own.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from survey.actions.results.make_evidence import make_evidence
from survey.storage import Storage
from tests.benchmarks.bench_pages import make_large_wave, peak_memory
from tests.demonstration import SECRET_KEY, WAVE


def measure(url: str) -> None:
    """One line of the table."""
    storage, began = Storage(url), time.process_time()
    with tempfile.TemporaryFile() as target:
        made = make_evidence(storage, WAVE, SECRET_KEY, target, datetime.now(UTC), "a benchmark")
        size = target.seek(0, 2) / 1e6
    seconds = time.process_time() - began
    print(f"| {sum(made.rows.values()):,} | {seconds:.0f} | {peak_memory():.0f} | {size:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        measure(chosen.one)
        return
    print("| responses in it | processor seconds | peak memory, MB | zip, MB |\n|---:|---:|---:|---:|", flush=True)
    for rows in chosen.rows:
        with tempfile.TemporaryDirectory() as folder:
            url = make_large_wave(Path(folder), rows)
            subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_evidence", "--one", url], check=True)


if __name__ == "__main__":
    main()
