"""Runs every simulation, writes tables and figure (10 minutes): `python -m tests.benchmarks.simulate_coverage`.

Options: `--quick` (a trial run in build/), `--samples N` (20,000 for intervals and looks, a tenth for the rest),
`--out DIR` (docs/simulation), `--page FILE` (docs/simulation.md, whose tables are written anew between their marks).
"""

import argparse
from pathlib import Path

import numpy as np

from tests.benchmarks import simulated_errors, simulated_intervals, simulated_looks, simulated_ranks
from tests.benchmarks.simulated_samples import SCENARIOS
from tests.benchmarks.simulation_figure import figure
from tests.benchmarks.simulation_tables import fill_page, write_rows

DOCS = Path(__file__).parents[2] / "docs"
SEED = 20_260_301


def run(samples: int, out: Path) -> None:
    """Every part draws from a seed of its own, so that a second run writes the same files."""
    randoms = [np.random.default_rng([SEED, part]) for part in range(4)]
    coverage, verdicts = [], []
    for scenario in SCENARIOS:
        rows, verdict = simulated_intervals.simulate(scenario, samples, randoms[0])
        coverage += rows
        verdicts.append(verdict)
        print(scenario.name, flush=True)
    few = max(samples // 10, 20)
    looks = [row for wave in simulated_looks.WAVES for row in simulated_looks.simulate(wave, samples, randoms[1])]
    ranks = [row for street in simulated_ranks.RANKINGS for row in simulated_ranks.simulate(street, few, randoms[2])]
    errors = [row for town in simulated_errors.TOWNS for row in simulated_errors.simulate(town, few, randoms[3])]
    out.mkdir(parents=True, exist_ok=True)
    tables = {"coverage": coverage, "verdicts": verdicts, "looks": looks, "ranks": ranks, "errors": errors}
    for name, table in tables.items():
        write_rows(out / f"{name}.csv", table)
    (out / "coverage.svg").write_text(figure(coverage), encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--samples", type=int, default=20_000)
    options.add_argument("--out", type=Path, default=DOCS / "simulation")
    options.add_argument("--page", type=Path, default=DOCS / "simulation.md")
    options.add_argument("--quick", action="store_true", help="500 samples into build/simulation, no page")
    chosen = options.parse_args()
    if chosen.quick:
        run(500, DOCS.parent / "build" / "simulation")
        return
    run(chosen.samples, chosen.out)
    if chosen.page.exists():
        chosen.page.write_text(fill_page(chosen.page.read_text(encoding="utf-8"), chosen.out), encoding="utf-8")


if __name__ == "__main__":
    main()
