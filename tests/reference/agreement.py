"""How closely our numbers and R's agree: every comparison is asserted and kept; build/agreement.md shows the largest.

Each process of a test run leaves its differences in build/agreement/; whoever ends last writes the page of all.
"""

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

BUILD = Path(__file__).parents[2] / "build"
QUANTITIES = ("weights", "estimate", "standard error", "deff", "limits", "test")
ROUNDING = 1e-9  # numbers that are zero up to rounding have no relative difference

_largest: dict[tuple[str, str], tuple[int, float]] = {}


def agree(
    method: str,
    quantity: str,
    found: ArrayLike | Sequence[float | None],
    expected: ArrayLike,
    rel: float,
    abs: float = 0.0,
) -> None:
    """Asserts that numbers are equal to `rel` (or `abs`) and keeps the largest relative difference of the method."""
    ours, theirs = np.atleast_1d(np.asarray(found, dtype=float)), np.atleast_1d(np.asarray(expected, dtype=float))
    assert quantity in QUANTITIES
    assert ours == pytest.approx(theirs, rel=rel, abs=abs), f"{method}: {quantity}"
    counts = np.abs(theirs) > ROUNDING
    differences = np.abs(ours[counts] / theirs[counts] - 1)
    before, largest = _largest.get((method, quantity), (0, 0.0))
    after = max(largest, float(differences.max(initial=0.0)))
    _largest[method, quantity] = (before + ours.size, after)


def keep(folder: Path = BUILD) -> None:
    """Leaves this process's differences beside those of the same run and writes the page."""
    if not _largest:
        return
    run, worker = os.environ.get("PYTEST_XDIST_TESTRUNUID", "one"), os.environ.get("PYTEST_XDIST_WORKER", "main")
    parts = folder / "agreement"
    parts.mkdir(parents=True, exist_ok=True)
    with (parts / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for old in parts.glob("*.json"):
            if not old.name.startswith(f"{run}-") or old.name == f"{run}-{worker}.json":
                old.unlink()
        rows = [[method, quantity, *values] for (method, quantity), values in _largest.items()]
        (parts / f"{run}-{worker}.json").write_text(json.dumps(rows), encoding="utf-8")
        everything = [
            row for part in sorted(parts.glob("*.json")) for row in json.loads(part.read_text(encoding="utf-8"))
        ]
        (folder / "agreement.md").write_text(page(everything), encoding="utf-8")


def page(rows: Sequence[Sequence[str | float]]) -> str:
    """The table: one line for each method, the largest relative difference of each quantity."""
    counts: dict[str, int] = {}
    largest: dict[tuple[str, str], float] = {}
    for method, quantity, count, difference in rows:
        counts[str(method)] = counts.get(str(method), 0) + int(count)
        key = (str(method), str(quantity))
        largest[key] = max(largest.get(key, 0.0), float(difference))
    header = ["method", "numbers compared", *QUANTITIES]
    lines = [header, ["---", *["---:"] * (len(header) - 1)]]
    for method in sorted(counts):
        cells = [f"{largest[method, name]:.0e}" if (method, name) in largest else "" for name in QUANTITIES]
        lines.append([method, str(counts[method]), *cells])
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"# Largest relative difference between Minyi and R\n\nWritten by tests/reference.\n\n{text}\n"
