"""Random plans, by us and by R's `survey` alone (random_plans.R): `python -m tests.reference.random_plans --plans 300`.

Each plan draws a design, weighting steps, indicators, domains, contrasts and cross tables on its own small sample.
Every number of R is compared with ours; what differs by more than 1e-6 is listed, and the command ends with an error.
"""

import argparse
import csv
import json
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.fault import FaultsFound
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.result import Estimate, Result
from tests.reference.random_town import RandomTown, random_town

HERE = Path(__file__).parent
LIMIT = 1e-6
ZERO = 1e-9  # a standard error below this part of its estimate is rounding


@dataclass
class Agreement:
    """What was compared: numbers and largest difference of each quantity, and what differs beyond the limit."""

    compared: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    largest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    differing: list[str] = field(default_factory=list)
    refused_by_both: int = 0
    left_by_r: list[int] = field(default_factory=list)

    def add(self, where: str, quantity: str, ours: float | None, theirs: float) -> None:
        """One number; `ours` is None where we have none."""
        kind = quantity.split(maxsplit=1)[0]
        self.compared[kind] += 1
        size = max(abs(theirs), 1e-3 if kind in {"lower", "upper"} else ZERO)
        away = math.inf if ours is None else abs(ours - theirs) / size
        self.largest[kind] = max(self.largest[kind], away)
        if not away <= LIMIT:
            self.differing.append(f"{where}: {quantity}: R {theirs:.12g}, here {ours}")


def compare(plans: Sequence[int], folder: Path) -> Agreement:
    """Makes the plans of these seeds in `folder`, runs all by us and by one process of R, and compares."""
    towns = {seed: random_town(seed) for seed in plans}
    ours: dict[int, Mapping[str, Mapping[str, float | None]] | str] = {}
    for seed, town in towns.items():
        town.write(folder / str(seed))
        try:
            ours[seed] = numbers_of(run_plan(parse_plan(town.plan), folder=folder / str(seed)))
        except FaultsFound as found:
            ours[seed] = str(found.faults[0])
    command = ["Rscript", str(HERE / "random_plans.R"), str(folder), *map(str, plans)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr[-2000:])
    agreement = Agreement()
    rows = _read(folder / "r.csv")
    stopped = {plan: figure for plan, figure, quantity, _ in rows if quantity == "stopped"}
    for seed, town in towns.items():
        mine = ours[seed]
        if isinstance(mine, str) and seed in stopped:
            agreement.refused_by_both += 1
        elif isinstance(mine, str) or seed in stopped:
            who = f"refused here: {mine}" if isinstance(mine, str) else f"R {stopped[seed]}"
            agreement.differing.append(f"plan {seed} ({town.name}): {who}")
        else:
            of_plan = [(figure, quantity, value) for plan, figure, quantity, value in rows if plan == seed]
            _compare_plan(agreement, town, of_plan, mine)
    return agreement


def _read(path: Path) -> list[tuple[int, str, str, float]]:
    """Plan, figure, quantity, value; NaN where R has none."""
    with path.open(newline="") as file:
        return [
            (int(row["plan"]), row["figure"], row["quantity"], float(row["value"].replace("NA", "nan")))
            for row in csv.DictReader(file)
        ]


def _compare_plan(
    agreement: Agreement,
    town: RandomTown,
    rows: Sequence[tuple[str, str, float]],
    ours: Mapping[str, Mapping[str, float | None]],
) -> None:
    missed = sum(value for figure, quantity, value in rows if quantity == "missed")
    if missed > ours["weights"]["missed"]:  # R's steps go in circles around totals that can be met: statistics.md, 5
        agreement.left_by_r.append(town.seed)
        return
    estimate_of = {figure: value for figure, quantity, value in rows if quantity == "estimate"}
    error_of = {figure: value for figure, quantity, value in rows if quantity == "se"}
    for figure, quantity, theirs in rows:
        if math.isnan(theirs) or quantity == "missed":
            continue
        mine = ours.get(figure, {}).get(quantity)
        size = max(abs(estimate_of.get(figure, 1.0)), 1e-3)
        fixed = error_of.get(figure, size) < 1e-7 * size  # by the margins, or because all answer alike: rounding errors
        if fixed and (quantity == "deff" or (quantity == "se" and (mine or 0.0) < 1e-7 * size)):
            continue
        if quantity == "deff" and not 1e-6 < theirs < 1e6:
            continue
        agreement.add(f"plan {town.seed} ({town.name}), {figure}", quantity, mine, theirs)


def numbers_of(result: Result) -> dict[str, dict[str, float | None]]:
    """Our numbers under the names that random_plans.R gives to its own."""
    found: dict[str, dict[str, float | None]] = {}
    weights = result.weights.values
    missed = sum(warning.startswith("replicates: some cannot meet") for warning in result.warnings)
    found["weights"] = {"squares": float((weights**2).sum()), "sum": float(weights.sum()), "missed": missed}
    for estimate in result.estimates:
        found[_name(estimate)] = dict(_of_estimate(estimate))
    counted: dict[str, int] = defaultdict(int)
    for contrast in result.contrasts:
        counted[contrast.indicator] += 1
        name = f"contrast {contrast.indicator} {counted[contrast.indicator]}"
        found[name] = {"estimate": contrast.estimate, "se": contrast.se}
    for table in result.crosstabs:
        found[f"crosstab {table.row} {table.column}"] = {"statistic": table.statistic, "df_num": table.df_num}
    return found


def _name(estimate: Estimate) -> str:
    of = estimate.indicator if estimate.category is None else f"{estimate.indicator}={estimate.category}"
    return f"{of} {','.join(estimate.domain)} {'|'.join(estimate.domain.values()) or 'everyone'}"


def _of_estimate(estimate: Estimate) -> Iterator[tuple[str, float | None]]:
    yield from (("estimate", estimate.estimate), ("se", estimate.se), ("df", estimate.df), ("deff", estimate.deff))
    for interval in estimate.intervals:
        yield f"lower {interval.method} {interval.level:g}", interval.lower
        yield f"upper {interval.method} {interval.level:g}", interval.upper


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=300, help="how many")
    parser.add_argument("--first", type=int, default=1, help="seed of the first plan")
    parser.add_argument("--out", type=Path, help="folder that keeps plans, data and R's numbers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        agreement = compare(range(options.first, options.first + options.plans), options.out or Path(temporary))
    for line in agreement.differing:
        print(line)
    print(f"{'quantity':12} {'compared':>9} largest relative difference")
    for quantity, count in sorted(agreement.compared.items()):
        print(f"{quantity:12} {count:9d} {agreement.largest[quantity]:.1e}")
    summary = {
        "plans": options.plans,
        "numbers": sum(agreement.compared.values()),
        "refused by both": agreement.refused_by_both,
        "not met by R's steps": agreement.left_by_r,
        "differing": len(agreement.differing),
    }
    print(json.dumps(summary))
    return 1 if agreement.differing else 0


if __name__ == "__main__":
    sys.exit(main())
