"""How often patterns find what was planted, and flag honest answers: `python -m tests.benchmarks.simulate_patterns`.

Options: `--surveys N` (simulated surveys a line, 20), `--real FILE.csv --items PREFIX` (the text patterns on a real
survey; codes as integers, blank is missing). Prints the tables of docs/patterns.md.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.patterns.answer_clusters import answer_clusters
from analysis.patterns.interviewer_effect import outlying_interviewers
from analysis.patterns.near_duplicates import find_near_duplicates, near_duplicates
from analysis.patterns.speeders import speeders
from analysis.patterns.straight_lining import straight_lining
from tests.unit.analysis.simulated_answers import honest_survey

ANSWERS, PLANTED = 1000, 30
Line = tuple[str, float, float]


def copied(k: int, changed: int, seed: int, *, strength: float = 1.2) -> tuple[float, float]:
    """Share found of 30 answers copied from others with `changed` items altered, and of honest answers flagged."""
    answers = honest_survey(ANSWERS, k, seed, strength=strength).answers
    clean = near_duplicates(find_near_duplicates(answers, not_substantive=(8,))).flagged.mean()
    random = np.random.default_rng(seed)
    rows = random.permutation(ANSWERS)[: 2 * PLANTED]
    target, source = rows[:PLANTED], rows[PLANTED:]
    answers[target] = answers[source]
    for row in target:
        items = random.choice(k, changed, replace=False)
        answers[row, items] = 1 + answers[row, items] % 5
    found = near_duplicates(find_near_duplicates(answers, not_substantive=(8,)))
    return float(found.flagged[target].mean()), float(clean)


def one_source(k: int, seed: int) -> tuple[float, float]:
    """One opinion sent 30 times, an item varied: its share in clusters, and whether the clean survey has one."""
    answers = honest_survey(ANSWERS, k, seed).answers
    clean = bool(answer_clusters(find_near_duplicates(answers, not_substantive=(8,))).evidence)
    random = np.random.default_rng(seed)
    answers[:PLANTED] = answers[500]
    answers[np.arange(PLANTED), random.integers(0, k, PLANTED)] = 5
    found = answer_clusters(find_near_duplicates(answers, not_substantive=(8,)))
    return float(found.flagged[:PLANTED].mean()), float(clean)


def one_code(seed: int) -> tuple[float, float]:
    turned = np.array([False, True, False, False, True, False, True, False])
    answers = honest_survey(ANSWERS, 8, seed).answers
    answers = np.where(turned & (answers <= 5), 6 - answers, answers)
    clean = straight_lining(answers, turned, midpoint=3, missing=(-1, 8)).flagged.mean()
    answers[:PLANTED] = 4
    found = straight_lining(answers, turned, midpoint=3, missing=(-1, 8))
    return float(found.flagged[:PLANTED].mean()), float(clean)


def too_fast(seed: int) -> tuple[float, float]:
    random = np.random.default_rng(seed)
    seconds = random.lognormal(np.log(200), 0.4, ANSWERS)
    clean = speeders(seconds, characters=600).flagged.mean()
    seconds[:PLANTED] = random.lognormal(np.log(30), 0.3, PLANTED)
    return float(speeders(seconds, characters=600).flagged[:PLANTED].mean()), float(clean)


def invented(seed: int, rate: float) -> tuple[float, float]:
    """One of 20 interviewers with 60 interviews each reports `rate`, the others 70 %."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(20), 60)
    y = (random.random(1200) < 0.7).astype(float)
    clean = bool(outlying_interviewers(y, who, areas=who // 5).evidence)
    y[who == 7] = random.random(60) < rate
    found = outlying_interviewers(y, who, areas=who // 5).flagged[who == 7].all()
    return float(found), float(clean)


def simulated(surveys: int) -> Iterator[Line]:
    seeds = range(surveys)

    def line(name: str, pairs: list[tuple[float, float]]) -> Line:
        found, clean = np.array(pairs).mean(axis=0)
        return name, float(found), float(clean)

    for k in (12, 24, 40):
        for changed in (0, 1, 3):
            yield line(f"copy, {k} items, {changed} changed", [copied(k, changed, seed) for seed in seeds])
    for k in (12, 24):
        yield line(f"one source 30 times, {k} items", [one_source(k, seed) for seed in seeds])
    yield line("one code throughout, 8 items, 3 reversed", [one_code(seed) for seed in seeds])
    yield line("five to ten times too fast", [too_fast(seed) for seed in seeds])
    for rate in (1.0, 0.9):
        yield line(
            f"interviewer reports {rate:.0%} instead of 70 %", [invented(seed, rate) for seed in range(5 * surveys)]
        )


def real(file: Path, prefixes: list[str]) -> Iterator[Line]:
    """Share of the answers of a real survey that are flagged, and whether a cluster is: the second number."""
    table = pd.read_csv(file)
    for names in ([n for n in table.columns if n.startswith(prefix)] for prefix in prefixes):
        codes: NDArray[np.int64] = table[names].fillna(-1).to_numpy(dtype=np.int64)
        answered = codes[(codes >= 1).sum(axis=1) >= 0.8 * len(names)]
        found = find_near_duplicates(answered, not_substantive=(-1, 9))
        clusters = answer_clusters(found).evidence
        yield (
            f"{len(names)} items, {len(answered)} answers",
            float(near_duplicates(found).flagged.mean()),
            len(clusters),
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--surveys", type=int, default=20)
    options.add_argument("--real", type=Path)
    options.add_argument("--items", nargs="*", default=["q"])
    chosen = options.parse_args()
    lines = real(chosen.real, chosen.items) if chosen.real else simulated(chosen.surveys)
    for name, found, clean in lines:
        numbers = f"{100 * found:.1f} | {clean:g}" if chosen.real else f"{100 * found:.0f} | {100 * clean:.2f}"
        print(f"| {name} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
