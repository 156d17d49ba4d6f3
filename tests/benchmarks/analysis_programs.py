"""The programs that bench_analysis compares, each in a process of its own: `python -m … NAME ROWS REPEATS`.

A program takes the task and returns shares and standard errors of shape (items, domains). What is timed starts with
columns of codes in memory and ends with the intervals; reading files and importing libraries is outside.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.analysis_task import DOMAINS, ITEMS, PSUS_PER_STRATUM, STRATA, TOLERANCE, Task, make_task, plan_of

if TYPE_CHECKING:
    from analysis.result import Estimate

Answer = tuple[Any, Any]
Prepared = Callable[[], Answer]


def engine(task: Task, replicates: str = "none") -> Prepared:
    """Our `run_plan`, from a pandas frame of categories."""
    import pandas as pd

    from analysis.frame import frame_of
    from analysis.pipeline import run_plan
    from analysis.plan_file import parse_plan

    table = pd.DataFrame({"weight": task.weight})
    columns = {"stratum": task.stratum, "psu": task.psu, "domain": task.domain, **task.margins, **task.items}
    for name, codes in columns.items():
        categories = [str(level) for level in range(int(codes.max()) + 1)]
        table[name] = pd.Categorical.from_codes(codes, categories=categories)
    plan = parse_plan(plan_of(task, replicates))

    def run() -> Answer:
        return _of_items(run_plan(plan, frame=frame_of(table)).estimates)

    return run


def engine_jackknife(task: Task) -> Prepared:
    """The same with 400 jackknife replicates, every one raked again."""
    return engine(task, "jkn")


def engine_parquet(task: Task) -> Prepared:
    """From a Parquet file of the rows, with twenty more columns that the plan does not name."""
    from analysis.pipeline import run_plan
    from analysis.plan_file import parse_plan

    folder = tempfile.TemporaryDirectory()
    # Written by a process of its own: memory that writing needed would be found again by reading.
    write = ("-m", "tests.benchmarks.analysis_task", str(task.n), f"{folder.name}/rows.parquet")
    subprocess.run([sys.executable, *write], check=True)
    plan = parse_plan(plan_of(task) | {"data": {"file": "rows.parquet"}})

    def run() -> Answer:
        return _of_items(run_plan(plan, folder=Path(folder.name)).estimates)

    return run


def _of_items(figures: Sequence[Estimate]) -> Answer:
    """Shares and standard errors in the order of items and domains."""
    place = {(figure.indicator, figure.domain["domain"]): figure for figure in figures}
    found = [[place[item, str(domain)] for domain in range(DOMAINS)] for item in ITEMS]
    return [[f.estimate for f in row] for row in found], [[f.se for f in row] for row in found]


def bare_numpy(task: Task) -> Prepared:
    """This one task and nothing else, from integer codes: no checks, no other rule, design or flag."""
    from scipy.special import expit, logit, stdtrit

    psus, sizes = STRATA * PSUS_PER_STRATUM, [len(totals) for totals in task.totals.values()]
    cells, totals = int(np.prod(sizes)), list(task.totals.values())
    level = np.unravel_index(np.arange(cells), sizes)
    ends = np.cumsum([0, *sizes])
    blocks = [slice(start, stop) for start, stop in pairwise(ends)]
    x = np.hstack([np.eye(size)[part] for part, size in zip(level, sizes, strict=True)])

    def run() -> Answer:
        cell = np.zeros(task.n, dtype=np.int64)
        for codes, size in zip(task.margins.values(), sizes, strict=True):
            cell *= size
            cell += codes
        base, count = np.bincount(cell, task.weight, cells), np.bincount(cell, minlength=cells).astype(float)
        weight, worst = base.copy(), 1.0
        while worst > TOLERANCE:
            for part, total in zip(level, totals, strict=True):
                weight *= (total / np.bincount(part, weight))[part]
            gaps = (np.bincount(part, weight) / total - 1 for part, total in zip(level, totals, strict=True))
            worst = max(np.abs(gap).max() for gap in gaps)
        w = task.weight * np.divide(weight, base, out=np.ones(cells), where=base > 0)[cell]
        psu_level = np.bincount(task.psu.astype(np.int64) * cells + cell, w, psus * cells).reshape(psus, cells) @ x
        gram = x.T @ (x * count[:, None])
        held = np.maximum(np.diag(gram), 1)[:, None]
        psu_domain = (task.psu.astype(np.int64) * DOMAINS + task.domain) * 3 + 1
        cell_domain = (cell * DOMAINS + task.domain) * 3 + 1
        shares, errors = [], []
        for codes in task.items.values():
            by_psu = np.bincount(psu_domain + codes, w, psus * DOMAINS * 3).reshape(psus, DOMAINS, 3)
            by_cell = np.bincount(cell_domain + codes, minlength=cells * DOMAINS * 3).reshape(cells, DOMAINS, 3)
            sums = by_psu.sum(axis=0)
            base_weight = sums[:, 1] + sums[:, 2]
            p = sums[:, 2] / base_weight
            z = x.T @ ((by_cell[:, :, 2] * (1 - p) - by_cell[:, :, 1] * p) / base_weight)
            beta = np.zeros_like(z)
            for _ in range(10):
                for block in blocks:
                    beta[block] += (z[block] - gram[block] @ beta) / held[block]
            t = (by_psu[:, :, 2] * (1 - p) - by_psu[:, :, 1] * p) / base_weight - psu_level @ beta
            t = t.reshape(STRATA, PSUS_PER_STRATUM, DOMAINS)
            spread = ((t - t.mean(axis=1, keepdims=True)) ** 2).sum(axis=(0, 1))
            se = np.sqrt(spread * PSUS_PER_STRATUM / (PSUS_PER_STRATUM - 1))
            with np.errstate(divide="ignore", invalid="ignore"):
                half = stdtrit(psus - STRATA, 0.975) * se / (p * (1 - p))
                expit(logit(p) - half), expit(logit(p) + half)
            shares.append(p)
            errors.append(se)
        return np.array(shares), np.array(errors)

    return run


def svy(task: Task) -> Prepared:
    """svy: rake, then prop of each item by domain."""
    import polars as pl
    import svy as library

    columns = {"stratum": task.stratum, "psu": task.psu, "domain": task.domain, "weight": task.weight, **task.margins}
    answers = {name: pl.Series(np.where(codes < 0, np.nan, codes)).fill_nan(None) for name, codes in task.items.items()}
    table = pl.DataFrame({**columns, **answers})
    controls = {name: dict(enumerate(totals.tolist())) for name, totals in task.totals.items()}

    def run() -> Answer:
        sample = library.Sample(table, library.Design(stratum="stratum", psu="psu", wgt="weight"))
        sample = sample.weighting.rake(controls=controls, tol=TOLERANCE, max_iter=1000)
        shares, errors = np.zeros((len(ITEMS), DOMAINS)), np.zeros((len(ITEMS), DOMAINS))
        for k, item in enumerate(ITEMS):
            for row in sample.estimation.prop(item, by="domain", drop_nulls=True).to_polars().iter_rows(named=True):
                if float(row[item]) == 1.0:
                    shares[k, int(row["domain"])], errors[k, int(row["domain"])] = row["est"], row["se"]
        return shares, errors

    return run


def samplics(task: Task) -> Prepared:
    """samplics: rake, then TaylorEstimator of each item by domain. Its standard error knows nothing of the raking."""
    import pandas as pd
    from samplics.estimation import TaylorEstimator
    from samplics.utils.types import PopParam
    from samplics.weighting import SampleWeight

    margins = {name: pd.Series(codes.astype(int)) for name, codes in task.margins.items()}
    controls = {name: dict(enumerate(totals.tolist())) for name, totals in task.totals.items()}
    answers = {name: np.where(codes < 0, np.nan, codes) for name, codes in task.items.items()}

    def run() -> Answer:
        weight = SampleWeight().rake(
            task.weight, margins=margins, control=controls, tol=TOLERANCE, ctrl_tol=TOLERANCE, max_iter=1000
        )
        shares, errors = np.zeros((len(ITEMS), DOMAINS)), np.zeros((len(ITEMS), DOMAINS))
        for k, item in enumerate(ITEMS):
            taylor = TaylorEstimator(PopParam.mean)
            taylor.estimate(
                answers[item], weight, stratum=task.stratum, psu=task.psu, domain=task.domain, remove_nan=True
            )
            for domain in range(DOMAINS):
                shares[k, domain], errors[k, domain] = taylor.point_est[domain], taylor.stderror[domain]
        return shares, errors

    return run


def statsmodels(task: Task) -> Prepared:
    """statsmodels: DescrStatsW of each item and domain. No raking, no design: a weighted mean and its naive error."""
    from statsmodels.stats.weightstats import DescrStatsW

    def run() -> Answer:
        shares, errors = np.zeros((len(ITEMS), DOMAINS)), np.zeros((len(ITEMS), DOMAINS))
        for k, codes in enumerate(task.items.values()):
            for domain in range(DOMAINS):
                rows = (codes >= 0) & (task.domain == domain)
                stats = DescrStatsW(codes[rows].astype(float), task.weight[rows])
                shares[k, domain], errors[k, domain] = stats.mean, stats.std_mean
                stats.tconfint_mean()
        return shares, errors

    return run


def balance(task: Task) -> Prepared:
    """balance: rake, then weighted means and their variance by domain. Its error knows neither design nor raking."""
    import logging

    import pandas as pd
    from balance.stats_and_plots.weighted_stats import descriptive_stats
    from balance.weighting_methods.rake import rake

    logging.disable(logging.INFO)
    table = pd.DataFrame({name: codes.astype(str) for name, codes in task.margins.items()})
    answers = pd.DataFrame({name: np.where(codes < 0, np.nan, codes) for name, codes in task.items.items()})
    sizes = [len(totals) for totals in task.totals.values()]
    levels = np.unravel_index(np.arange(int(np.prod(sizes))), sizes)
    target = pd.DataFrame({name: level.astype(str) for name, level in zip(task.totals, levels, strict=True)})
    share = [totals[level] / totals.sum() for totals, level in zip(task.totals.values(), levels, strict=True)]
    people = pd.Series(np.prod(share, axis=0))  # any cells with these margins will do
    base = pd.Series(task.weight)

    def run() -> Answer:
        found = rake(
            table, base, target, people, transformations=None,
            max_iteration=1000, convergence_rate=TOLERANCE, rate_tolerance=0.0,
        )  # fmt: skip
        weight = found["weight"]
        shares, errors = np.zeros((len(ITEMS), DOMAINS)), np.zeros((len(ITEMS), DOMAINS))
        for domain in range(DOMAINS):
            rows = task.domain == domain
            for k, item in enumerate(answers):
                given = rows & answers[item].notna().to_numpy()
                one, own = answers.loc[given, [item]], weight[given]
                shares[k, domain] = float(descriptive_stats(one, own, stat="mean").iloc[0, 0])
                errors[k, domain] = float(descriptive_stats(one, own, stat="var_of_mean").iloc[0, 0]) ** 0.5
        return shares, errors

    return run


PROGRAMS: dict[str, Callable[[Task], Prepared]] = {
    "engine": engine,
    "engine-jackknife": engine_jackknife,
    "engine-parquet": engine_parquet,
    "bare-numpy": bare_numpy,
    "svy": svy,
    "samplics": samplics,
    "statsmodels": statsmodels,
    "balance": balance,
}


def forget_peak() -> int:
    """Starts the kernel's count of the largest resident memory anew; returns what is resident now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _resident("VmRSS")


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def measure(name: str, rows: int, repeats: int) -> dict[str, Any]:
    """The least CPU time of the repeats, after one run on 1,000 rows that loads what the program loads lazily."""
    PROGRAMS[name](make_task(1_000))()
    task = make_task(rows)
    run = PROGRAMS[name](task)
    before = forget_peak()
    times = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        shares, errors = run()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = min(times)
    return {
        "cpu": cpu,
        "wall": wall,
        "memory": _resident("VmHWM") - before,
        "columns": task.bytes,
        "share": np.asarray(shares).tolist(),
        "se": np.asarray(errors).tolist(),
    }


if __name__ == "__main__":
    try:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
