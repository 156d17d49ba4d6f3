"""Time and peak memory of writing an export: 100,000 responses of 30 items, more by --rows. Run by hand.

    .venv/bin/python -m tests.benchmarks.bench_exports [--rows 1000000] [--formats csv,parquet]

Each format is written in a process of its own, because the peak of a process never goes down again; the responses are
made in memory one by one, so that neither time nor memory holds the database. `nothing` makes them and writes none.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from survey.exchange.export.csv_file import write_csv
from survey.exchange.export.export_columns import export_columns
from survey.exchange.export.labelled_file import write_dta, write_sav
from survey.exchange.export.parquet_file import write_parquet
from survey.exchange.export.xlsx_file import write_xlsx
from survey.instrument.choice import Choice
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text
from survey.programme.area import AreaTree
from survey.response.response import Response
from tests.unit.exchange.samples import QUESTIONNAIRE, make_response

FORMATS = ("nothing", "csv", "parquet", "xlsx", "sav", "dta")
CODES = ("1", "2", "3", "4", "5")
ITEMS = 30


def thirty_items() -> Questionnaire:
    from dataclasses import replace

    choices = tuple(Choice(code, Text(f"第{code}档", f"level {code}")) for code in CODES)
    items = tuple(
        Item(f"q{k}", ItemType.SELECT_ONE, Text(f"第{k}题", f"question {k}"), choices=choices) for k in range(ITEMS)
    )
    section = replace(QUESTIONNAIRE.sections[0], items=items)
    return replace(QUESTIONNAIRE, sections=(section,), in_population=None)


def responses(count: int) -> Iterator[Response]:
    drawn = random.Random(1)
    for _ in range(count):
        yield make_response({f"q{k}": drawn.choice(CODES) for k in range(ITEMS)})


def write(kind: str, rows: int, folder: Path) -> int:
    columns, path = export_columns(thirty_items(), AreaTree(())), folder / f"wave.{kind}"
    if kind == "nothing":
        return sum(1 for _ in responses(rows))
    if kind in {"sav", "dta"}:
        return (write_sav if kind == "sav" else write_dta)(path, columns, responses(rows), "wave")
    return {"csv": write_csv, "parquet": write_parquet, "xlsx": write_xlsx}[kind](path, columns, responses(rows))


def measure(kind: str, rows: int) -> None:
    """One line of the table: processor seconds, which a busy machine does not lengthen, and the peak."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        written = write(kind, rows, Path(folder))
        seconds = time.process_time() - start
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {kind} | {written:,} | {seconds:.1f} | {peak:.0f} | {size:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        measure(chosen.one, chosen.rows)
        return
    print("| format | rows | processor seconds | peak memory, MB | file, MB |\n|---|---:|---:|---:|---:|", flush=True)
    for kind in chosen.formats.split(","):
        again = [sys.executable, "-m", "tests.benchmarks.bench_exports", "--one", kind, "--rows", str(chosen.rows)]
        subprocess.run(again, check=True)


if __name__ == "__main__":
    main()
