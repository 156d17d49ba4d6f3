"""Pages of the staff on a wave of a million responses: processor seconds and peak memory of each. Run by hand.

    .venv/bin/python -m tests.benchmarks.bench_pages [--rows 1000000]

The demonstration district, its responses crossed with each other until there are so many (large_wave.py); the stored
results stay those of the district, as pages read them. Each page is asked for twice in a process of its own.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from survey.actions.accounts.find_account import find_account_by_email
from survey.actions.results.keep_counts import keep_counts
from survey.app import create_app
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.migrate import upgrade
from survey.storage.waves import load_indicators
from tests.benchmarks.large_wave import multiply
from tests.demonstration import DISTRICT_ANALYST, OFFICE, SECRET_KEY, WAVE, load_demonstration
from tests.web.conftest import open_session, storage_of

PAGES = {
    "results of the wave": (DISTRICT_ANALYST, "/staff/results/{wave}"),
    "one indicator": (DISTRICT_ANALYST, "/staff/results/{wave}/indicators/{indicator}"),
    "estimates as CSV": (DISTRICT_ANALYST, "/staff/results/{wave}/estimates.csv"),
    "table of figures": (DISTRICT_ANALYST, "/staff/results/{wave}/table"),
    "cross-table": (DISTRICT_ANALYST, "/staff/results/{wave}/crosstab"),
    "ranks": (DISTRICT_ANALYST, "/staff/results/{wave}/ranks"),
    "other rules and modes": (DISTRICT_ANALYST, "/staff/results/{wave}/rules"),
    "trend": (DISTRICT_ANALYST, "/staff/results/{wave}/trend"),
    "live wave": (DISTRICT_ANALYST, "/staff/results/{wave}/live"),
    "release": (DISTRICT_ANALYST, "/staff/results/{wave}/release"),
    "integrity: list": (DISTRICT_ANALYST, "/staff/results/{wave}/integrity"),
    "integrity: one answer": (DISTRICT_ANALYST, "/staff/results/{wave}/integrity/{found}"),
    "integrity: effect of one answer": (DISTRICT_ANALYST, "/staff/results/{wave}/integrity/effect?response={found}"),
    "review of answers": (DISTRICT_ANALYST, "/staff/results/{wave}/review"),
    "patterns of interviewers": (DISTRICT_ANALYST, "/staff/results/{wave}/patterns"),
    "conflicts": (DISTRICT_ANALYST, "/staff/results/{wave}/conflicts"),
    "open texts": (DISTRICT_ANALYST, "/staff/results/{wave}/texts"),
    "open texts: search": (DISTRICT_ANALYST, "/staff/results/{wave}/texts/{text}?q=停车"),
    "open texts: coding": (DISTRICT_ANALYST, "/staff/results/{wave}/texts/{text}/code"),
    "open texts: categories": (DISTRICT_ANALYST, "/staff/results/{wave}/texts/{text}/categories"),
    "list of waves": (OFFICE, "/staff/waves/"),
    "wave at the office": (OFFICE, "/staff/waves/{wave}"),
    "fieldwork": (OFFICE, "/staff/fieldwork/{wave}"),
}
OPEN_QUESTION = "e3"


def make_large_wave(folder: Path, rows: int) -> str:
    """The URL of the demonstration with about `rows` responses (0: as it is), numbers of hours kept as after a run."""
    template = folder / "template.db"
    empty = Storage(f"sqlite:///{template}")
    upgrade(empty.engine)
    empty.close()
    url = f"sqlite:///{load_demonstration(template, folder).database}"
    if rows:
        storage = Storage(url)
        multiply(storage, rows)
        keep_counts(storage, WAVE, datetime.now(UTC))
        storage.close()
    return url


def count(storage: Storage) -> int:
    with storage.read() as session:
        query = text("SELECT count(*) FROM response WHERE wave = :wave")
        return int(session.execute(query, {"wave": WAVE}).scalar_one())


def measure(name: str, url: str, folder: str) -> None:
    """One line of the table: the first time and the second."""
    values = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "SURVEY_ENV": "test", "SURVEY_VAR": folder}
    app = create_app(read_settings(values))
    storage = storage_of(app)
    email, address = PAGES[name]
    found = find_account_by_email(storage, email)
    if found is None:
        raise SystemExit(f"the demonstration has no account {email}")
    client = app.test_client()
    open_session(app, client, found.account)
    with storage.read() as session:
        indicator = load_indicators(session, WAVE)[0][0]
        found_answer = session.execute(text("SELECT min(response_id) FROM integrity_finding")).scalar_one()
    address = address.format(wave=WAVE, indicator=indicator, found=found_answer, text=OPEN_QUESTION)
    seconds = []
    for _ in range(2):
        began = time.process_time()
        answer = client.get(address)
        seconds.append(time.process_time() - began)
    first, again = seconds
    told = f"| {name} | {answer.status_code} | {count(storage):,} | {first:.2f} | {again:.2f} | {peak_memory():.0f} |"
    print(told, flush=True)


def peak_memory() -> float:
    """Largest resident memory of this process in MB; getrusage would tell that of the process it was started from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[0, 1_000_000])
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        measure(*chosen.one)
        return
    print(
        "| page | status | responses | first, s | again, s | peak memory, MB |\n|---|---:|---:|---:|---:|---:|",
        flush=True,
    )
    for rows in chosen.rows:
        with tempfile.TemporaryDirectory() as folder:
            url = make_large_wave(Path(folder), rows)
            for name in PAGES:
                again = [sys.executable, "-m", "tests.benchmarks.bench_pages", "--one", name, url, folder]
                subprocess.run(again, check=True)


if __name__ == "__main__":
    main()
