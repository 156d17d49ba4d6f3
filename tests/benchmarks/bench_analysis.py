"""The engine beside R's survey, Python peers and a bare numpy program: `python -m tests.benchmarks.bench_analysis`.

Options: `--rows 10000 100000 1000000`, `--repeats 5`, `--peers PYTHON` (an interpreter with svy, samplics,
statsmodels and balance; they are no requirement of the project), `--only PROGRAM …` (the rows of the others stay as
they were measured before; R, svy and samplics run beyond 100,000 rows only when they are named), `--out DIR`
(docs/benchmarks). Every program runs in a process of its own, on one processor, and is compared with a bare program of
the same run.
"""

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.analysis_task import DOMAINS, ITEMS, make_task, write_csv

ROOT = Path(__file__).parents[2]
ABOUT = """\
Ten items in twenty domains, weights raked to four margins with 32 levels to 1e-10, standard error with the residual of
the raking, intervals; 400 communities in 20 strata, 5 % missing. From categories in memory to figures in memory; the
engine also finds degrees of freedom, design effects, publication rules and flags, bare numpy does this task alone.
`engine-jackknife` rakes 400 replicates again, so its standard error is another one; `engine-parquet` begins with a file
of 38 columns, of which it reads 18. R, svy and samplics take minutes at a million rows and run there only when they are
named: R 1,109 s of processor where the engine takes 0.30 s, 3,700 times less. samplics leaves the raking out of its
error, statsmodels knows neither raking nor design, balance rakes and knows no design. Memory is the peak above the
data; "against columns" in multiples of the columns as small integers. "Differ" is the largest relative difference from
the bare program.

Beside other work on both processors, as here, a time is up to twice that of a quiet hour: read the ratios, which are to
a bare program of the same run. Rows of programs that were not run again (`--only`) are from earlier runs.
`python -m analysis run` on 10,000 rows of CSV took 1.1 s of processor in a busy hour, 0.6 of them the import of numpy,
scipy.special, pydantic and pyarrow; a plan of an open wave 1.2 s instead of 2.2, since it no longer waits for
scipy.stats.
A first run from the Parquet file of a million rows, which also loads libraries, peaked at 4.0 times the columns.

    .venv/bin/python -m tests.benchmarks.bench_analysis --peers PYTHON_WITH_SVY_SAMPLICS_STATSMODELS_BALANCE"""
REFERENCE, R = "bare-numpy", "R survey"
OURS, PEERS = (REFERENCE, "engine", "engine-jackknife", "engine-parquet"), ("svy", "samplics", "statsmodels", "balance")
PROGRAMS = (*OURS, *PEERS, R)
SLOW = {"svy": 100_000, "samplics": 100_000, R: 100_000}  # beyond, only when named
ONE_PROCESSOR = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Measured:
    """One program on one size: seconds, bytes, and how far its answers are from the bare program's."""

    program: str
    rows: int
    cpu: float
    wall: float
    memory: float
    columns: float
    cpu_ratio: float
    share_difference: float
    se_difference: float


