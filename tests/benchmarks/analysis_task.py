"""The one task that every program of bench_analysis does, as data and as a plan of ours.

Ten 0/1 items in twenty domains that cut across 400 PSUs in 20 strata, 5 % of the answers missing, weights raked to
four margins with 32 levels to 1e-10: share, standard error with the residual of the raking, 95 % interval.
"""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ITEMS = tuple(f"item_{k}" for k in range(10))
MARGINS = {"sex": 2, "age": 6, "street": 16, "schooling": 8}
STRATA, PSUS_PER_STRATUM, DOMAINS = 20, 20, 20
POPULATION = 1_000_000
TOLERANCE = 1e-10


@dataclass(frozen=True)
class Task:
    """Integer codes of every column, each of shape (n,); answers 0, 1 and -1 for missing; margin totals by level."""

    stratum: Any
    psu: Any
    domain: Any
    weight: Any
    margins: dict[str, Any]
    items: dict[str, Any]
    totals: dict[str, Any]

    @property
    def n(self) -> int:
        return int(self.weight.shape[0])

    @property
    def bytes(self) -> int:
        """Size of the columns as they are given."""
        columns = [self.stratum, self.psu, self.domain, self.weight, *self.margins.values(), *self.items.values()]
        return sum(column.nbytes for column in columns)


def make_task(n: int, seed: int = 20_260_301) -> Task:
    """The same rows in every program. PSUs differ in level, so that the design effect is well above 1."""
    random = np.random.default_rng(seed)
    psu = np.arange(n) % (STRATA * PSUS_PER_STRATUM)
    level = random.normal(0, 0.4, STRATA * PSUS_PER_STRATUM)
    margins = {name: random.integers(0, levels, n).astype(np.int8) for name, levels in MARGINS.items()}
    items = {}
    for k, name in enumerate(ITEMS):
        chance = 1 / (1 + np.exp(-(1.0 + 0.1 * k + level[psu] + 0.3 * (margins["sex"] == 1))))
        yes = random.random(n) < chance
        items[name] = np.where(random.random(n) < 0.05, -1, yes).astype(np.int8)
    return Task(
        stratum=(psu // PSUS_PER_STRATUM).astype(np.int16),
        psu=psu.astype(np.int16),
        domain=random.integers(0, DOMAINS, n).astype(np.int8),
        weight=random.uniform(0.5, 2.0, n) * POPULATION / n,
        margins=margins,
        items=items,
        totals={name: _totals(levels, random) for name, levels in MARGINS.items()},
    )


def _totals(levels: int, random: np.random.Generator) -> Any:
    share = random.uniform(0.7, 1.3, levels)
    return POPULATION * share / share.sum()


def plan_of(task: Task, replicates: str = "none") -> dict[str, Any]:
    """The task in the words of a plan."""
    return {
        "design": {
            "weight": "weight",
            "strata": ["stratum"],
            "psu": ["psu"],
            "replicates": {"type": replicates, "mse": True},
        },
        "calibration": [
            {
                "method": "rake",
                "tolerance": TOLERANCE,
                "margins": [
                    {"by": [name], "totals": {str(level): float(total) for level, total in enumerate(totals)}}
                    for name, totals in task.totals.items()
                ],
            }
        ],
        "indicators": [{"id": name, "item": name, "rule": "share", "count": [1]} for name in ITEMS],
        "domains": [["domain"]],
        "interval": {"method": ["xlogit"], "level": 0.95},
    }


def write_csv(task: Task, folder: Path) -> None:
    """Rows and totals as files, for programs that cannot be handed arrays."""
    columns = {"stratum": task.stratum, "psu": task.psu, "domain": task.domain, "weight": task.weight}
    columns |= task.margins | task.items
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        answers = [["" if value == -1 else repr(value) for value in column.tolist()] for column in columns.values()]
        writer.writerows(zip(*answers, strict=True))
    with (folder / "totals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["margin", "level", "Freq"])
        for name, totals in task.totals.items():
            writer.writerows((name, level, repr(float(total))) for level, total in enumerate(totals))


def write_parquet(task: Task, file: Path) -> None:
    """All columns and twenty that no plan asks for; codes of one or two bytes, null where missing."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"weight": pa.array(task.weight)}
    codes = {"stratum": task.stratum, "psu": task.psu, "domain": task.domain, **task.margins, **task.items}
    columns |= {name: pa.array(column, mask=column < 0) for name, column in codes.items()}
    random = np.random.default_rng(1)
    columns |= {f"other_{k}": pa.array(random.integers(0, 9, task.n).astype(np.int8)) for k in range(20)}
    parquet.write_table(pa.table(columns), file)


if __name__ == "__main__":
    write_parquet(make_task(int(sys.argv[1])), Path(sys.argv[2]))