def run_python(program: str, rows: int, repeats: int, interpreter: str) -> dict[str, Any] | None:
    command = [
        interpreter,
        "-W",
        "ignore",
        "-m",
        "tests.benchmarks.analysis_programs",
        program,
        str(rows),
        str(repeats),
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | ONE_PROCESSOR, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{program}: {done.stderr.strip()[-300:] or done.returncode}")
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if "missing" in found:
        print(f"{program}: not installed ({found['missing']})")
        return None
    return found


def run_r(rows: int) -> dict[str, Any] | None:
    if shutil.which("Rscript") is None:
        print("R survey: no Rscript found")
        return None
    with tempfile.TemporaryDirectory() as folder:
        task = make_task(rows)
        write_csv(task, Path(folder))
        command = ["Rscript", "--vanilla", str(ROOT / "tests/benchmarks/analysis_in_r.R"), folder]
        done = subprocess.run(command, env=os.environ | ONE_PROCESSOR, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"R survey: {done.stderr.strip()[-300:]}")
        return None
    first, share, se = ([float(number) for number in line.split()] for line in done.stdout.splitlines()[-3:])
    table = {"share": share, "se": se}
    shaped = {name: np.array(values).reshape(len(ITEMS), DOMAINS).tolist() for name, values in table.items()}
    return {"cpu": first[0], "wall": first[1], "memory": first[2], "columns": task.bytes, **shaped}


def compare(program: str, rows: int, found: dict[str, Any], reference: dict[str, Any]) -> Measured:
    def difference(name: str) -> float:
        ours, theirs = np.array(reference[name]), np.array(found[name])
        return float(np.abs(theirs / np.where(ours == 0, 1, ours) - (ours != 0)).max())

    return Measured(
        program, rows, found["cpu"], found["wall"], found["memory"], found["columns"],
        found["cpu"] / reference["cpu"], difference("share"), difference("se"),
    )  # fmt: skip


def measure(rows: int, repeats: int, peers: str, only: Sequence[str] | None) -> list[Measured]:
    """The programs on one size, each after the other; the bare program always, because the others are its multiples."""
    results: dict[str, dict[str, Any] | None] = {}
    for program in PROGRAMS:
        wanted = rows <= SLOW.get(program, rows) if only is None else program in only
        if program != REFERENCE and not wanted:
            continue
        if program == R:
            results[program] = run_r(rows)
        elif program in PEERS:
            results[program] = run_python(program, rows, 1, peers)
        else:
            results[program] = run_python(program, rows, repeats, sys.executable)
    reference = results[REFERENCE]
    if reference is None:
        raise SystemExit("the bare program did not run")
    return [compare(program, rows, found, reference) for program, found in results.items() if found]


def markdown(measured: list[Measured]) -> str:
    lines = [
        "| rows | program | processor s | against bare numpy | memory MB | against columns | shares differ | SE |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in measured:
        lines.append(
            f"| {one.rows:,} | {one.program} | {one.cpu:.3f} | {one.cpu_ratio:,.1f} | {one.memory / 1e6:,.0f} | "
            f"{one.memory / one.columns:,.1f} | {one.share_difference:.0e} | {one.se_difference:.0e} |"
        )
    return "\n".join(lines)


def kept(file: Path, measured: Sequence[Measured]) -> list[Measured]:
    """What was measured now, and what `file` tells of other programs and sizes, in the order of the table.

    A bare program that was run for others replaces none: the rows of a size that are kept are multiples of the old one.
    """
    found = {(one.rows, one.program): one for one in _read(file)}
    for one in measured:
        if one.program != REFERENCE or (one.rows, REFERENCE) not in found:
            found[one.rows, one.program] = one
    return [found[key] for key in sorted(found, key=lambda key: (key[0], PROGRAMS.index(key[1])))]


def _read(file: Path) -> list[Measured]:
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    numbers = [field.name for field in fields(Measured) if field.type is float]
    return [
        Measured(program=row["program"], rows=int(row["rows"]), **{name: float(row[name]) for name in numbers})
        for row in rows
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--peers", default=sys.executable)
    options.add_argument("--only", nargs="+", choices=PROGRAMS)
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    table, measured = chosen.out / "analysis.csv", list[Measured]()
    for rows in chosen.rows:
        measured += measure(rows, chosen.repeats, chosen.peers, chosen.only)
        every = kept(table, measured) if chosen.only else measured
        print(markdown(every), flush=True)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Measured)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in every)
    (chosen.out / "analysis.md").write_text(page(every), encoding="utf-8")


def page(measured: list[Measured]) -> str:
    machine = f"Python {platform.python_version()}, numpy {np.__version__}, one processor of {os.cpu_count()}"
    return f"# Speed and memory of the analysis\n\n{ABOUT}\n\n{machine}.\n\n{markdown(measured)}\n"


if __name__ == "__main__":
    main()
